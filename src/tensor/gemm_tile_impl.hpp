// The tile of a product: kTileRows x (kTileRegs vectors) of C stay in registers while a block of k
// runs past. B comes from panels (gemm_pack_impl.hpp), A from strips or from its own rows. An edge
// runs the whole tile on repeated rows and padded columns, and stores less.
#pragma once

#include <cstddef>

#include "tensor/simd.hpp"

namespace ap::simd {

/// kRows rows of A as they lie: a pointer each.
template <class V, int kRows>
struct LooseRows {
  const float* at[kRows];

  /// The first of `height` rows stands for those that are not there.
  AP_INLINE LooseRows(const float* a, std::ptrdiff_t stride, int height) {
    AP_UNROLL
    for (int i = 0; i < kRows; ++i) at[i] = a + (i < height ? i : 0) * stride;
  }
  AP_INLINE void advance(int k) {
    AP_UNROLL
    for (int i = 0; i < kRows; ++i) {
      at[i] += k;
      V::pin(at[i]);
    }
  }
  template <int kAhead>
  AP_INLINE typename V::Reg factor(int i) const {
    return V::load_splat(at[i] + kAhead);
  }
};

/// kRows rows of A in a strip: one pointer for all.
template <class V, int kRows>
struct PackedRows {
  const float* at;

  AP_INLINE explicit PackedRows(const float* strip) : at(strip) {}
  AP_INLINE void advance(int k) {
    at += static_cast<std::ptrdiff_t>(k) * kRows;
    V::pin(at);
  }
  template <int kAhead>
  AP_INLINE typename V::Reg factor(int i) const {
    return V::load_splat(at + kAhead * kRows + i);
  }
};

/// Where a tile of C goes and how much of it: the first block of k stores, later ones add.
struct TilePlace {
  float* c;
  std::ptrdiff_t stride;
  int height;
  int width;
  bool first;
};

template <class V, int kRows, int kRegs, int kSteps>
struct Tile {
  using Reg = typename V::Reg;
  static constexpr int kWidth = kRegs * V::kLanes;

  template <class Factors>
  static AP_INLINE void run(Factors a, int depth, const float* panel, std::ptrdiff_t panel_stride,
                            const TilePlace& to) {
    Reg sum[kRows][kRegs];
    AP_UNROLL
    for (int i = 0; i < kRows; ++i) {
      // C is far away more often than A and B: it comes while they are multiplied (not in wasm).
      __builtin_prefetch(to.c + (i < to.height ? i : 0) * to.stride, 1);
      AP_UNROLL
      for (int r = 0; r < kRegs; ++r) sum[i][r] = V::splat(0.0F);
    }
    kSteps == 1 ? one_by_one(a, depth, panel, panel_stride, sum)
                : two_by_two(a, depth, panel, panel_stride, sum);
    if (to.height == kRows && to.width == kWidth) return store(sum, to);
    float lanes[kRows][kWidth];
    for (int i = 0; i < kRows; ++i) {
      for (int r = 0; r < kRegs; ++r) V::store(lanes[i] + r * V::kLanes, sum[i][r]);
    }
    store_edge(lanes, to);
  }

  /// Of a tile's sums, those that C has room for.
  static AP_INLINE void store_edge(const float (&sum)[kRows][kWidth], const TilePlace& to) {
    for (int i = 0; i < to.height; ++i) {
      float* at = to.c + i * to.stride;
      for (int j = 0; j < to.width; ++j) at[j] = to.first ? sum[i][j] : at[j] + sum[i][j];
    }
  }

 private:
  /// One k, `kAhead` past the pointers: kRows factors of A, kWidth of B.
  template <int kAhead, class Factors>
  static AP_INLINE void step(const Factors& a, const float* panel, Reg (&sum)[kRows][kRegs]) {
    Reg b[kRegs];
    AP_UNROLL
    for (int r = 0; r < kRegs; ++r) b[r] = V::load(panel + r * V::kLanes);
    AP_UNROLL
    for (int i = 0; i < kRows; ++i) {
      const Reg factor = a.template factor<kAhead>(i);
      AP_UNROLL
      for (int r = 0; r < kRegs; ++r) sum[i][r] = V::madd(factor, b[r], sum[i][r]);
    }
  }

  /// The hot loop. The pointers step before they are used and each pass takes one k: V8 then emits
  /// no move for them, and LLVM cannot gather the passes into one expression that spills.
  template <class Factors>
  static AP_INLINE void one_by_one(Factors& a, int depth, const float* panel,
                                   std::ptrdiff_t panel_stride, Reg (&sum)[kRows][kRegs]) {
    a.advance(-1);
    panel -= panel_stride;
    const float* const end = panel + depth * panel_stride;
    AP_NO_UNROLL
    do {
      advance(a, panel, 1, panel_stride);
      step<0>(a, panel, sum);
    } while (panel != end);
  }
  /// Two k a pass, the way out between them, which keeps LLVM from joining them: a tile with many
  /// pointers for its products gains more by moving them half as often than the test costs.
  template <class Factors>
  static AP_INLINE void two_by_two(Factors& a, int depth, const float* panel,
                                   std::ptrdiff_t panel_stride, Reg (&sum)[kRows][kRegs]) {
    a.advance(-2);
    panel -= 2 * panel_stride;
    const std::ptrdiff_t two = 2 * panel_stride;
    int left = depth;
    AP_NO_UNROLL
    for (;;) {
      advance(a, panel, 2, two);
      step<0>(a, panel, sum);
      if (was_last(left)) break;
      step<1>(a, panel + panel_stride, sum);
      if (was_last(left)) break;
    }
  }
  template <class Factors>
  static AP_INLINE void advance(Factors& a, const float*& panel, int k, std::ptrdiff_t panel_step) {
    a.advance(k);
    panel += panel_step;
    V::pin(panel);
  }
  static AP_INLINE bool was_last(int& left) {
    --left;
    V::pin(left);
    return left == 0;
  }

  static AP_INLINE void store(const Reg (&sum)[kRows][kRegs], const TilePlace& to) {
    AP_UNROLL
    for (int i = 0; i < kRows; ++i) {
      AP_UNROLL
      for (int r = 0; r < kRegs; ++r) {
        float* at = to.c + i * to.stride + r * V::kLanes;
        V::store(at, to.first ? sum[i][r] : V::add(V::load(at), sum[i][r]));
      }
    }
  }
};

}  // namespace ap::simd
