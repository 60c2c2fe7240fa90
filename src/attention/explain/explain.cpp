#include "attention/explain/explain.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <string_view>

#include "attention/explain/build.hpp"
#include "attention/model/activation.hpp"

namespace ap {
namespace explaining {

TensorId Builder::id(Stage stage, int head) const noexcept {
  return trace.resolve({layer(), stage, head});
}

CellValue Builder::at(TensorId tensor, int row, int col) const noexcept {
  return {{tensor, row, col}, trace.row(tensor, row)(0, col)};
}

void Builder::source(TensorId tensor, int row, int col, int rows, int cols) {
  if (rows > 0 && cols > 0) out.sources.push_back({tensor, row, col, rows, cols});
}

void Builder::single(TensorId tensor, int row, int col) {
  const CellValue a = at(tensor, row, col);
  out.terms.push_back({.a = a, .value = a.value});
  source(tensor, row, col, 1, 1);
}

void Builder::dot(TensorId left, TensorId right, TensorId bias) {
  const int n = trace.tensor(left).cols;
  out.operation = Operation::kDot;
  out.terms.reserve(static_cast<std::size_t>(n) + 1);
  for (int k = 0; k < n; ++k) {
    const CellValue a = at(left, row(), k);
    const CellValue b = at(right, k, col());
    out.terms.push_back(
        {.a = a, .b = b, .has_b = true, .value = static_cast<double>(a.value) * b.value});
  }
  source(left, row(), 0, 1, n);
  source(right, 0, col(), n, 1);
  if (!trace.tensor(bias).empty()) single(bias, 0, col());
}

void Builder::product(TensorId left, int row, int col, TensorId right, int right_col) {
  const CellValue a = at(left, row, col);
  const CellValue b = at(right, 0, right_col);
  out.operation = Operation::kDot;
  out.terms.push_back(
      {.a = a, .b = b, .has_b = true, .value = static_cast<double>(a.value) * b.value});
  source(left, row, col, 1, 1);
  source(right, 0, right_col, 1, 1);
}

void Builder::dot_rows(TensorId left, TensorId right, int other) {
  const int n = trace.tensor(left).cols;
  out.operation = Operation::kDot;
  out.terms.reserve(static_cast<std::size_t>(n));
  for (int k = 0; k < n; ++k) {
    const CellValue a = at(left, row(), k);
    const CellValue b = at(right, other, k);
    out.terms.push_back(
        {.a = a, .b = b, .has_b = true, .value = static_cast<double>(a.value) * b.value});
  }
  source(left, row(), 0, 1, n);
  source(right, other, 0, 1, n);
}

}  // namespace explaining

namespace {

using explaining::Builder;

void build(Builder& b) {
  switch (b.cell().tensor.stage) {
    case Stage::kEmbeddings:
      if (b.plan.language) return explaining::explain_language(b);
      b.out.operation = Operation::kGiven;
      return;
    case Stage::kTransformed:
    case Stage::kActivated:
    case Stage::kFinal:
    case Stage::kUncapped:
    case Stage::kLogits:
    case Stage::kProbabilities: return explaining::explain_language(b);
    case Stage::kEmbeddingSum:
    case Stage::kPositions:
    case Stage::kSourcePositions:
    case Stage::kInput:
    case Stage::kSourceInput:
    case Stage::kMask: return explaining::explain_input(b);
    case Stage::kQ:
    case Stage::kK:
    case Stage::kV:
    case Stage::kProjected:
    case Stage::kGate:
    case Stage::kUp:
    case Stage::kMlpOut: return explaining::explain_linear(b);
    case Stage::kQNormed:
    case Stage::kKNormed:
    case Stage::kQRotated:
    case Stage::kKRotated:
    case Stage::kScores:
    case Stage::kScaled:
    case Stage::kCapped:
    case Stage::kMasked:
    case Stage::kWeights:
    case Stage::kHeadOut:
    case Stage::kConcat: return explaining::explain_scores(b);
    case Stage::kNorm1:
    case Stage::kNorm2:
    case Stage::kAdded:
    case Stage::kHidden:
    case Stage::kPostNorm1:
    case Stage::kPostNorm2:
    case Stage::kMlpGated:
    case Stage::kMlpAdded: return explaining::explain_rest(b);
    default: b.out.operation = Operation::kGiven;
  }
}

double sum_of_terms(const Explanation& e) noexcept {
  double sum = 0.0;
  for (const Term& t : e.terms) sum += t.value;
  return sum;
}

double evaluate_softmax(const Explanation& e) noexcept {
  if (e.own < 0) return 0.0;  // every key hidden
  const double own = e.terms[static_cast<std::size_t>(e.own)].value;
  return own == 0.0 ? 0.0 : own / (sum_of_terms(e) + e.rest.value);
}

double evaluate_norm(const Explanation& e, bool layer_norm) noexcept {
  const double own = e.terms[static_cast<std::size_t>(e.own)].a.value;
  const double spread = layer_norm ? e.constant("variance") : e.constant("mean square");
  const double centred = own - (layer_norm ? e.constant("mean") : 0.0);
  return centred / std::sqrt(spread + e.constant("epsilon")) * e.constant("gain") +
         (layer_norm ? e.constant("bias") : 0.0);
}

}  // namespace

double Explanation::constant(const char* name) const noexcept {
  const auto it = std::ranges::find_if(
      constants, [name](const Constant& c) { return std::string_view(c.name) == name; });
  return it == constants.end() ? 0.0 : it->value;
}

namespace {

double computed(const Explanation& e) {
  const double first = e.terms.empty() ? 0.0 : static_cast<double>(e.terms[0].a.value);
  switch (e.operation) {
    case Operation::kGiven:
    case Operation::kCached:
    case Operation::kMaskRule: return e.cell.value;
    case Operation::kCopy: return first;
    case Operation::kSum:
    case Operation::kDot:
    case Operation::kRotate: return sum_of_terms(e);
    case Operation::kScale: return first * e.constant("scale");
    case Operation::kCap: return e.constant("cap") * std::tanh(first / e.constant("cap"));
    case Operation::kSoftmax: return evaluate_softmax(e);
    case Operation::kLayerNorm: return evaluate_norm(e, true);
    case Operation::kRmsNorm: return evaluate_norm(e, false);
    case Operation::kGelu: return first * 0.5 * std::erfc(-first / std::numbers::sqrt2);
    case Operation::kRelu: return std::max(first, 0.0);
    case Operation::kSwiglu:
      return first / (1.0 + std::exp(-first)) * static_cast<double>(e.terms[0].b.value);
    case Operation::kGeluTanh: return activation(MlpKind::kGeluTanh, first);
    case Operation::kGeluQuick: return activation(MlpKind::kGeluQuick, first);
    case Operation::kGeglu:
      return activation(MlpKind::kGeglu, first) * static_cast<double>(e.terms[0].b.value);
    case Operation::kSinusoid: {
      const double angle = e.constant("position") * e.constant("frequency");
      return e.constant("cosine") != 0.0 ? std::cos(angle) : std::sin(angle);
    }
    case Operation::kAngle: return e.constant("position") * e.constant("frequency");
    case Operation::kAlibi: return -e.constant("slope") * e.constant("distance");
  }
  return 0.0;
}

/// `y` after an intervention.
double applied(const Intervened& i, double y) noexcept {
  if (i.change == Change::kHold) return i.value;
  if (i.change == Change::kScale) return y * static_cast<double>(i.factor);
  return y + static_cast<double>(i.factor) * static_cast<double>(i.value);
}

/// What was done to the cell, with what it was before.
void add_interventions(Builder& b, CellId cell) {
  const SharedInterventions& list = b.trace.input.interventions;
  if (!list) return;
  double value = computed(b.out);
  const TensorId id = b.trace.resolve(cell.tensor);
  for (const Intervention& i : *list) {
    if (!i.on || b.trace.resolve(i.tensor) != id) continue;
    const int row = cell.row - i.row;
    const int col = cell.col - i.col;
    if (row < 0 || col < 0 || (i.rows >= 0 && row >= i.rows) || (i.cols >= 0 && col >= i.cols)) {
      continue;
    }
    b.out.intervened.push_back({i.change, i.name, i.factor, i.value(row, col), value});
    value = applied(b.out.intervened.back(), value);
  }
}

}  // namespace

double evaluate(const Explanation& e) {
  double value = computed(e);
  for (const Intervened& i : e.intervened) value = applied(i, value);
  return value;
}

Result<Explanation> explain(const Trace& trace, CellId cell) {
  const auto [rows, cols] = trace.shape(cell.tensor);
  const std::string where = std::string(name(cell.tensor.stage)) + "[" + std::to_string(cell.row) +
                            "][" + std::to_string(cell.col) + "]";
  if (rows == 0 || cols == 0) {
    return fail(ErrorCode::kNotFound, "there is no such matrix in this model", where);
  }
  if (cell.row < 0 || cell.col < 0 || cell.row >= rows || cell.col >= cols) {
    return fail(ErrorCode::kNotFound,
                "the matrix is " + std::to_string(rows) + " x " + std::to_string(cols), where);
  }
  const ConstView row = trace.row(cell.tensor, cell.row);
  if (row.empty()) {
    return fail(ErrorCode::kNotFound, "the logits of this row are not computed: ask for the row",
                where);
  }
  cell.tensor = trace.resolve(cell.tensor);
  const Plan p = plan(trace.model, has_mask(trace.model, trace.input));
  Builder b{.trace = trace, .plan = p, .out = {}};
  b.out.cell = {cell, row(0, cell.col)};
  // `output` is another name of the layer's last stage, and is explained as that.
  if (cell.tensor.stage == Stage::kOutput) b.out.cell.cell.tensor.stage = p.last();
  build(b);
  b.out.cell.cell = cell;
  add_interventions(b, cell);
  return std::move(b.out);
}

std::string_view name(Operation operation) noexcept {
  switch (operation) {
    case Operation::kGiven: return "given";
    case Operation::kCached: return "cached";
    case Operation::kCopy: return "copy";
    case Operation::kSum: return "sum";
    case Operation::kDot: return "dot";
    case Operation::kScale: return "scale";
    case Operation::kCap: return "cap";
    case Operation::kSoftmax: return "softmax";
    case Operation::kRotate: return "rotate";
    case Operation::kLayerNorm: return "layer_norm";
    case Operation::kRmsNorm: return "rms_norm";
    case Operation::kGelu: return "gelu";
    case Operation::kRelu: return "relu";
    case Operation::kSwiglu: return "swiglu";
    case Operation::kGeluTanh: return "gelu_tanh";
    case Operation::kGeluQuick: return "gelu_quick";
    case Operation::kGeglu: return "geglu";
    case Operation::kSinusoid: return "sinusoid";
    case Operation::kAngle: return "angle";
    case Operation::kAlibi: return "alibi";
    case Operation::kMaskRule: return "mask_rule";
  }
  return "given";
}

std::string_view name(MaskReason reason) noexcept {
  switch (reason) {
    case MaskReason::kNone: return "none";
    case MaskReason::kOpen: return "open";
    case MaskReason::kCausal: return "causal";
    case MaskReason::kPadding: return "padding";
    case MaskReason::kPainted: return "painted";
    case MaskReason::kWindow: return "window";
  }
  return "none";
}

}  // namespace ap
