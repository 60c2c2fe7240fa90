// 8 lanes of AVX2 with FMA, and their 4-lane half. Only for kernels_avx2.cpp, which turns the
// instruction set on for everything after its standard includes and is entered by run-time
// dispatch. FMA rounds once in either width, so both halves give the same bits.
#pragma once

#include <immintrin.h>

#include "tensor/simd.hpp"

namespace ap::simd {

struct Fma128 {
  using Reg = __m128;
  using Quad = Fma128;
  static constexpr int kLanes = 4;

  static AP_INLINE Reg load(const float* p) { return _mm_loadu_ps(p); }
  static AP_INLINE void store(float* p, Reg a) { _mm_storeu_ps(p, a); }
  static AP_INLINE Reg splat(float x) { return _mm_set1_ps(x); }
  static AP_INLINE Reg load_splat(const float* p) { return _mm_broadcast_ss(p); }
  static AP_INLINE Reg add(Reg a, Reg b) { return _mm_add_ps(a, b); }
  static AP_INLINE Reg madd(Reg a, Reg b, Reg c) { return _mm_fmadd_ps(a, b, c); }
  static AP_INLINE void transpose(Reg a, Reg b, Reg c, Reg d, Reg out[4]) {
    out[0] = a;
    out[1] = b;
    out[2] = c;
    out[3] = d;
    _MM_TRANSPOSE4_PS(out[0], out[1], out[2], out[3]);
  }
};

struct Avx2 {
  using Reg = __m256;
  using Quad = Fma128;
  static constexpr int kLanes = 8;
  static constexpr int kTileRows = 6;
  static constexpr int kTileRegs = 2;
  static constexpr int kNarrowRows = kTileRows;
  static constexpr int kNarrowRegs = kTileRegs;
  static constexpr bool kFused = true;
  static constexpr const char* kName = "avx2";

  template <class T>
  static AP_INLINE void pin(T&) {}
  static AP_INLINE Reg load(const float* p) { return _mm256_loadu_ps(p); }
  static AP_INLINE void store(float* p, Reg a) { _mm256_storeu_ps(p, a); }
  static AP_INLINE Reg splat(float x) { return _mm256_set1_ps(x); }
  static AP_INLINE Reg load_splat(const float* p) { return _mm256_broadcast_ss(p); }
  static AP_INLINE Reg add(Reg a, Reg b) { return _mm256_add_ps(a, b); }
  static AP_INLINE Reg sub(Reg a, Reg b) { return _mm256_sub_ps(a, b); }
  static AP_INLINE Reg mul(Reg a, Reg b) { return _mm256_mul_ps(a, b); }
  static AP_INLINE Reg div(Reg a, Reg b) { return _mm256_div_ps(a, b); }
  static AP_INLINE Reg madd(Reg a, Reg b, Reg c) { return _mm256_fmadd_ps(a, b, c); }
  static AP_INLINE Reg max(Reg a, Reg b) { return _mm256_max_ps(a, b); }
  static AP_INLINE Reg min(Reg a, Reg b) { return _mm256_min_ps(a, b); }
  static AP_INLINE Reg less(Reg a, Reg b) { return _mm256_cmp_ps(a, b, _CMP_LT_OQ); }
  static AP_INLINE Reg equal(Reg a, Reg b) { return _mm256_cmp_ps(a, b, _CMP_EQ_OQ); }
  static AP_INLINE Reg bit_and(Reg a, Reg b) { return _mm256_and_ps(a, b); }
  static AP_INLINE Reg bit_or(Reg a, Reg b) { return _mm256_or_ps(a, b); }
  static AP_INLINE Reg clear_where(Reg mask, Reg a) { return _mm256_andnot_ps(mask, a); }
  static AP_INLINE Reg select(Reg mask, Reg a, Reg b) { return _mm256_blendv_ps(b, a, mask); }
  static AP_INLINE Reg to_exponent(Reg a) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(a), 23));
  }
};

}  // namespace ap::simd
