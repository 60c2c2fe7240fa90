// A seeded generator with the same numbers on every platform and compiler; the standard
// library's distributions are not. SplitMix64 (Steele, Lea, Flood 2014); not for secrets.
#pragma once

#include <cstdint>
#include <string_view>

namespace ap {

class Rng {
 public:
  explicit Rng(std::uint64_t seed) noexcept : state_(seed) {}

  /// The next 64 bits.
  [[nodiscard]] std::uint64_t next() noexcept;
  /// Uniform in [0, 1), 24 bits: exact in float.
  [[nodiscard]] float uniform() noexcept;
  /// Uniform in [0, n); n > 0. The modulo bias is below n / 2^64.
  [[nodiscard]] std::uint32_t below(std::uint32_t n) noexcept;
  /// Standard normal as the sum of 12 uniforms minus 6: no libm, so the same bits everywhere;
  /// tails end at +-6, which is what initial weights want.
  [[nodiscard]] float normal() noexcept;

 private:
  std::uint64_t state_;
};

/// FNV-1a over the bytes: a stable seed from a word.
[[nodiscard]] std::uint64_t seed_from(std::string_view bytes, std::uint64_t salt = 0) noexcept;

}  // namespace ap
