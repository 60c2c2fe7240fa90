// IEEE 754 binary16 to and from float: exact one way, rounded to nearest even the other.
// NaN stays NaN (its payload is cut), values from 65520 up become infinite, below 2^-25 zero.
#pragma once

#include <bit>
#include <cstdint>

namespace ap {

[[nodiscard]] float float_from_half(std::uint16_t half) noexcept;
[[nodiscard]] std::uint16_t half_from_float(float value) noexcept;
/// bfloat16: the upper half of a float.
[[nodiscard]] inline float float_from_bfloat16(std::uint16_t bits) noexcept {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}
/// The nearest number that binary16 has.
[[nodiscard]] inline float round_to_half(float value) noexcept {
  return float_from_half(half_from_float(value));
}

}  // namespace ap
