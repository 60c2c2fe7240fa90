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
      b.constant("frequency", rotary_angle(1, b.col(), m.rotary_width(), m.positions));
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

void explain_sum(Builder& b, TensorId first, TensorId second) {
  b.out.operation = Operation::kSum;
  b.single(first, b.row(), b.col());
  b.single(second, b.row(), b.col());
}

void explain_hidden(Builder& b) {
  const bool gated = b.plan.gated;
  b.out.operation = operation_of(b.model().mlp);
  b.single(b.id(gated ? Stage::kGate : Stage::kUp), b.row(), b.col());
  Term& term = b.out.terms.back();
  if (gated) {
    term.b = b.at(b.id(Stage::kUp), b.row(), b.col());
    term.has_b = true;
    b.source(b.id(Stage::kUp), b.row(), b.col(), 1, 1);
  }
  term.value = b.out.cell.value;
}

/// The first layer's input, or the sum before its norm.
void explain_input_sum(Builder& b) {
  if (b.cell().tensor.stage == Stage::kInput && b.plan.embedding_norm) {
    return explain_norm(b, b.id(Stage::kEmbeddingSum), Stage::kEmbeddingNormGain,
                        Stage::kEmbeddingNormBias);
  }
  b.out.operation = Operation::kSum;
  b.single({0, Stage::kEmbeddings, 0}, b.row(), b.col());
  if (b.plan.added_positions) b.single({0, Stage::kPositions, 0}, b.row(), b.col());
  if (b.plan.segment) b.single({0, Stage::kSegment, 0}, 0, b.col());
}

}  // namespace

Operation operation_of(MlpKind kind) noexcept {
  switch (kind) {
    case MlpKind::kGelu: return Operation::kGelu;
    case MlpKind::kRelu: return Operation::kRelu;
    case MlpKind::kSwiglu: return Operation::kSwiglu;
    case MlpKind::kGeluTanh: return Operation::kGeluTanh;
    case MlpKind::kGeluQuick: return Operation::kGeluQuick;
    case MlpKind::kGeglu: return Operation::kGeglu;
    case MlpKind::kNone: break;
  }
  return Operation::kCopy;
}

void explain_norm(Builder& b, TensorId x, Stage gain, Stage bias) {
  const bool of_head = gain == Stage::kQNormGain || gain == Stage::kKNormGain;
  const bool layer_norm = b.model().norm == NormKind::kLayerNorm && !of_head;
  const ConstView row = b.trace.row(x, b.row());
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
  const double plus = b.model().norm_plus_one ? 1.0 : 0.0;
  b.constant("gain", plus + static_cast<double>(b.at(b.id(gain), 0, b.col()).value));
  b.source(b.id(gain), 0, b.col(), 1, 1);
  if (!layer_norm || b.trace.tensor(b.id(bias)).empty()) return;
  b.constant("bias", b.at(b.id(bias), 0, b.col()).value);
  b.source(b.id(bias), 0, b.col(), 1, 1);
}

void explain_input(Builder& b) {
  switch (b.cell().tensor.stage) {
    case Stage::kPositions: return explain_position(b, false);
    case Stage::kSourcePositions: return explain_position(b, true);
    case Stage::kMask: return explain_mask(b);
    case Stage::kSourceInput:
      return explain_sum(b, {0, Stage::kSourceEmbeddings, 0}, {0, Stage::kSourcePositions, 0});
    default: return explain_input_sum(b);
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
  const Plan& p = b.plan;
  const auto norm = [&b](Stage from, Stage gain, Stage bias) {
    explain_norm(b, b.id(from), gain, bias);
  };
  switch (b.cell().tensor.stage) {
    case Stage::kNorm1:
      return norm(p.pre_norm ? Stage::kInput : p.attended(), Stage::kNorm1Gain, Stage::kNorm1Bias);
    case Stage::kNorm2:
      return norm(p.pre_norm ? p.mlp_source() : p.mlp_result(), Stage::kNorm2Gain,
                  Stage::kNorm2Bias);
    case Stage::kPostNorm1:
      return norm(Stage::kProjected, Stage::kPostNorm1Gain, Stage::kPostNorm1Bias);
    case Stage::kPostNorm2:
      return norm(Stage::kMlpOut, Stage::kPostNorm2Gain, Stage::kPostNorm2Bias);
    case Stage::kMlpGated:
      return b.product(b.id(p.mlp_part()), b.row(), b.col(), b.id(Stage::kMlpGate), 0);
    case Stage::kAdded: return explain_sum(b, b.id(p.attention_part()), b.id(Stage::kInput));
    case Stage::kMlpAdded: return explain_sum(b, b.id(p.middle()), b.id(Stage::kMlpGated));
    default: return explain_hidden(b);
  }
}

}  // namespace ap::explaining
