// LaTeX: the formulas of the computation, then each stage as a bmatrix.
#include <cmath>
#include <cstdio>

#include "io/export.hpp"

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

/// The stage as a symbol, and what it is, for head h of the layer; empty for stages that need no formula.
struct Formula {
  Stage stage;
  const char* symbol;
  const char* formula;
};
constexpr Formula kFormulas[] = {
    {Stage::kEmbeddings, "E", ""},
    {Stage::kPositions, "P", ""},
    {Stage::kInput, "X", ""},
    {Stage::kSourceEmbeddings, "E_S", ""},
    {Stage::kSourceInput, "X_S", ""},
    {Stage::kNorm1, "N_1", ""},
    {Stage::kWq, "W_Q", ""},
    {Stage::kWk, "W_K", ""},
    {Stage::kWv, "W_V", ""},
    {Stage::kBq, "b_Q", ""},
    {Stage::kBk, "b_K", ""},
    {Stage::kBv, "b_V", ""},
    {Stage::kQ, "Q", "X W_Q"},
    {Stage::kK, "K", "X W_K"},
    {Stage::kV, "V", "X W_V"},
    {Stage::kQRotated, "Q'", "\\mathrm{rotate}(Q)"},
    {Stage::kKRotated, "K'", "\\mathrm{rotate}(K)"},
    {Stage::kScores, "S", "Q K^\\top"},
    {Stage::kScaled, "S'", "s\\,S"},
    {Stage::kMask, "M", ""},
    {Stage::kMasked, "S''", "S' + M"},
    {Stage::kCapped, "S'''", "c \\tanh(S'' / c)"},
    {Stage::kWeights, "A", "\\mathrm{softmax}(S)"},
    {Stage::kHeadOut, "O", "A V"},
    {Stage::kConcat, "C", "[O_1 \\cdots O_H]"},
    {Stage::kWo, "W_O", ""},
    {Stage::kBo, "b_O", ""},
    {Stage::kOutput, "Y", ""},
};

const Formula* formula_of(Stage stage) {
  for (const Formula& f : kFormulas) {
    if (f.stage == stage) return &f;
  }
  return nullptr;
}

std::string block(const Trace& trace, const NamedTensor& tensor, int head) {
  const Formula* known = formula_of(tensor.stage);
  const ConstView m = trace.tensor({tensor.layer, tensor.stage, head});
  std::string left;
  if (known == nullptr) {
    left = "\\mathrm{" + escaped(name(tensor.stage)) + "}";
  } else {
    left = known->symbol;
    if (known->formula[0] != '\0') left += " = " + std::string(known->formula);
  }
  const bool many = tensor.heads() > 1;
  return "\\paragraph{" + escaped(name(tensor.stage)) + (many ? ", head " + std::to_string(head) : "") + "} (" +
         std::to_string(m.rows) + " $\\times$ " + std::to_string(m.cols) + ")\n\\[ " + left + " = " + bmatrix(m) + " \\]\n";
}

}  // namespace

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
  out += "\\[ \\mathrm{Attention}(Q, K, V) = \\mathrm{softmax}\\left(" +
         std::string(m.scale == ScaleKind::kInverseSqrt ? "\\frac{Q K^\\top}{\\sqrt{" + std::to_string(m.key_width) + "}}"
                                                        : "s\\, Q K^\\top") +
         (trace.mask.size() > 0 ? " + M" : "") + "\\right) V, \\qquad s = " + exact(m.score_scale()) + " \\]\n";
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
