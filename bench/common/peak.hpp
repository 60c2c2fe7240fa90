// What the processor can do with one vector type: 12 independent accumulators in registers, a
// multiply and an add (fused where the variant is) each.
#pragma once

#include "tensor/simd.hpp"

namespace ap::bench {

template <class V>
struct Peak {
  using Reg = typename V::Reg;
  static constexpr int kSums = 12;
  static constexpr double kChainFlops = 2.0 * kSums * V::kLanes;  // a round

  static float chains(int rounds, float factor) {
    Reg sum[kSums];
    AP_UNROLL
    for (int i = 0; i < kSums; ++i) sum[i] = V::splat(static_cast<float>(i));
    const Reg f = V::splat(factor);
    for (int r = 0; r < rounds; ++r) {
      AP_UNROLL
      for (int i = 0; i < kSums; ++i) sum[i] = V::madd(sum[i], f, f);
    }
    Reg total = sum[0];
    for (int i = 1; i < kSums; ++i) total = V::add(total, sum[i]);
    float lanes[V::kLanes];
    V::store(lanes, total);
    return lanes[0];
  }
};

}  // namespace ap::bench
