#include "view/card/text.hpp"

#include <algorithm>

namespace ap::detail {
namespace {

Hue hue_from(std::string_view tag) noexcept {
  if (tag == "q") return Hue::kQ;
  if (tag == "k") return Hue::kK;
  if (tag == "v") return Hue::kV;
  if (tag == "x") return Hue::kX;
  if (tag == "w") return Hue::kWeights;
  if (tag == "o") return Hue::kOut;
  return Hue::kNeutral;
}

/// `{i}` and `{j}` are subscripts that become names, `{text}` stays; `<q>` begins Q's hue, `<>`
/// ends it.
void parse(std::string_view markup, const Names* names, CardLine& line) {
  Hue hue = Hue::kNeutral;
  while (!markup.empty()) {
    const char open = markup.front();
    if (open == '<' || open == '{') {
      const std::size_t end = markup.find(open == '<' ? '>' : '}');
      const std::string_view inner = markup.substr(1, end - 1);
      markup.remove_prefix(end + 1);
      if (open == '<') {
        hue = hue_from(inner);
        continue;
      }
      std::string text(inner);
      if (inner == "i") text = names ? names->row : "i";
      if (inner == "j") text = names ? names->col : "j";
      if (inner == "ij") text = names ? names->row + ", " + names->col : "ij";
      line.runs.push_back({std::move(text), RunRole::kSub, hue, {}});
      continue;
    }
    const std::size_t end = std::min(markup.find_first_of("<{"), markup.size());
    line.runs.push_back({std::string(markup.substr(0, end)), RunRole::kSymbol, hue, {}});
    markup.remove_prefix(end);
  }
}

/// x of the projections: the input, or what the norm before it made.
std::string_view score_symbol(const Explanation& e) noexcept {
  return e.terms.empty() ? "score" : symbol_of(e.terms[0].a.cell.tensor.stage);
}

std::string dot_markup(const Explanation& e) {
  const bool bias = !e.terms.empty() && !e.terms.back().has_b;
  const auto with = [&](std::string_view rule, std::string_view extra) {
    return std::string(rule) + (bias ? std::string(extra) : std::string());
  };
  switch (e.cell.cell.tensor.stage) {
    case Stage::kQ: return with("<q>q{i}<> = <x>x{i}<> · <q>W{Q}<>", " + <q>b{Q}<>");
    case Stage::kK: return with("<k>k{i}<> = <x>x{i}<> · <k>W{K}<>", " + <k>b{K}<>");
    case Stage::kV: return with("<v>v{i}<> = <x>x{i}<> · <v>W{V}<>", " + <v>b{V}<>");
    case Stage::kScores: return "<w>score{ij}<> = <q>q{i}<> · <k>k{j}<>";
    case Stage::kHeadOut:
      return "<o>head{i}<> = sum of <w>weight{ij}<> × <v>v{j}<> over all words j";
    case Stage::kGate: return with("<o>gate{i}<> = <x>x{i}<> · <o>W{gate}<>", " + <o>b{gate}<>");
    case Stage::kUp: return with("<o>up{i}<> = <x>x{i}<> · <o>W{up}<>", " + <o>b{up}<>");
    default: break;
  }
  const bool mlp = !e.terms.empty() && e.terms[0].a.cell.tensor.stage == Stage::kHidden;
  const std::string symbol(symbol_of(e.cell.cell.tensor.stage));
  if (mlp) return with("<o>" + symbol + "{i}<> = <o>hidden{i}<> · <o>W{down}<>", " + <o>b{down}<>");
  return with("<o>" + symbol + "{i}<> = <o>concat{i}<> · <o>W{O}<>", " + <o>b{O}<>");
}

std::string sum_markup(const Explanation& e) {
  const Stage stage = e.cell.cell.tensor.stage;
  if (stage == Stage::kMasked) {
    const bool mask = e.terms.size() > 1 && e.terms[1].a.cell.tensor.stage == Stage::kMask;
    std::string text = "<w>masked{ij}<> = <w>" + std::string(score_symbol(e)) + "{ij}<>";
    if (mask) text += " + mask{ij}";
    if (e.terms.size() > (mask ? 2U : 1U)) text += " + <x>position{ij}<>";
    return text;
  }
  std::string text = std::string(symbol_of(stage)) + "{i} =";
  for (std::size_t i = 0; i < e.terms.size(); ++i)
    text += std::string(i > 0 ? " + " : " ") +
            std::string(symbol_of(e.terms[i].a.cell.tensor.stage)) + "{i}";
  return text;
}

std::string markup_of(const Explanation& e, const Trace& trace) {
  const std::string symbol(symbol_of(e.cell.cell.tensor.stage));
  const bool warm = e.constant("temperature") != 0 && e.constant("temperature") != 1;
  switch (e.operation) {
    case Operation::kDot: return dot_markup(e);
    case Operation::kSum: return sum_markup(e);
    case Operation::kScale:
      return trace.model.scale == ScaleKind::kInverseSqrt
                 ? "<w>scaled{ij}<> = <w>score{ij}<> / √K"
                 : "<w>scaled{ij}<> = <w>score{ij}<> × scale";
    case Operation::kCap:
      return "<w>capped{ij}<> = c · tanh(<w>" + std::string(score_symbol(e)) + "{ij}<> / c)";
    case Operation::kSoftmax: {
      const std::string s = "<w>" + std::string(score_symbol(e)) + "{ij}<>";
      const std::string inner = warm ? "((" + s + " − max) / τ)" : "(" + s + " − max)";
      return "<w>weight{ij}<> = exp" + inner + " / sum of the row's exp";
    }
    case Operation::kRotate: return symbol + "{i} turned by its position: a cos θ ± b sin θ";
    case Operation::kLayerNorm: return "norm{i} = (x − mean) / √(variance + ε) × gain + bias";
    case Operation::kRmsNorm: return "norm{i} = x / √(mean square + ε) × gain";
    case Operation::kGelu: return "hidden{i} = up × (1 + erf(up / √2)) / 2";
    case Operation::kRelu: return "hidden{i} = max(up, 0)";
    case Operation::kSwiglu: return "hidden{i} = gate / (1 + exp(−gate)) × up";
    case Operation::kGeluTanh: return "hidden{i} = up × (1 + tanh(√(2/π) (up + 0.044715 up³))) / 2";
    case Operation::kGeluQuick: return "hidden{i} = up / (1 + exp(−1.702 up))";
    case Operation::kGeglu:
      return "hidden{i} = gate × (1 + tanh(√(2/π) (gate + 0.044715 gate³))) / 2 × up";
    case Operation::kSinusoid:
      return std::string("<x>P{i}<> = ") + (e.constant("cosine") != 0 ? "cos" : "sin") +
             "(position × frequency)";
    case Operation::kAngle: return "<x>θ{i}<> = position × frequency";
    case Operation::kAlibi: return "<x>P{ij}<> = −slope × distance";
    case Operation::kCopy:
    case Operation::kGiven:
    case Operation::kCached:
    case Operation::kMaskRule: break;
  }
  return {};
}

}  // namespace

std::string_view symbol_of(Stage stage) noexcept {
  switch (stage) {
    case Stage::kEmbeddings:
    case Stage::kSourceEmbeddings: return "E";
    case Stage::kPositions:
    case Stage::kSourcePositions: return "P";
    case Stage::kInput:
    case Stage::kSourceInput: return "x";
    case Stage::kNorm1:
    case Stage::kNorm2: return "norm";
    case Stage::kQ:
    case Stage::kQRotated: return "q";
    case Stage::kK:
    case Stage::kKRotated: return "k";
    case Stage::kV: return "v";
    case Stage::kScores: return "score";
    case Stage::kWeights: return "weight";
    case Stage::kHeadOut: return "head";
    case Stage::kMlpOut: return "MLP";
    case Stage::kMlpAdded: return "added";
    default: return name(stage);
  }
}

std::string label(const SheetLabels& labels, Axis axis, int index) {
  const auto k = static_cast<std::size_t>(index);
  if (axis == Axis::kQueries && k < labels.queries.size()) return labels.queries[k];
  if (axis == Axis::kKeys && k < labels.keys.size()) return labels.keys[k];
  return std::to_string(index);
}

Names names_of(const CellId& cell, const Trace& trace, const SheetLabels& labels) {
  const Stage stage = cell.tensor.stage;
  return {label(labels, row_axis(stage, trace.model), cell.row),
          label(labels, col_axis(stage, trace.model), cell.col)};
}

CardLine title_line(const CellId& cell, const Trace& trace, const SheetLabels& labels) {
  CardLine line;
  line.kind = LineKind::kTitle;
  const Stage stage = cell.tensor.stage;
  const Hue hue = hue_of(stage);
  const Stage input = stage == Stage::kSourceEmbeddings ? Stage::kSourceInput : Stage::kInput;
  for (const MathRun& run : title_of(stage, trace.has({0, input, 0})))
    line.runs.push_back(
        {std::string(run.text), run.drop > 0 ? RunRole::kSub : RunRole::kHeading, hue, {}});
  const Names names = names_of(cell, trace, labels);
  const bool pair = col_axis(stage, trace.model) == Axis::kKeys;
  const bool single = row_axis(stage, trace.model) == Axis::kOne;
  const std::string place =
      single ? "  " + names.col : "  " + names.row + (pair ? " → " : ", ") + names.col;
  line.runs.push_back({place, RunRole::kWord, Hue::kNeutral, {}});
  return line;
}

CardLine formula_line(const Explanation& e, const Trace& trace, const Names* names) {
  CardLine line;
  line.kind = names ? LineKind::kWords : LineKind::kFormula;
  const bool over_all_words = e.cell.cell.tensor.stage == Stage::kHeadOut;
  Names shown = names ? *names : Names{};
  if (over_all_words) shown.col = "j";
  parse(markup_of(e, trace), names ? &shown : nullptr, line);
  return line;
}

std::string reason_text(MaskReason reason, const Names& names) {
  switch (reason) {
    case MaskReason::kCausal:
      return names.col + " comes after " + names.row + ": hidden by the causal mask";
    case MaskReason::kPadding: return names.col + " is padding: hidden from every word";
    case MaskReason::kWindow:
      return names.col + " is outside the window of " + names.row + ": too far away to be seen";
    case MaskReason::kPainted: return "painted by hand for " + names.row + " → " + names.col;
    case MaskReason::kOpen:
    case MaskReason::kNone: break;
  }
  return {};
}

}  // namespace ap::detail
