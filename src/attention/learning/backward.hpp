// Backward: exact derivatives of a weighted sum of cells of the trace by every parameter and
// embedding, by reverse accumulation over a finished trace (each step quotes the forward line that
// it inverts). Used for sensitivity (one cell) and for learning (a loss's slope by each cell).
// Leaves out: derivatives by the cached keys and values, and by the computed positions.
// reference_backward.hpp is the same in double, which this is tested against.
#pragma once

#include <memory>
#include <vector>

#include "attention/forward/trace.hpp"
#include "tensor/kernels.hpp"

namespace ap {

struct LinearGradient {
  Matrix weight;
  Matrix bias;  // empty if the map has none
};

struct NormGradient {
  Matrix gain;
  Matrix bias;
};

/// The members of Layer, so that one table serves both (layer_slot.hpp).
struct LayerGradients {
  LinearGradient q, k, v, o, gate, up, down;
  Matrix temperature;  // 1 x H, also where the model leaves it at 1
  NormGradient norm1, norm2;
};

struct Gradients {
  Matrix embeddings;  // T x D
  Matrix source;      // S x D, cross-attention only
  Matrix learned;     // N x D, learned positions only
  Matrix mask;        // T x S: by a number added at that place; over all layers and heads
  std::vector<LayerGradients> layers;
  int key_width = 0;
  int value_width = 0;
  /// By every computed stage, where `keep_stages` was asked for; else null.
  std::shared_ptr<const Trace> stages;

  /// The derivative by a parameter or a kept stage, with the shape that Trace::tensor has for it;
  /// empty if there is none.
  [[nodiscard]] ConstView tensor(TensorId id) const noexcept;
  /// The same for all heads together, as the model holds it; null if there is none.
  [[nodiscard]] const Matrix* whole(TensorId id) const noexcept;
  [[nodiscard]] Matrix* whole(TensorId id) noexcept;
};

/// d(sum over cells of cotangent · tensor)/d(everything). `cotangent` has the shape of
/// trace.tensor(target). kNotFound: no such tensor, or a parameter; kShape: another shape.
[[nodiscard]] Result<Gradients> backward(const Trace& trace, TensorId target,
                                         const Matrix& cotangent);
/// The same for one cell: how fast it grows with each parameter.
[[nodiscard]] Result<Gradients> sensitivity(const Trace& trace, CellId target);

namespace steps {
struct Reverse;
}

/// The same by hand, for several tensors at once and pass after pass: begin, add to the cotangents,
/// run, read. Allocates nothing when the trace has the shapes of the one before.
class Backward {
 public:
  Backward();
  ~Backward();
  Backward(Backward&&) noexcept;
  Backward& operator=(Backward&&) noexcept;

  /// Everything is zero. `inputs` false: derivatives by embeddings and source are not needed.
  /// The trace must stay as it is until `run` is done.
  void begin(const Trace& trace, bool inputs = true);
  /// Where to add the cotangent of a computed stage; empty if there is none of that name.
  [[nodiscard]] View cotangent(TensorId id);
  void run(Scratch& scratch);
  [[nodiscard]] Gradients& gradients() noexcept;
  /// After `run`: hands the derivatives by the stages over to the gradients.
  void keep_stages();

 private:
  std::unique_ptr<steps::Reverse> reverse_;
};

}  // namespace ap
