#include "io/arrays/half.hpp"

namespace ap {

float float_from_half(std::uint16_t half) noexcept {
  const std::uint32_t sign = (half & 0x8000U) << 16;
  const std::uint32_t exponent = (half >> 10) & 0x1FU;
  const std::uint32_t mantissa = half & 0x3FFU;
  if (exponent == 0) {  // zero and subnormals: mantissa x 2^-24, exact in float
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24F;
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(magnitude) | sign);
  }
  const std::uint32_t wide = exponent == 31 ? 255U : exponent + (127U - 15U);
  return std::bit_cast<float>(sign | (wide << 23) | (mantissa << 13));
}

std::uint16_t half_from_float(float value) noexcept {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = (bits >> 16) & 0x8000U;
  const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
  const auto with_sign = [sign](std::uint32_t half) {
    return static_cast<std::uint16_t>(sign | half);
  };
  if (magnitude > 0x7F800000U) return with_sign(0x7E00U | ((magnitude >> 13) & 0x3FFU));  // NaN
  if (magnitude >= 0x477FF000U) return with_sign(0x7C00U);  // 65520 and more, infinity
  const auto rounded = [](std::uint32_t kept, std::uint32_t rest, std::uint32_t tie) {
    return kept + ((rest > tie || (rest == tie && (kept & 1U) != 0)) ? 1U : 0U);
  };
  if (magnitude >= 0x38800000U) {  // normal in half: 2^-14 and more
    return with_sign(rounded((magnitude - 0x38000000U) >> 13, magnitude & 0x1FFFU, 0x1000U));
  }
  if (magnitude < 0x33000000U) return with_sign(0);      // below 2^-25
  const std::uint32_t shift = 126U - (magnitude >> 23);  // 14..24
  const std::uint32_t mantissa = (magnitude & 0x7FFFFFU) | 0x800000U;
  return with_sign(rounded(mantissa >> shift, mantissa & ((1U << shift) - 1U), 1U << (shift - 1U)));
}

}  // namespace ap
