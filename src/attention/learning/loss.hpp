// Loss: how far painted rows are from what came out, and the slope that learning follows.
// Rows of weights: cross-entropy of the softmax row against the target's shares, less the target's
// own entropy, so that 0 is reached. Rows of an output: the mean square of the differences.
// The whole loss is the mean over all rows of all sentences.
#pragma once

#include <span>

#include "attention/learning/backward.hpp"

namespace ap {

struct RowTarget {
  TensorId tensor;  // kWeights of a head, or kOutput of a layer
  int row = 0;
  SharedMatrix values;  // weights: 1 x S shares that sum to 1; output: 1 x D
};

struct Loss {
  double value = 0.0;  // sum over rows
  float error = 0.0F;  // largest |difference| of any cell
  void add(const Loss& other) noexcept;
};

/// kNotFound, kShape, kRange (a share of a key that the mask hides) with what to do about it.
[[nodiscard]] Result<void> check_target(const Trace& trace, const RowTarget& target);

/// Of one row. Precondition: check_target holds.
[[nodiscard]] Loss row_loss(const Trace& trace, const RowTarget& target);
/// Adds factor · d loss / d stage to the cotangents.
void loss_back(const Trace& trace, const RowTarget& target, double factor, Backward& pass);

}  // namespace ap
