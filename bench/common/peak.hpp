// What the processor can do at most with one vector type: the faster of 12 independent accumulators in
// registers and of 8 fed from a kilobyte in the first-level cache (the products of the first wait for
// its sums, which a plain multiply and add pays for and a fused one does not).
#pragma once

#include "tensor/simd.hpp"

namespace ap::bench {

template <class V>
struct Peak {
  using Reg = typename V::Reg;
  static constexpr double kChainFlops = 24.0 * V::kLanes;  // a round
  static constexpr double kFedFlops = 16.0 * V::kLanes;    // a step

  static float chains(int rounds, float factor) {
    Reg sum[12];
    AP_UNROLL
    for (int i = 0; i < 12; ++i) sum[i] = V::splat(static_cast<float>(i));
    const Reg f = V::splat(factor);
    for (int r = 0; r < rounds; ++r) {
      AP_UNROLL
      for (int i = 0; i < 12; ++i) sum[i] = V::madd(sum[i], f, f);
    }
    return fold(sum, 12);
  }

  static float fed(int rounds, const float* kilobyte) {
    Reg sum[8];
    AP_UNROLL
    for (int i = 0; i < 8; ++i) sum[i] = V::splat(0.0F);
    for (int r = 0; r < rounds; ++r) {
      for (int k = 0; k < 256; k += 4 * V::kLanes) fed_steps(kilobyte + k, sum);
    }
    return fold(sum, 8);
  }
  static constexpr int kFedStepsPerRound = 256 / (4 * V::kLanes) * 2;

 private:
  static AP_INLINE void fed_steps(const float* p, Reg (&sum)[8]) {
    AP_UNROLL
    for (int s = 0; s < 2; ++s) {
      const Reg a = V::load(p + 2 * s * V::kLanes), b = V::load(p + (2 * s + 1) * V::kLanes);
      AP_UNROLL
      for (int i = 0; i < 4; ++i) {
        const Reg f = V::load_splat(p + 2 * s * V::kLanes + i);
        sum[2 * i] = V::madd(f, a, sum[2 * i]);
        sum[2 * i + 1] = V::madd(f, b, sum[2 * i + 1]);
      }
    }
  }
  static float fold(const Reg* sum, int n) {
    Reg total = sum[0];
    for (int i = 1; i < n; ++i) total = V::add(total, sum[i]);
    float lanes[V::kLanes];
    V::store(lanes, total);
    return lanes[0];
  }
};

}  // namespace ap::bench
