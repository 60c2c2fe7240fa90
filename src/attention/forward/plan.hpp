// Plan: which stages a model's options switch on, and which stage feeds which. Trace, forward and
// explain all ask here, so that they cannot disagree.
//
//   pre-norm:  h = x + attention(norm1(x));   output = h + mlp(norm2(h))
//   post-norm: h = norm1(x + attention(x));   output = norm2(h + mlp(h))
// (Xiong et al. 2020, fig. 1); without residual the `x +` and `h +` fall away.
#pragma once

#include "attention/model/input.hpp"
#include "attention/model/tensor_id.hpp"

namespace ap {

struct Plan {
  bool added_positions;  // sinusoidal or learned: input = embeddings + positions
  bool rope;
  bool alibi;
  bool pre_norm;
  bool post_norm;
  bool mlp;
  bool swiglu;
  bool residual;
  bool scaled;
  bool capped;
  bool masked;

  /// What Q (and K and V in self-attention) are projected from: kNorm1 or kInput.
  [[nodiscard]] Stage attention_input() const noexcept;
  /// projected + input, or projected alone.
  [[nodiscard]] Stage attended() const noexcept;
  /// h above: what the MLP's residual adds to.
  [[nodiscard]] Stage middle() const noexcept;
  [[nodiscard]] Stage mlp_input() const noexcept;
  /// mlp_out + h, or mlp_out alone.
  [[nodiscard]] Stage mlp_result() const noexcept;
  /// The stage that `output` is another name of.
  [[nodiscard]] Stage last() const noexcept;
};

[[nodiscard]] Plan plan(const Model& model, bool has_mask) noexcept;
/// Causal, painted, padding or a window: is there anything to add to the scores?
[[nodiscard]] bool has_mask(const Model& model, const Input& input) noexcept;

}  // namespace ap
