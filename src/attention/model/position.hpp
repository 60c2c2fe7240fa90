// Position encodings: sinusoidal (Vaswani et al. 2017, 3.5), rotary (Su et al. 2021, eq. 15; both
// pairings), ALiBi (Press et al. 2022, section 3). Angles are kept in double until the last step,
// so that far positions lose nothing.
#pragma once

#include "attention/model/model.hpp"
#include "tensor/matrix.hpp"

namespace ap {

/// position · base^(-2 pair / width): the angle of a pair of dimensions, in radians.
[[nodiscard]] double position_angle(int position, int pair, int width, double base) noexcept;
/// The same of RoPE, with its scaling: position · frequency(pair).
[[nodiscard]] double rotary_angle(int position, int pair, int width, const Positions& p) noexcept;
/// P[position][dim]: sin for even dims, cos for odd ones, of the pair dim / 2.
[[nodiscard]] float sinusoid(int position, int dim, int width, double base) noexcept;
/// Slope of a head: 2^(-8 (h + 1) / H) when H is a power of two; otherwise those of the power of
/// two below, then every other one of the next, as in the paper's code.
[[nodiscard]] double alibi_slope(int head, int heads) noexcept;
/// -slope · |query position - key position|
[[nodiscard]] float alibi_bias(int query, int key, double slope) noexcept;

/// The columns that RoPE pairs, within a head's R rotary columns.
struct RotaryPair {
  int first;
  int second;
};
[[nodiscard]] RotaryPair rotary_pair(int pair, int rotary_width, bool interleaved) noexcept;

/// Turns the first R columns of one head's row: y_first = x_first cos - x_second sin,
/// y_second = x_first sin + x_second cos; copies the rest. cos and sin hold R/2 numbers.
void rotate_row(const float* x, float* y, int width, int rotary_width, bool interleaved,
                const float* cos, const float* sin) noexcept;

}  // namespace ap
