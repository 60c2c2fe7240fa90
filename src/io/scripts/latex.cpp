// LaTeX: the formulas of the computation, then each stage as a bmatrix.
#include <cmath>
#include <cstdio>

#include "io/scripts/export.hpp"

namespace ap {
namespace {

/// Larger matrices show their first and last rows and columns.
constexpr int kMost = 12;

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\textbackslash{}";
    } else if (c == '^' || c == '~') {
      (out += '\\') += std::string(1, c) + "{}";
    } else if (std::string_view("&%$#_{}").find(c) != std::string_view::npos) {
      (out += '\\') += c;
    } else {
      out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

std::string number(float x) {
  if (std::isinf(x)) return x < 0.0F ? "-\\infty" : "\\infty";
  if (std::isnan(x)) return "\\mathrm{NaN}";
  char text[64];
  std::snprintf(text, sizeof text, "%.3f", static_cast<double>(x));
  return text;
}

/// -1 stands for what is left out.
std::vector<int> shown(int count) {
  std::vector<int> out;
  for (int i = 0; i < count; ++i) {
    if (count <= kMost || i < kMost - 2 || i == count - 1) out.push_back(i);
    if (count > kMost && i == kMost - 2) out.push_back(-1);
  }
  return out;
}

std::string bmatrix(ConstView m) {
  std::string out = "\\begin{bmatrix}\n";
  for (const int i : shown(m.rows)) {
    bool first = true;
    for (const int j : shown(m.cols)) {
      if (!first) out += " & ";
      first = false;
      out += i < 0 && j < 0 ? "\\ddots" : i < 0 ? "\\vdots" : j < 0 ? "\\cdots" : number(m(i, j));
    }
    out += " \\\\\n";
  }
  return out + "\\end{bmatrix}";
}

/// A stage as a symbol; stages without one are called by name.
struct Symbol {
  Stage stage;
  const char* text;
};
constexpr Symbol kSymbols[] = {
    {Stage::kEmbeddings, "E"},
    {Stage::kPositions, "P"},
    {Stage::kInput, "X"},
    {Stage::kSourceEmbeddings, "E_S"},
    {Stage::kSourceInput, "X_S"},
    {Stage::kNorm1, "N"},
    {Stage::kWq, "W_Q"},
    {Stage::kWk, "W_K"},
    {Stage::kWv, "W_V"},
    {Stage::kBq, "b_Q"},
    {Stage::kBk, "b_K"},
    {Stage::kBv, "b_V"},
    {Stage::kQ, "Q"},
    {Stage::kK, "K"},
    {Stage::kV, "V"},
    {Stage::kQRotated, "Q'"},
    {Stage::kKRotated, "K'"},
    {Stage::kScores, "S"},
    {Stage::kScaled, "S'"},
    {Stage::kCapped, "S''"},
    {Stage::kMask, "M"},
    {Stage::kMasked, "S'''"},
    {Stage::kWeights, "A"},
    {Stage::kHeadOut, "O"},
    {Stage::kConcat, "C"},
    {Stage::kWo, "W_O"},
    {Stage::kBo, "b_O"},
    {Stage::kOutput, "Y"},
};

std::string symbol_of(Stage stage) {
  for (const Symbol& s : kSymbols) {
    if (s.stage == stage) return s.text;
  }
  return "\\mathrm{" + escaped(name(stage)) + "}";
}

/// What it is computed from, as the stages that are on have it; empty where that takes more than a
/// line.
std::string formula_of(const Trace& trace, int layer, Stage stage) {
  const auto of = [&](Stage s) { return symbol_of(trace.resolve({layer, s, 0}).stage); };
  const Model& m = trace.model;
  const Layer& l = m.layers[static_cast<std::size_t>(layer)];
  const bool pre = m.norm != NormKind::kNone && m.norm_place == NormPlace::kPre;
  const std::string query = pre ? "N" : layer > 0 ? "X" : of(Stage::kInput);
  const std::string source = trace.input.cross() ? of(Stage::kSourceInput) : query;
  const auto linear = [](const std::string& x, const char* w, const Linear& map) {
    return x + " W_" + w + (map.bias ? std::string(" + b_") + w : "");
  };
  const bool fresh = trace.input.past_length() == 0;  // else K and V begin with cached rows
  switch (stage) {
    case Stage::kQ: return linear(query, "Q", l.q);
    case Stage::kK: return fresh ? linear(source, "K", l.k) : "";
    case Stage::kV: return fresh ? linear(source, "V", l.v) : "";
    case Stage::kScores: return of(Stage::kQRotated) + " {" + of(Stage::kKRotated) + "}^\\top";
    case Stage::kScaled: return exact(m.score_scale()) + "\\,S";
    case Stage::kCapped:
      return exact(m.softcap) + " \\tanh(" + of(Stage::kScaled) + " / " + exact(m.softcap) + ")";
    case Stage::kMasked:
      return m.positions.kind == PositionKind::kAlibi ? "" : of(Stage::kCapped) + " + M";
    case Stage::kWeights:
      return l.temperature ? "" : "\\mathrm{softmax}(" + of(Stage::kMasked) + ")";
    case Stage::kHeadOut: return "A V";
    case Stage::kConcat:
      return m.heads > 1 ? "[O_0 \\cdots O_{" + std::to_string(m.heads - 1) + "}]" : "O";
    default: return "";
  }
}

std::string block(const Trace& trace, const NamedTensor& tensor, int head) {
  const ConstView m = trace.tensor({tensor.layer, tensor.stage, head});
  std::string left = symbol_of(tensor.stage);
  if (const std::string formula = formula_of(trace, tensor.layer, tensor.stage); !formula.empty()) {
    left += " = " + formula;
  }
  const bool many = tensor.heads() > 1;
  return "\\paragraph{" + escaped(name(tensor.stage)) +
         (many ? ", head " + std::to_string(head) : "") + "} (" + std::to_string(m.rows) +
         " $\\times$ " + std::to_string(m.cols) + ")\n\\[ " + left + " = " + bmatrix(m) + " \\]\n";
}

}  // namespace

std::string export_latex(const Trace& trace, const NamedTensor& tensor, int head) {
  return "% \\usepackage{amsmath} \\setcounter{MaxMatrixCols}{16}\n" + block(trace, tensor, head);
}

std::string export_latex(const Document& document, const Trace& trace) {
  std::string out =
      "% Made by Attention Playground.\n\\documentclass{article}\n\\usepackage{amsmath}\n"
      "\\usepackage[a3paper,landscape,margin=15mm]{geometry}\n\\setcounter{MaxMatrixCols}{16}\n"
      "\\begin{document}\n\\section*{" +
      escaped(document.title.empty() ? "Attention" : document.title) + "}\n";
  const auto sentence = [&](const char* what, const Sentence& s) {
    out += std::string("\\noindent ") + what + ": ";
    for (int i = 0; i < s.size(); ++i) {
      out += (i != 0 ? " $\\cdot$ " : "") + escaped(s.tokens[static_cast<std::size_t>(i)].text);
    }
    out += "\n\n";
  };
  sentence("Tokens", document.query);
  if (document.cross) sentence("Source tokens", document.source);
  const Model& m = trace.model;
  std::string scores = m.scale == ScaleKind::kInverseSqrt
                           ? "\\frac{Q K^\\top}{\\sqrt{" + std::to_string(m.key_width) + "}}"
                           : "s\\, Q K^\\top";
  if (m.softcap > 0.0F) {
    const std::string cap = exact(m.softcap);
    scores = cap + " \\tanh\\left(" + scores + " / " + cap + "\\right)";
  }
  out += "\\[ \\mathrm{Attention}(Q, K, V) = \\mathrm{softmax}\\left(" + scores +
         (!trace.mask(0).empty() ? " + M" : "") +
         "\\right) V, \\qquad s = " + exact(m.score_scale()) + " \\]\n";
  int layer = -1;
  for (const NamedTensor& tensor : named_tensors(trace)) {
    if (tensor.layer != layer) {
      layer = tensor.layer;
      if (trace.layers.size() > 1) out += "\\subsection*{Layer " + std::to_string(layer) + "}\n";
    }
    for (int h = 0; h < tensor.heads(); ++h) out += block(trace, tensor, h);
  }
  return out + "\\end{document}\n";
}

}  // namespace ap
