// Input: what a forward pass reads besides the model. Self-attention is the case without a source.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "attention/model/intervention.hpp"
#include "attention/model/model.hpp"

namespace ap {

/// Keys and values of earlier tokens, before rotation, a layer each: P x G·K and P x G·V.
struct Past {
  struct LayerPast {
    SharedMatrix k;
    SharedMatrix v;
  };
  std::vector<LayerPast> layers;
  [[nodiscard]] int length() const noexcept {
    return layers.empty() || !layers[0].k ? 0 : static_cast<int>(layers[0].k->rows());
  }
};

using SharedInts = std::shared_ptr<const std::vector<int>>;

struct Input {
  SharedMatrix embeddings;  // T x D; a language model computes them from the ids: null
  SharedInts ids;           // T tokens of the vocabulary, language models only
  SharedInts logit_rows;    // of which logits and probabilities are wanted, ascending; null: none
  SharedMatrix source;      // S x D; null: self-attention
  SharedMatrix mask;        // T x S, added to the scaled scores: 0, finite, or -inf; null: none
  int kv_length = -1;       // keys at and past it are hidden (padding); -1: none are
  std::shared_ptr<const Past> past;   // self-attention only; null: none
  SharedInterventions interventions;  // null: none; not with a cache

  [[nodiscard]] bool cross() const noexcept { return source != nullptr; }
  [[nodiscard]] int queries() const noexcept {  // T
    if (ids) return static_cast<int>(ids->size());
    return embeddings ? static_cast<int>(embeddings->rows()) : 0;
  }
  [[nodiscard]] int past_length() const noexcept { return past ? past->length() : 0; }  // P
  [[nodiscard]] int keys() const noexcept {                                             // S
    return cross() ? static_cast<int>(source->rows()) : past_length() + queries();
  }
};

/// The row of learned positions that a token reads: offset + its place, or with padding offset - 1
/// for padding and offset + the number of other tokens before it (RoBERTa).
[[nodiscard]] int position_row(const Model& model, const Input& input, int position) noexcept;

/// Model and input together: shapes, finite values, and the memory that the trace would take.
[[nodiscard]] Result<void> validate(const Model& model, const Input& input);

/// The same where the model has been checked before.
[[nodiscard]] Result<void> validate_input(const Model& model, const Input& input);

/// Every intervention has a computed stage of this model, cells within it, and values that fit.
[[nodiscard]] Result<void> check_interventions(const Model& model, const Input& input);

/// Bytes of all stages of a trace at these sizes; 64 bits wide also where memory is not.
[[nodiscard]] std::uint64_t trace_bytes(const Model& model, int queries, int keys,
                                        bool cross) noexcept;
inline constexpr std::uint64_t kMaxTraceBytes = 1'500'000'000;

}  // namespace ap
