// The MLP's elementwise functions in double, with their slopes. GELU: Hendrycks and Gimpel 2016;
// gated units: Shazeer 2020. What the forward pass rounds to float32, explanation and backward read
// the same.
#pragma once

#include "attention/model/parts.hpp"

namespace ap {

/// a(x) of the kinds without a gate, and of the gate of those with one; kNone: x.
[[nodiscard]] double activation(MlpKind kind, double x) noexcept;
/// Its derivative; of ReLU at 0: 0.
[[nodiscard]] double activation_slope(MlpKind kind, double x) noexcept;

}  // namespace ap
