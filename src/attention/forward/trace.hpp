// Trace: every intermediate of a forward pass, by layer and head. A stage that is switched off has
// no storage: its view is that of the stage it equals (no mask: masked is capped), and `has` is
// false.
#pragma once

#include <vector>

#include "attention/model/input.hpp"
#include "attention/model/tensor_id.hpp"

namespace ap {

struct LayerTrace {
  Matrix norm1;      // T x D
  Matrix q;          // T x H·K
  Matrix k;          // S x G·K
  Matrix v;          // S x G·V
  Matrix q_rotated;  // T x H·K
  Matrix k_rotated;  // S x G·K
  Matrix scores;     // H·T x S, head h owns rows [hT, (h+1)T), as do the next four
  Matrix scaled;
  Matrix capped;
  Matrix masked;
  Matrix mask;  // T x S: causal, window, painted and padding together; see Trace::mask
  Matrix weights;
  Matrix concat;  // T x H·V, head_out h is columns [hV, (h+1)V)
  Matrix projected;
  Matrix added;
  Matrix norm2;
  Matrix gate;  // T x F
  Matrix up;
  Matrix hidden;
  Matrix mlp_out;
  Matrix mlp_added;
  Matrix parts;  // no stage: parts of projected that edits reuse, see project.cpp
};

struct Trace {
  Model model;
  Input input;
  Matrix positions;         // T x D, T x R/2, or H·T x S (ALiBi)
  Matrix source_positions;  // S x D or S x R/2; also with a cache, for the keys' angles
  Matrix input_sum;         // T x D, embeddings + positions
  Matrix source_sum;        // S x D
  Matrix rotary_cos;        // N x R/2, N = all positions; RoPE only
  Matrix rotary_sin;
  std::vector<LayerTrace> layers;

  [[nodiscard]] int queries() const noexcept { return input.queries(); }
  [[nodiscard]] int keys() const noexcept { return input.keys(); }

  /// What is added to a layer's scores; empty if there is none. Layers of one window share it: it
  /// is kept in, and has the address of, the first of them.
  [[nodiscard]] ConstView mask(int layer) const noexcept;
  /// `layer` as an address has it: 0 for what is before the layers, the mask's first layer.
  [[nodiscard]] int home(Stage stage, int layer) const noexcept;
  /// Is this a stage of its own here (and the layer and head in range)?
  [[nodiscard]] bool has(TensorId id) const noexcept;
  /// The matrix, or that of the stage it equals; empty if out of range or not part of this model.
  [[nodiscard]] ConstView tensor(TensorId id) const noexcept;
  /// The stage whose storage `tensor(id)` shows: id itself, or what it equals.
  [[nodiscard]] TensorId resolve(TensorId id) const noexcept;
  /// Stages that are on, in the order of the computation, for one layer.
  [[nodiscard]] std::vector<Stage> stages(int layer) const;
  /// Bytes held by the stages.
  [[nodiscard]] std::size_t bytes() const noexcept;
  /// How many matrices a head-wise stage has: H, or G for w_k w_v b_k b_v k v k_rotated; else 1.
  [[nodiscard]] int head_count(Stage stage) const noexcept;
};

}  // namespace ap
