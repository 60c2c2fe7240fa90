// The stages around the scores: what is given, projected, normed, added.
#include <cmath>

#include "attention/explain/build.hpp"
#include "attention/model/position.hpp"

namespace ap::explaining {
namespace {

void explain_position(Builder& b, bool source) {
  const Model& m = b.model();
  const int position = b.row() + (source ? 0 : b.trace.input.past_length());
  switch (m.positions.kind) {
    case PositionKind::kSinusoidal: {
      b.out.operation = Operation::kSinusoid;
      b.constant("position", position);
      b.constant("frequency", position_angle(1, b.col() / 2, m.width, m.positions.base));
      b.constant("cosine", b.col() % 2);
      return;
    }
    case PositionKind::kRope: {
      b.out.operation = Operation::kAngle;
      b.constant("position", position);
      b.constant("frequency", position_angle(1, b.col(), m.rotary_width(), m.positions.base));
      return;
    }
    case PositionKind::kAlibi: {
      b.out.operation = Operation::kAlibi;
      b.constant("slope", alibi_slope(b.head(), m.heads));
      b.constant("distance", std::abs(position - b.col()));
      return;
    }
    default: b.out.operation = Operation::kGiven;
  }
}

void explain_mask(Builder& b) {
  const Input& in = b.trace.input;
  b.out.operation = Operation::kMaskRule;
  b.out.reason = MaskReason::kOpen;
  if (in.mask && (*in.mask)(b.row(), b.col()) != 0.0F) b.out.reason = MaskReason::kPainted;
  const int position = b.row() + in.past_length();
  const KeyWindow& window = b.model().layers[static_cast<std::size_t>(b.layer())].window;
  if (!window.sees(position, b.col())) {
    b.out.reason = MaskReason::kWindow;
    b.constant("left", window.left);
    b.constant("right", window.right);
  }
  if (in.kv_length >= 0 && b.col() >= in.kv_length) b.out.reason = MaskReason::kPadding;
  if (b.model().causal && b.col() > position) b.out.reason = MaskReason::kCausal;
}

void explain_norm(Builder& b, Stage from, Stage gain, Stage bias) {
  const bool layer_norm = b.model().norm == NormKind::kLayerNorm;
  const TensorId x = b.id(from);
  const ConstView row = b.trace.tensor(x).block(b.row(), 0, 1, b.model().width);
  double mean = 0.0;
  for (int j = 0; j < row.cols && layer_norm; ++j) mean += row(0, j);
  mean /= row.cols;
  double square = 0.0;
  for (int j = 0; j < row.cols; ++j) square += (row(0, j) - mean) * (row(0, j) - mean);
  b.out.operation = layer_norm ? Operation::kLayerNorm : Operation::kRmsNorm;
  for (int j = 0; j < row.cols; ++j) {
    const CellValue a = b.at(x, b.row(), j);
    b.out.terms.push_back({.a = a, .value = a.value});
  }
  b.out.own = b.col();
  b.source(x, b.row(), 0, 1, row.cols);
  if (layer_norm) b.constant("mean", mean);
  b.constant(layer_norm ? "variance" : "mean square", square / row.cols);
  b.constant("epsilon", b.model().norm_epsilon);
  b.constant("gain", b.at(b.id(gain), 0, b.col()).value);
  b.source(b.id(gain), 0, b.col(), 1, 1);
  if (!layer_norm) return;
  b.constant("bias", b.at(b.id(bias), 0, b.col()).value);
  b.source(b.id(bias), 0, b.col(), 1, 1);
}

void explain_sum(Builder& b, TensorId first, TensorId second) {
  b.out.operation = Operation::kSum;
  b.single(first, b.row(), b.col());
  b.single(second, b.row(), b.col());
}

void explain_hidden(Builder& b) {
  const bool gated = b.plan.swiglu;
  b.out.operation = b.model().mlp == MlpKind::kGelu   ? Operation::kGelu
                    : b.model().mlp == MlpKind::kRelu ? Operation::kRelu
                                                      : Operation::kSwiglu;
  b.single(b.id(gated ? Stage::kGate : Stage::kUp), b.row(), b.col());
  Term& term = b.out.terms.back();
  if (gated) {
    term.b = b.at(b.id(Stage::kUp), b.row(), b.col());
    term.has_b = true;
    b.source(b.id(Stage::kUp), b.row(), b.col(), 1, 1);
  }
  term.value = b.out.cell.value;
}

}  // namespace

void explain_input(Builder& b) {
  switch (b.cell().tensor.stage) {
    case Stage::kPositions: return explain_position(b, false);
    case Stage::kSourcePositions: return explain_position(b, true);
    case Stage::kMask: return explain_mask(b);
    case Stage::kSourceInput:
      return explain_sum(b, {0, Stage::kSourceEmbeddings, 0}, {0, Stage::kSourcePositions, 0});
    default: return explain_sum(b, {0, Stage::kEmbeddings, 0}, {0, Stage::kPositions, 0});
  }
}

void explain_linear(Builder& b) {
  const int h = b.head();
  const Stage stage = b.cell().tensor.stage;
  const int past = b.trace.input.past_length();
  const TensorId x = b.id(b.plan.attention_input());
  const TensorId s = b.trace.input.cross() ? b.id(Stage::kSourceInput) : x;
  if ((stage == Stage::kK || stage == Stage::kV) && b.row() < past) {
    b.out.operation = Operation::kCached;
    return;
  }
  switch (stage) {
    case Stage::kQ: return b.dot(x, b.id(Stage::kWq, h), b.id(Stage::kBq, h));
    case Stage::kK:
    case Stage::kV: {
      // Rows of K and V count from the first cached token, rows of x from the first new one.
      const bool k = stage == Stage::kK;
      const CellId cell = b.cell();
      b.out.cell.cell.row -= past;
      b.dot(s, b.id(k ? Stage::kWk : Stage::kWv, h), b.id(k ? Stage::kBk : Stage::kBv, h));
      b.out.cell.cell = cell;
      return;
    }
    case Stage::kGate:
      return b.dot(b.id(b.plan.mlp_input()), b.id(Stage::kWGate), b.id(Stage::kBGate));
    case Stage::kUp: return b.dot(b.id(b.plan.mlp_input()), b.id(Stage::kWUp), b.id(Stage::kBUp));
    case Stage::kMlpOut:
      return b.dot(b.id(Stage::kHidden), b.id(Stage::kWDown), b.id(Stage::kBDown));
    default: return b.dot(b.id(Stage::kConcat), b.id(Stage::kWo), b.id(Stage::kBo));
  }
}

void explain_rest(Builder& b) {
  switch (b.cell().tensor.stage) {
    case Stage::kNorm1:
      return explain_norm(b, b.plan.pre_norm ? Stage::kInput : b.plan.attended(), Stage::kNorm1Gain,
                          Stage::kNorm1Bias);
    case Stage::kNorm2:
      return explain_norm(b, b.plan.pre_norm ? b.plan.middle() : b.plan.mlp_result(),
                          Stage::kNorm2Gain, Stage::kNorm2Bias);
    case Stage::kAdded: return explain_sum(b, b.id(Stage::kProjected), b.id(Stage::kInput));
    case Stage::kMlpAdded: return explain_sum(b, b.id(b.plan.middle()), b.id(Stage::kMlpOut));
    default: return explain_hidden(b);
  }
}

}  // namespace ap::explaining
