// Vector types behind one interface, so that every kernel is written once: 4 lanes of wasm SIMD128,
// the same with relaxed FMA, or 4 lanes of compiler vectors (SSE2, NEON, anything else).
// 8 lanes of AVX2 are in simd_avx2.hpp, which only kernels_avx2.cpp may include.
//
// madd(a, b, c) = a * b + c: one rounding where kFused, two otherwise. max and min return the
// second operand when the first is not ordered before or after it, as maxps and f32x4.pmax do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__wasm_simd128__)
#include <wasm_simd128.h>
#endif

#define AP_INLINE inline __attribute__((always_inline))
#if defined(__clang__)
#define AP_UNROLL _Pragma("clang loop unroll(full)")
#define AP_NO_UNROLL _Pragma("clang loop unroll(disable)")
#else
#define AP_UNROLL _Pragma("GCC unroll 32")
#define AP_NO_UNROLL
#endif

namespace ap::simd {

#if defined(__wasm_simd128__)

struct Wasm128 {
  using Reg = v128_t;
  using Quad = Wasm128;
  static constexpr int kLanes = 4;
  static constexpr int kTileRows = 3;  // 3 x 12: V8 has 15 registers, and mul+add needs one more
  static constexpr int kTileRegs = 3;
  static constexpr int kNarrowRows = 4;
  static constexpr int kNarrowRegs = 2;
  static constexpr bool kFused = false;
  static constexpr const char* kName = "simd128";

  /// The value is computed here: a pointer is not folded into an index that is turned back at every
  /// load.
  template <class T>
  static AP_INLINE void pin(T& value) {
    asm volatile("" : "+r"(value));
  }
  static AP_INLINE Reg load(const float* p) { return wasm_v128_load(p); }
  static AP_INLINE void store(float* p, Reg a) { wasm_v128_store(p, a); }
  static AP_INLINE Reg splat(float x) { return wasm_f32x4_splat(x); }
  static AP_INLINE Reg load_splat(const float* p) { return wasm_v128_load32_splat(p); }
  static AP_INLINE Reg add(Reg a, Reg b) { return wasm_f32x4_add(a, b); }
  static AP_INLINE Reg sub(Reg a, Reg b) { return wasm_f32x4_sub(a, b); }
  static AP_INLINE Reg mul(Reg a, Reg b) { return wasm_f32x4_mul(a, b); }
  static AP_INLINE Reg div(Reg a, Reg b) { return wasm_f32x4_div(a, b); }
  static AP_INLINE Reg madd(Reg a, Reg b, Reg c) { return add(mul(a, b), c); }
  static AP_INLINE Reg max(Reg a, Reg b) { return wasm_f32x4_pmax(b, a); }
  static AP_INLINE Reg min(Reg a, Reg b) { return wasm_f32x4_pmin(b, a); }
  static AP_INLINE float max_lane(Reg a) {
    a = max(a, wasm_i32x4_shuffle(a, a, 2, 3, 0, 1));
    a = max(a, wasm_i32x4_shuffle(a, a, 1, 0, 3, 2));
    return wasm_f32x4_extract_lane(a, 0);
  }
  static AP_INLINE Reg less(Reg a, Reg b) { return wasm_f32x4_lt(a, b); }
  static AP_INLINE Reg equal(Reg a, Reg b) { return wasm_f32x4_eq(a, b); }
  static AP_INLINE Reg bit_and(Reg a, Reg b) { return wasm_v128_and(a, b); }
  static AP_INLINE Reg bit_or(Reg a, Reg b) { return wasm_v128_or(a, b); }
  /// a where the mask is clear, 0 where it is set.
  static AP_INLINE Reg clear_where(Reg mask, Reg a) { return wasm_v128_andnot(a, mask); }
  static AP_INLINE Reg select(Reg mask, Reg a, Reg b) { return wasm_v128_bitselect(a, b, mask); }
  /// The integer in the low mantissa bits, moved up into the exponent.
  static AP_INLINE Reg to_exponent(Reg a) { return wasm_i32x4_shl(a, 23); }
  /// Four rows of a 4 x 4 block -> its columns.
  static AP_INLINE void transpose(Reg a, Reg b, Reg c, Reg d, Reg out[4]) {
    const Reg ab_lo = wasm_i32x4_shuffle(a, b, 0, 4, 1, 5);
    const Reg ab_hi = wasm_i32x4_shuffle(a, b, 2, 6, 3, 7);
    const Reg cd_lo = wasm_i32x4_shuffle(c, d, 0, 4, 1, 5);
    const Reg cd_hi = wasm_i32x4_shuffle(c, d, 2, 6, 3, 7);
    out[0] = wasm_i64x2_shuffle(ab_lo, cd_lo, 0, 2);
    out[1] = wasm_i64x2_shuffle(ab_lo, cd_lo, 1, 3);
    out[2] = wasm_i64x2_shuffle(ab_hi, cd_hi, 0, 2);
    out[3] = wasm_i64x2_shuffle(ab_hi, cd_hi, 1, 3);
  }
};

#if defined(__wasm_relaxed_simd__)
struct WasmRelaxed : Wasm128 {
  using Quad = WasmRelaxed;
  static constexpr int kTileRows = 6;  // 6 x 8: 12 accumulators hide the latency of the fused step
  static constexpr int kTileRegs = 2;
  static constexpr int kNarrowRows = kTileRows;
  static constexpr int kNarrowRegs = kTileRegs;
  static constexpr bool kFused = true;
  static constexpr const char* kName = "relaxed";
  static AP_INLINE Reg madd(Reg a, Reg b, Reg c) { return wasm_f32x4_relaxed_madd(a, b, c); }
};
#endif

#else

struct Generic128 {
  typedef float Reg __attribute__((vector_size(16)));
  typedef std::int32_t Bits __attribute__((vector_size(16)));
  using Quad = Generic128;
  static constexpr int kLanes = 4;
  static constexpr int kTileRows = 4;
  static constexpr int kTileRegs = 2;
  static constexpr int kNarrowRows = kTileRows;
  static constexpr int kNarrowRegs = kTileRegs;
  static constexpr bool kFused = false;
  static constexpr const char* kName = "generic";

  template <class T>
  static AP_INLINE void pin(T&) {}
  static AP_INLINE Reg load(const float* p) {
    Reg r;
    std::memcpy(&r, p, sizeof r);
    return r;
  }
  static AP_INLINE void store(float* p, Reg a) { std::memcpy(p, &a, sizeof a); }
  static AP_INLINE Reg splat(float x) { return Reg{x, x, x, x}; }
  static AP_INLINE Reg load_splat(const float* p) { return splat(*p); }
  static AP_INLINE Reg add(Reg a, Reg b) { return a + b; }
  static AP_INLINE Reg sub(Reg a, Reg b) { return a - b; }
  static AP_INLINE Reg mul(Reg a, Reg b) { return a * b; }
  static AP_INLINE Reg div(Reg a, Reg b) { return a / b; }
  static AP_INLINE Reg madd(Reg a, Reg b, Reg c) { return add(mul(a, b), c); }
  static AP_INLINE Reg max(Reg a, Reg b) { return select(as_reg(a > b), a, b); }
  static AP_INLINE Reg min(Reg a, Reg b) { return select(as_reg(a < b), a, b); }
  static AP_INLINE Reg less(Reg a, Reg b) { return as_reg(a < b); }
  static AP_INLINE Reg equal(Reg a, Reg b) { return as_reg(a == b); }
  static AP_INLINE Reg bit_and(Reg a, Reg b) { return as_reg(as_bits(a) & as_bits(b)); }
  static AP_INLINE Reg bit_or(Reg a, Reg b) { return as_reg(as_bits(a) | as_bits(b)); }
  static AP_INLINE Reg clear_where(Reg mask, Reg a) { return as_reg(~as_bits(mask) & as_bits(a)); }
  static AP_INLINE Reg select(Reg mask, Reg a, Reg b) {
    return bit_or(bit_and(mask, a), clear_where(mask, b));
  }
  static AP_INLINE Reg to_exponent(Reg a) {
    typedef std::uint32_t Unsigned __attribute__((vector_size(16)));
    return (Reg)((Unsigned)a << 23);
  }
  static AP_INLINE void transpose(Reg a, Reg b, Reg c, Reg d, Reg out[4]) {
    const Reg ab_lo = __builtin_shufflevector(a, b, 0, 4, 1, 5);
    const Reg ab_hi = __builtin_shufflevector(a, b, 2, 6, 3, 7);
    const Reg cd_lo = __builtin_shufflevector(c, d, 0, 4, 1, 5);
    const Reg cd_hi = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    out[0] = __builtin_shufflevector(ab_lo, cd_lo, 0, 1, 4, 5);
    out[1] = __builtin_shufflevector(ab_lo, cd_lo, 2, 3, 6, 7);
    out[2] = __builtin_shufflevector(ab_hi, cd_hi, 0, 1, 4, 5);
    out[3] = __builtin_shufflevector(ab_hi, cd_hi, 2, 3, 6, 7);
  }

 private:
  template <class T>
  static AP_INLINE Reg as_reg(T a) {
    return (Reg)a;
  }
  static AP_INLINE Bits as_bits(Reg a) { return (Bits)a; }
};

#endif

/// p[i * stride + k] -> out[k][i] for a 4 x 4 block.
template <class Quad>
AP_INLINE void load_columns(const float* p, std::ptrdiff_t stride, typename Quad::Reg out[4]) {
  Quad::transpose(Quad::load(p), Quad::load(p + stride), Quad::load(p + 2 * stride),
                  Quad::load(p + 3 * stride), out);
}

/// n < V::kLanes floats, the other lanes `fill`; never reads past p + n.
template <class V>
AP_INLINE typename V::Reg load_part(const float* p, int n, float fill) {
  float lanes[V::kLanes];
  for (int i = 0; i < V::kLanes; ++i) lanes[i] = i < n ? p[i] : fill;
  return V::load(lanes);
}

template <class V>
AP_INLINE void store_part(float* p, int n, typename V::Reg a) {
  float lanes[V::kLanes];
  V::store(lanes, a);
  for (int i = 0; i < n; ++i) p[i] = lanes[i];
}

}  // namespace ap::simd
