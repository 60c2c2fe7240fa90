// What the kernel tests share: every variant this machine can run, matrices inside larger ones (so
// that strides exceed widths and pointers are unaligned), guards around outputs, distances in ULP.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "base/rng.hpp"
#include "tensor/kernels.hpp"
#include "tensor/variant.hpp"

namespace ap::test {

/// Runs `body` once for each variant; leaves the best one chosen.
template <class Body>
void for_each_variant(Body body) {
  for (const KernelTable* table : kernel_tables()) {
    set_kernel_variant_for_tests(table->name);
    body(*table);
  }
  set_kernel_variant_for_tests(kernel_tables().front()->name);
}

/// A window in storage of its own, offset by `pad` floats and with `pad` floats between rows.
class Padded {
 public:
  Padded(int rows, int cols, int pad)
      : rows_(rows),
        cols_(cols),
        stride_(cols + pad),
        pad_(pad),
        cells_(static_cast<std::size_t>(rows * stride_ + pad), kGuard) {}
  Padded(int rows, int cols, int pad, Rng& rng) : Padded(rows, cols, pad) {
    for (int i = 0; i < rows; ++i) {
      for (int j = 0; j < cols; ++j) view()(i, j) = rng.normal();
    }
  }
  [[nodiscard]] View view() { return {cells_.data() + pad_, rows_, cols_, stride_}; }
  [[nodiscard]] ConstView read() const { return {cells_.data() + pad_, rows_, cols_, stride_}; }
  /// Nothing outside the window was written.
  [[nodiscard]] bool guards_intact() const {
    for (std::size_t at = 0; at < cells_.size(); ++at) {
      const int from_start = static_cast<int>(at) - pad_;
      const bool inside =
          from_start >= 0 && from_start / stride_ < rows_ && from_start % stride_ < cols_;
      if (!inside && cells_[at] != kGuard) return false;
    }
    return true;
  }

 private:
  static constexpr float kGuard = -12345.0F;
  int rows_, cols_, stride_, pad_;
  std::vector<float> cells_;
};

inline bool same_bits(ConstView a, ConstView b) {
  if (a.rows != b.rows || a.cols != b.cols) return false;
  for (int i = 0; i < a.rows; ++i) {
    if (std::memcmp(a.row(i), b.row(i), static_cast<std::size_t>(a.cols) * sizeof(float)) != 0) {
      return false;
    }
  }
  return true;
}

inline float from_bits(std::uint32_t bits) {
  float x = 0.0F;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

/// |got - exact| in units of the last place of the float nearest to exact.
inline double ulps(float got, double exact) {
  const auto nearest = static_cast<float>(std::fabs(exact));
  const double next = std::nextafter(nearest, std::numeric_limits<float>::infinity());
  return std::fabs(static_cast<double>(got) - exact) / (next - static_cast<double>(nearest));
}

#if defined(__wasm__)
inline constexpr std::uint32_t kBitStep = 4099;  // primes: no mantissa pattern is left out for good
#else
inline constexpr std::uint32_t kBitStep = 257;
#endif

/// body(x) for float bit patterns kBitStep apart, both signs, all exponents, infinities and NaN.
template <class Body>
void for_float_steps(Body body) {
  for (std::uint64_t bits = 0; bits < (1ULL << 32U); bits += kBitStep) {
    body(from_bits(static_cast<std::uint32_t>(bits)));
  }
  for (const std::uint32_t special :
       {0x00000000U, 0x80000000U, 0x7F800000U, 0xFF800000U, 0x7FC00000U, 0x7F7FFFFFU, 0xFF7FFFFFU,
        0x00000001U, 0x80000001U, 0x3F800000U}) {
    body(from_bits(special));
  }
}

}  // namespace ap::test
