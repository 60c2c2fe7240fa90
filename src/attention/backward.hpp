// Backward: exact derivatives of a weighted sum of one tensor's cells by every parameter and
// embedding, by reverse accumulation over a finished trace (each step quotes the forward line that it
// inverts). Used for sensitivity (one cell) and for learning (a loss's slope by each cell).
// Leaves out: derivatives by the cached keys and values, and by the computed positions.
#pragma once

#include <vector>

#include "attention/trace.hpp"
#include "tensor/kernels.hpp"

namespace ap {

struct LinearGradient {
  Matrix weight;
  Matrix bias;  // empty if the map has none
};

struct LayerGradients {
  LinearGradient q, k, v, o, gate, up, down;
  Matrix temperature;  // 1 x H, also where the model leaves it at 1
  Matrix gain1, bias1, gain2, bias2;
};

struct Gradients {
  Matrix embeddings;  // T x D
  Matrix source;      // S x D, cross-attention only
  Matrix learned;     // N x D, learned positions only
  Matrix mask;        // T x S: by a number added at that place; over all layers and heads
  std::vector<LayerGradients> layers;
  int key_width = 0;
  int value_width = 0;

  /// The derivative by a parameter, with the shape that Trace::tensor has for it; empty if there is none.
  [[nodiscard]] ConstView tensor(TensorId id) const noexcept;
};

/// d(sum over cells of cotangent · tensor)/d(everything). `cotangent` has the shape of
/// trace.tensor(target). kNotFound: no such tensor, or a parameter; kShape: another shape.
[[nodiscard]] Result<Gradients> backward(const Trace& trace, TensorId target,
                                         const Matrix& cotangent);
/// The same for one cell: how fast it grows with each parameter.
[[nodiscard]] Result<Gradients> sensitivity(const Trace& trace, CellId target);

}  // namespace ap
