// Forward pass. `forward` is pure; `update` brings a trace to a new model and input by recomputing
// only what depends on what changed, with the bits that `forward` would give (see the order of
// additions in tensor/kernels.hpp). Vaswani et al. 2017, eq. 1, in the order of the ONNX Attention
// operator: scores, scale, softcap, mask, softmax.
#pragma once

#include "attention/forward/trace.hpp"
#include "tensor/kernels.hpp"

namespace ap {

/// Precondition: validate(model, input) holds.
[[nodiscard]] Trace forward(const Model& model, const Input& input);
[[nodiscard]] Trace forward(const Model& model, const Input& input, Scratch& scratch);

/// What the last update did, for tests, the bench and the status line.
struct UpdateStats {
  bool full = false;      // shapes or structure changed: all recomputed
  std::size_t cells = 0;  // cells written
};

/// Brings `trace` (of any earlier model and input, or empty) to model and input.
/// Precondition: validate(model, input) holds. Allocates nothing when no shape changed,
/// but for the first edit that keeps parts (project.cpp).
UpdateStats update(Trace& trace, const Model& model, const Input& input, Scratch& scratch);

}  // namespace ap
