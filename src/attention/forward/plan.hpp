// Plan: which stages a model's options switch on, and which stage feeds which. Trace, forward and
// explain all ask here, so that they cannot disagree.
//
//   pre-norm:  h = x + attention(norm1(x));   output = h + mlp(norm2(h))
//   post-norm: h = norm1(x + attention(x));   output = norm2(h + mlp(h))
//   sandwich:  h = x + post1(attention(norm1(x)));   output = h + post2(mlp(norm2(h)))
//   parallel:  output = x + attention(norm1(x)) + mlp(norm2(x))
// (Xiong et al. 2020, fig. 1); without residual the `x +` and `h +` fall away.
#pragma once

#include "attention/model/input.hpp"
#include "attention/model/tensor_id.hpp"

namespace ap {

struct Plan {
  bool added_positions;  // sinusoidal or learned: input = embeddings + positions
  bool rope;
  bool alibi;
  bool segment;
  bool embedding_norm;
  bool qk_norm;
  bool pre_norm;  // sandwich too
  bool post_norm;
  bool sandwich;
  bool mlp;
  bool gated;  // the MLP has a gate: SwiGLU, GeGLU
  bool residual;
  bool parallel;
  bool scaled;
  bool capped;
  bool masked;
  bool language;    // the table before the layers and the head after them
  bool transform;   // of the head
  bool activation;  // of the transform
  bool final_norm;
  bool logits_capped;

  /// Something is added to the embeddings.
  [[nodiscard]] bool input_sum() const noexcept { return added_positions || segment; }
  /// The first layer's input is a stage of its own.
  [[nodiscard]] bool own_input() const noexcept { return input_sum() || embedding_norm; }
  /// What Q (and K and V in self-attention) are projected from: kNorm1 or kInput.
  [[nodiscard]] Stage attention_input() const noexcept;
  /// What attention adds to the stream: projected, or its norm.
  [[nodiscard]] Stage attention_part() const noexcept;
  /// attention_part + input, or projected alone.
  [[nodiscard]] Stage attended() const noexcept;
  /// h above: what the MLP's residual adds to.
  [[nodiscard]] Stage middle() const noexcept;
  /// What norm2 reads: h, or the layer's input where the parts are parallel.
  [[nodiscard]] Stage mlp_source() const noexcept;
  [[nodiscard]] Stage mlp_input() const noexcept;
  /// mlp_out or its norm: what the MLP adds to the stream before its gate.
  [[nodiscard]] Stage mlp_part() const noexcept;
  /// The MLP's part + h, or mlp_out alone.
  [[nodiscard]] Stage mlp_result() const noexcept;
  /// The stage that `output` is another name of.
  [[nodiscard]] Stage last() const noexcept;
  /// Of the head, the stage that is `final` (kOutput: the last layer's).
  [[nodiscard]] Stage final() const noexcept;
};

[[nodiscard]] Plan plan(const Model& model, bool has_mask) noexcept;
/// Causal, painted, padding or a window: is there anything to add to the scores?
[[nodiscard]] bool has_mask(const Model& model, const Input& input) noexcept;

}  // namespace ap
