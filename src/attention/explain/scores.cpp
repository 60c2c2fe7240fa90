// From Q and K to head_out.
#include <cmath>

#include "attention/explain/build.hpp"
#include "attention/model/position.hpp"

namespace ap::explaining {
namespace {

void rotation_term(Builder& b, TensorId x, int col, double factor) {
  const CellValue a = b.at(x, b.row(), col);
  b.out.terms.push_back({.a = a,
                         .factor = static_cast<float>(factor),
                         .value = static_cast<double>(a.value) * factor});
  b.source(x, b.row(), col, 1, 1);
}

void explain_rotated(Builder& b, Stage from) {
  const Model& m = b.model();
  const int width = m.rotary_width();
  const TensorId x = b.id(from, b.head());
  if (b.col() >= width) {
    b.out.operation = Operation::kCopy;
    return b.single(x, b.row(), b.col());
  }
  const bool query = from == Stage::kQNormed;
  const int position = b.row() + (query ? b.trace.input.past_length() : 0);
  const bool interleaved = m.positions.interleaved;
  const int pair = interleaved ? b.col() / 2 : b.col() % (width / 2);
  const auto [first, second] = rotary_pair(pair, width, interleaved);
  const double angle = rotary_angle(position, pair, width, m.positions);
  b.out.operation = Operation::kRotate;
  b.constant("angle", angle);
  const bool is_first = b.col() == first;
  rotation_term(b, x, first, is_first ? std::cos(angle) : std::sin(angle));
  rotation_term(b, x, second, is_first ? -std::sin(angle) : std::cos(angle));
}

/// Why this key is hidden from this query, or that it is not.
void mask_reason(Builder& b) {
  const auto why = explain(b.trace, {b.id(Stage::kMask), b.row(), b.col()});
  if (why) b.out.reason = why->reason;
}

void explain_masked(Builder& b) {
  b.out.operation = Operation::kSum;
  b.single(b.id(Stage::kCapped, b.head()), b.row(), b.col());
  const TensorId mask = b.id(Stage::kMask);
  if (!b.trace.tensor(mask).empty()) {
    b.single(mask, b.row(), b.col());
    mask_reason(b);
  }
  if (b.plan.alibi) b.single({0, Stage::kPositions, b.head()}, b.row(), b.col());
}

/// exp terms as shown: e^((x - max) / temperature); with +inf in the row those share equally.
void explain_softmax(Builder& b) {
  const TensorId from = b.id(Stage::kMasked, b.head());
  const int n = b.trace.tensor(from).cols;
  const double temperature = b.model().temperature(b.layer(), b.head());
  double top = -INFINITY;
  for (int j = 0; j < n; ++j) {
    top = std::max(top, static_cast<double>(b.at(from, b.row(), j).value));
  }
  double sum = 0.0;
  for (int j = 0; j < n; ++j) {
    const CellValue a = b.at(from, b.row(), j);
    const double x = a.value;
    double value = 0.0;
    if (std::isinf(top)) {
      value = top > 0 && x == top ? 1.0 : 0.0;
    } else {
      value = std::exp((x - top) / temperature);
    }
    sum += value;
    b.out.terms.push_back({.a = a, .value = value});
  }
  b.out.operation = Operation::kSoftmax;
  b.out.own = top == -INFINITY ? -1 : b.col();
  b.constant("max", top);
  b.constant("temperature", temperature);
  b.constant("sum", sum);
  b.source(from, b.row(), 0, 1, n);
  mask_reason(b);
}

}  // namespace

void explain_scores(Builder& b) {
  const int h = b.head();
  const int kv = b.model().kv_head(h);
  switch (b.cell().tensor.stage) {
    case Stage::kQNormed:
      return explain_norm(b, b.id(Stage::kQ, h), Stage::kQNormGain, Stage::kQNormGain);
    case Stage::kKNormed:
      return explain_norm(b, b.id(Stage::kK, h), Stage::kKNormGain, Stage::kKNormGain);
    case Stage::kQRotated: return explain_rotated(b, Stage::kQNormed);
    case Stage::kKRotated: return explain_rotated(b, Stage::kKNormed);
    case Stage::kScores:
      return b.dot_rows(b.id(Stage::kQRotated, h), b.id(Stage::kKRotated, kv), b.col());
    case Stage::kScaled:
      b.out.operation = Operation::kScale;
      b.constant("scale", b.model().score_scale());
      b.single(b.id(Stage::kScores, h), b.row(), b.col());
      b.out.terms.back().value *= b.out.constant("scale");
      return;
    case Stage::kMasked: return explain_masked(b);
    case Stage::kCapped:
      b.out.operation = Operation::kCap;
      b.constant("cap", b.model().softcap);
      return b.single(b.id(Stage::kScaled, h), b.row(), b.col());
    case Stage::kWeights: return explain_softmax(b);
    case Stage::kHeadOut: return b.dot(b.id(Stage::kWeights, h), b.id(Stage::kV, kv), {-1});
    default: {
      const int width = b.model().value_width;
      const auto layer = static_cast<std::size_t>(b.layer());
      if (b.model().layers[layer].gates) {
        return b.product(b.id(Stage::kHeadOut, b.col() / width), b.row(), b.col() % width,
                         b.id(Stage::kGates), b.col() / width);
      }
      b.out.operation = Operation::kCopy;
      return b.single(b.id(Stage::kHeadOut, b.col() / width), b.row(), b.col() % width);
    }
  }
}

}  // namespace ap::explaining
