// Input: what a forward pass reads besides the model. Self-attention is the case without a source.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

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

struct Input {
  SharedMatrix embeddings;  // T x D
  SharedMatrix source;      // S x D; null: self-attention
  SharedMatrix mask;        // T x S, added to the scaled scores: 0, finite, or -inf; null: none
  int kv_length = -1;       // keys at and past it are hidden (padding); -1: none are
  std::shared_ptr<const Past> past;  // self-attention only; null: none

  [[nodiscard]] bool cross() const noexcept { return source != nullptr; }
  [[nodiscard]] int queries() const noexcept {  // T
    return embeddings ? static_cast<int>(embeddings->rows()) : 0;
  }
  [[nodiscard]] int past_length() const noexcept { return past ? past->length() : 0; }  // P
  [[nodiscard]] int keys() const noexcept {                                             // S
    return cross() ? static_cast<int>(source->rows()) : past_length() + queries();
  }
};

/// Model and input together: shapes, finite values, and the memory that the trace would take.
[[nodiscard]] Result<void> validate(const Model& model, const Input& input);

/// Bytes of all stages of a trace at these sizes; 64 bits wide also where memory is not.
[[nodiscard]] std::uint64_t trace_bytes(const Model& model, int queries, int keys,
                                        bool cross) noexcept;
inline constexpr std::uint64_t kMaxTraceBytes = 1'500'000'000;

}  // namespace ap
