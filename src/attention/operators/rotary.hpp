// rotate: the ONNX operator RotaryEmbedding (opset 23) on plain arrays. Pairs (a, b) of a head's
// first R numbers become (a cos - b sin, a sin + b cos); the rest pass through. Su et al. 2021,
// eq. 34. Cosines and sines are given, not computed; forward.hpp makes its own from positions.
#pragma once

#include "base/error.hpp"
#include "tensor/array.hpp"

namespace ap {

struct RotaryInput {
  const Array* x = nullptr;  // (T, H·K), (B, T, H·K) or (B, H, T, K)
  const Array* cos =
      nullptr;  // with positions (N, R/2); without (B, T, R/2), or (>= T, R/2) for all batches
  const Array* sin = nullptr;  // as cos
  const std::vector<std::int64_t>* positions =
      nullptr;  // rows of cos and sin: B·T, or T for all batches
};

struct RotaryOptions {
  int heads = 0;             // H in packed arrays; 0: 1
  int dim = 0;               // R; 0: the whole head
  bool interleaved = false;  // pairs (2i, 2i+1) instead of (i, i + R/2)
};

/// The rotated array, of x's shape. Errors' `where` is the argument: "input", "cos", "positions",
/// ...
[[nodiscard]] Result<Array> rotate(const RotaryInput& input, const RotaryOptions& options);

}  // namespace ap
