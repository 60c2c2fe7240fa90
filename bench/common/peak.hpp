// What the processor can do with one vector type: multiplications and additions (fused where the
// variant is) that wait for nothing but themselves, in as many chains as there are registers.
#pragma once

#include "tensor/simd.hpp"

namespace ap::bench {

template <class V>
struct Peak {
  using Reg = typename V::Reg;
  static constexpr int kChains = 12;
  static constexpr double kRoundFlops = (V::kFused ? 2.0 : 1.0) * kChains * V::kLanes;

  /// Fused: the sum is the operand that is added and the factors are two registers, so V8 adds no
  /// move. Not fused: half the chains multiply, half add. Were each product added at once, a chain
  /// would be as long as two operations, and the loop measure latency.
  static AP_INLINE Reg step(Reg x, Reg f, Reg g, int chain) {
    if constexpr (V::kFused) return V::madd(f, g, x);
    return chain < kChains / 2 ? V::mul(x, f) : V::add(x, g);
  }
  static float run(int rounds) {
    volatile float one = 1.0F;  // unknown to the compiler, which would drop a product with it
    Reg chain[kChains];
    AP_UNROLL
    for (int i = 0; i < kChains; ++i) chain[i] = V::splat(static_cast<float>(i));
    const Reg f = V::splat(one), g = V::splat(one);
    // Two rounds mixed would have each step wait for the one before it.
    AP_NO_UNROLL
    for (int r = 0; r < rounds; ++r) {
      AP_UNROLL
      for (int i = 0; i < kChains; ++i) chain[i] = step(chain[i], f, g, i);
    }
    Reg total = chain[0];
    for (int i = 1; i < kChains; ++i) total = V::add(total, chain[i]);
    float lanes[V::kLanes];
    V::store(lanes, total);
    return lanes[0];
  }
};

}  // namespace ap::bench
