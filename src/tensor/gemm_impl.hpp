// The matrix products for one vector type V. A tile of C, kTileRows x (kTileRegs vectors), stays
// in registers while a block of kGemmDepth k runs past: B comes from packed panels (kWidth columns
// contiguous for each k, zero-padded), A from its own rows, which saves its copy. Edge tiles run the
// whole tile on repeated rows and padded columns, and store less.
// Method: Goto & van de Geijn, "Anatomy of high-performance matrix multiplication" (2008).
#pragma once

#include <algorithm>
#include <cstddef>

#include "tensor/gemm_vector_impl.hpp"
#include "tensor/kernels.hpp"
#include "tensor/simd.hpp"
#include "tensor/variant.hpp"

namespace ap::simd {

template <class V, int kTileRows = V::kTileRows, int kTileRegs = V::kTileRegs,
          int kTileSteps = 1>
struct Gemm {
  using Reg = typename V::Reg;
  using Quad = typename V::Quad;
  using Vectors = VectorProducts<V>;
  static constexpr int kRows = kTileRows;
  static constexpr int kRegs = kTileRegs;
  static constexpr int kSteps = kTileSteps;  // k a pass of the hot loop
  static constexpr int kWidth = kRegs * V::kLanes;
  static constexpr int kBlockRows = 96;   // of A, of every tile height a multiple
  static constexpr int kBlockCols = 768;  // of B: a block is 768 kB
  static constexpr int kVectorLimit = 3;  // up to so many rows or columns need no packing
  static constexpr int kSmallRows = 32;     // see small()
  static constexpr int kSmallFloats = 6144;
  static constexpr int kShortRows = 4;  // a rest of so many rows takes a shorter tile

  static constexpr int padded(int n) { return (n + kWidth - 1) / kWidth * kWidth; }
  static constexpr std::size_t panel_floats(int depth, int cols) {
    return static_cast<std::size_t>(depth) * static_cast<std::size_t>(padded(cols));
  }

  // ---- packing -------------------------------------------------------------------------------

  /// depth x cols of row-major B -> panels [column panel][k][kWidth].
  static void pack(ConstView b, float* out) noexcept {
    for (int j = 0; j < b.cols; j += kWidth) {
      const int width = std::min(kWidth, b.cols - j);
      if (width == kWidth) {
        for (int k = 0; k < b.rows; ++k, out += kWidth) {
          const float* from = b.row(k) + j;
          AP_UNROLL
          for (int r = 0; r < kRegs; ++r) {
            V::store(out + r * V::kLanes, V::load(from + r * V::kLanes));
          }
        }
      } else {
        for (int k = 0; k < b.rows; ++k, out += kWidth) {
          const float* from = b.row(k) + j;
          for (int i = 0; i < kWidth; ++i) out[i] = i < width ? from[i] : 0.0F;
        }
      }
    }
  }

  /// The same panels from the transpose, cols x depth: columns of B are rows here.
  static void pack_transposed(ConstView bt, float* out) noexcept {
    for (int j = 0; j < bt.rows;
         j += kWidth, out += static_cast<std::ptrdiff_t>(bt.cols) * kWidth) {
      int i = 0;
      for (; i < kWidth && j + i + 4 <= bt.rows; i += 4) pack_four(bt, j + i, out + i);
      for (; i < kWidth; ++i) {
        for (int k = 0; k < bt.cols; ++k) {
          out[k * kWidth + i] = j + i < bt.rows ? bt.row(j + i)[k] : 0.0F;
        }
      }
    }
  }

  // ---- C (+)= A · panels for one block of k --------------------------------------------------

  /// A: rows x depth. Panels: depth x c.cols. The first block stores, later ones add.
  static void block(ConstView a, const float* panels, View c, bool first) noexcept {
    const int depth = a.cols;
    for (int j = 0; j < c.cols;
         j += kWidth, panels += static_cast<std::ptrdiff_t>(depth) * kWidth) {
      const int width = std::min(kWidth, c.cols - j);
      for (int i = 0; i < a.rows; i += kRows) {
        const int height = std::min(kRows, a.rows - i);
        any_tile(a.row(i), a.stride, depth, panels, kWidth, c.row(i) + j, c.stride, height, width,
                 first);
      }
    }
  }

  /// C = A · B, B in panels by blocks of k: the whole of B, packed by pack_all.
  static void with_panels(ConstView a, const float* panels, View c) noexcept {
    for (int k = 0; k < a.cols; k += kGemmDepth) {
      const int depth = std::min(kGemmDepth, a.cols - k);
      block(a.block(0, k, a.rows, depth), panels, c, k == 0);
      panels += panel_floats(depth, c.cols);
    }
  }
  static void pack_all(ConstView b, float* out) noexcept {
    for (int k = 0; k < b.rows; k += kGemmDepth) {
      const int depth = std::min(kGemmDepth, b.rows - k);
      pack(b.block(k, 0, depth, b.cols), out);
      out += panel_floats(depth, b.cols);
    }
  }
  static void pack_all_transposed(ConstView bt, float* out) noexcept {
    for (int k = 0; k < bt.cols; k += kGemmDepth) {
      const int depth = std::min(kGemmDepth, bt.cols - k);
      pack_transposed(bt.block(0, k, bt.rows, depth), out);
      out += panel_floats(depth, bt.rows);
    }
  }

  // ---- the three products --------------------------------------------------------------------

  static void gemm(ConstView a, ConstView b, View c, Scratch& scratch) noexcept {
    if (c.empty()) return;
    if (a.cols == 0) return clear(c);
    if (c.rows <= kVectorLimit) {
      for (int i = 0; i < c.rows; ++i) Vectors::row(a.row(i), 1, b, c.row(i), 1, scratch);
    } else if (c.cols <= kVectorLimit) {
      for (int j = 0; j < c.cols; ++j)
        Vectors::column(a, b.data + j, b.stride, c.data + j, c.stride);
    } else if (small(b, c)) {
      direct(a, b, c);
    } else {
      blocked(a, b, c, scratch, [](ConstView m, int k, int j, int depth, int cols, float* out) {
        pack(m.block(k, j, depth, cols), out);
      });
    }
  }

  static void gemm_bt(ConstView a, ConstView b, View c, Scratch& scratch) noexcept {
    if (c.empty()) return;
    if (a.cols == 0) return clear(c);
    if (c.rows <= kVectorLimit) {
      for (int i = 0; i < c.rows; ++i) Vectors::column(b, a.row(i), 1, c.row(i), 1);
    } else if (c.cols <= kVectorLimit) {
      for (int j = 0; j < c.cols; ++j) Vectors::column(a, b.row(j), 1, c.data + j, c.stride);
    } else {
      blocked(a, b, c, scratch, [](ConstView m, int k, int j, int depth, int cols, float* out) {
        pack_transposed(m.block(j, k, cols, depth), out);
      });
    }
  }

  /// A is K x M; its blocks are turned into rows first.
  static void gemm_at(ConstView a, ConstView b, View c, Scratch& scratch) noexcept {
    if (c.empty()) return;
    if (a.rows == 0) return clear(c);
    if (c.rows <= kVectorLimit) {
      for (int i = 0; i < c.rows; ++i) Vectors::row(a.data + i, a.stride, b, c.row(i), 1, scratch);
      return;
    }
    if (c.cols <= kVectorLimit) {
      for (int j = 0; j < c.cols; ++j)
        Vectors::row(b.data + j, b.stride, a, c.data + j, c.stride, scratch);
      return;
    }
    float* turned = scratch.impl().a_panels.need(static_cast<std::size_t>(kBlockRows) * kGemmDepth);
    float* panels = scratch.impl().b_panels.need(
        panel_floats(std::min(kGemmDepth, a.rows), std::min(kBlockCols, c.cols)));
    for (int j = 0; j < c.cols; j += kBlockCols) {
      const int cols = std::min(kBlockCols, c.cols - j);
      for (int k = 0; k < a.rows; k += kGemmDepth) {
        const int depth = std::min(kGemmDepth, a.rows - k);
        pack(b.block(k, j, depth, cols), panels);
        for (int i = 0; i < c.rows; i += kBlockRows) {
          const int rows = std::min(kBlockRows, c.rows - i);
          Vectors::transpose(a.block(k, i, depth, rows), {turned, rows, depth, kGemmDepth});
          block({turned, rows, depth, kGemmDepth}, panels, c.block(i, j, rows, cols), k == 0);
        }
      }
    }
  }

 private:
  template <class, int, int, int>
  friend struct Gemm;

  static void clear(View c) noexcept {
    for (int i = 0; i < c.rows; ++i) std::fill_n(c.row(i), c.cols, 0.0F);
  }

  /// B as it lies is as good as packed: it fits the first-level cache, needs no padding, and so few
  /// rows would not pay for its copy.
  static bool small(ConstView b, const View& c) noexcept {
    return c.rows <= kSmallRows && b.rows <= kGemmDepth && b.rows * b.stride <= kSmallFloats &&
           c.cols % kWidth == 0;
  }
  static void direct(ConstView a, ConstView b, View c) noexcept {
    for (int j = 0; j < c.cols; j += kWidth) {
      for (int i = 0; i < c.rows; i += kRows) {
        any_tile(a.row(i), a.stride, a.cols, b.data + j, b.stride, c.row(i) + j, c.stride,
                 std::min(kRows, c.rows - i), kWidth, true);
      }
    }
  }

  template <class Pack>
  static void blocked(ConstView a, ConstView b, View c, Scratch& scratch,
                      Pack pack_block) noexcept {
    float* panels = scratch.impl().b_panels.need(
        panel_floats(std::min(kGemmDepth, a.cols), std::min(kBlockCols, c.cols)));
    for (int j = 0; j < c.cols; j += kBlockCols) {
      const int cols = std::min(kBlockCols, c.cols - j);
      for (int k = 0; k < a.cols; k += kGemmDepth) {
        const int depth = std::min(kGemmDepth, a.cols - k);
        pack_block(b, k, j, depth, cols, panels);
        for (int i = 0; i < c.rows; i += kBlockRows) {
          const int rows = std::min(kBlockRows, c.rows - i);
          block(a.block(i, k, rows, depth), panels, c.block(i, j, rows, cols), k == 0);
        }
      }
    }
  }

  /// One k, `kAhead` past the pointers: kRows factors of A, kWidth of B.
  template <int kAhead>
  static AP_INLINE void step(const float* const (&at)[kRows], const float* panel,
                             Reg (&sum)[kRows][kRegs]) {
    Reg b[kRegs];
    AP_UNROLL
    for (int r = 0; r < kRegs; ++r) b[r] = V::load(panel + r * V::kLanes);
    AP_UNROLL
    for (int i = 0; i < kRows; ++i) {
      const Reg a = V::load_splat(at[i] + kAhead);
      AP_UNROLL
      for (int r = 0; r < kRegs; ++r) sum[i][r] = V::madd(a, b[r], sum[i][r]);
    }
  }

  static AP_INLINE void any_tile(const float* a, std::ptrdiff_t a_stride, int depth,
                                 const float* panel, std::ptrdiff_t panel_stride, float* c,
                                 std::ptrdiff_t stride, int height, int width, bool first) {
    if constexpr (kRows > kShortRows) {
      if (height <= kShortRows) {
        return Gemm<V, kShortRows, kRegs>::tile(a, a_stride, depth, panel, panel_stride, c, stride,
                                                height, width, first);
      }
    }
    tile(a, a_stride, depth, panel, panel_stride, c, stride, height, width, first);
  }

  /// The hot loop. The pointers step before they are used and each pass takes one k: V8 then emits
  /// no move for them, and LLVM cannot gather the passes into one expression that spills.
  static AP_INLINE void one_by_one(const float* (&at)[kRows], int depth, const float* panel,
                                   std::ptrdiff_t panel_stride, Reg (&sum)[kRows][kRegs]) {
    panel -= panel_stride;
    const float* const end = panel + depth * panel_stride;
    AP_NO_UNROLL
    do {
      advance(at, panel, 1, panel_stride);
      step<0>(at, panel, sum);
    } while (panel != end);
  }
  /// Two k a pass, the way out between them, which keeps LLVM from joining them: a tile with many
  /// pointers for its products gains more by moving them half as often than the test costs.
  static AP_INLINE void two_by_two(const float* (&at)[kRows], int depth, const float* panel,
                                   std::ptrdiff_t panel_stride, Reg (&sum)[kRows][kRegs]) {
    AP_UNROLL
    for (int i = 0; i < kRows; ++i) --at[i];
    panel -= 2 * panel_stride;
    const std::ptrdiff_t two = 2 * panel_stride;
    int left = depth;
    AP_NO_UNROLL
    for (;;) {
      advance(at, panel, 2, two);
      step<0>(at, panel, sum);
      if (was_last(left)) break;
      step<1>(at, panel + panel_stride, sum);
      if (was_last(left)) break;
    }
  }
  static AP_INLINE void advance(const float* (&at)[kRows], const float*& panel, int k,
                                std::ptrdiff_t panel_step) {
    AP_UNROLL
    for (int i = 0; i < kRows; ++i) {
      at[i] += k;
      V::pin(at[i]);
    }
    panel += panel_step;
    V::pin(panel);
  }
  static AP_INLINE bool was_last(int& left) {
    --left;
    V::pin(left);
    return left == 0;
  }

  static __attribute__((noinline)) void tile(const float* a, std::ptrdiff_t a_stride, int depth,
                                             const float* panel, std::ptrdiff_t panel_stride,
                                             float* c, std::ptrdiff_t stride, int height,
                                             int width, bool first) noexcept {
    Reg sum[kRows][kRegs];
    const float* at[kRows];
    AP_UNROLL
    for (int i = 0; i < kRows; ++i) {
      at[i] = a + (i < height ? i : 0) * a_stride - 1;
      AP_UNROLL
      for (int r = 0; r < kRegs; ++r) sum[i][r] = V::splat(0.0F);
    }
    kSteps == 1 ? one_by_one(at, depth, panel, panel_stride, sum)
                : two_by_two(at, depth, panel, panel_stride, sum);
    if (height == kRows && width == kWidth) {
      AP_UNROLL
      for (int i = 0; i < kRows; ++i) {
        AP_UNROLL
        for (int r = 0; r < kRegs; ++r) {
          float* to = c + i * stride + r * V::kLanes;
          V::store(to, first ? sum[i][r] : V::add(V::load(to), sum[i][r]));
        }
      }
    } else {
      store_edge(sum, c, stride, height, width, first);
    }
  }

  static void store_edge(const Reg (&sum)[kRows][kRegs], float* c, std::ptrdiff_t stride,
                         int height, int width, bool first) noexcept {
    float lanes[kRows][kWidth];
    for (int i = 0; i < kRows; ++i) {
      for (int r = 0; r < kRegs; ++r) V::store(lanes[i] + r * V::kLanes, sum[i][r]);
    }
    for (int i = 0; i < height; ++i) {
      float* to = c + i * stride;
      for (int j = 0; j < width; ++j) to[j] = first ? lanes[i][j] : to[j] + lanes[i][j];
    }
  }

  /// Rows j .. j+3 of bt become four neighbouring columns of a panel.
  static void pack_four(ConstView bt, int j, float* out) noexcept {
    int k = 0;
    for (; k + 4 <= bt.cols; k += 4) {
      typename Quad::Reg t[4];
      Quad::transpose(bt.row(j) + k, bt.stride, t);
      AP_UNROLL
      for (int s = 0; s < 4; ++s) Quad::store(out + (k + s) * kWidth, t[s]);
    }
    for (; k < bt.cols; ++k) {
      for (int s = 0; s < 4; ++s) out[k * kWidth + s] = bt.row(j + s)[k];
    }
  }
};

/// The products for all shapes: where the usual tile would be much padding (N = 64 in tiles of 12),
/// a narrower one runs. An element's bits are the same in both.
template <class V>
struct Products {
  using Wide = Gemm<V>;
  using Narrow = Gemm<V, V::kNarrowRows, V::kNarrowRegs, V::kFused ? 1 : 2>;

  static bool narrow(int cols) noexcept {
    return 20 * Narrow::padded(cols) < 19 * Wide::padded(cols);
  }
  static void gemm(ConstView a, ConstView b, View c, Scratch& scratch) noexcept {
    narrow(c.cols) ? Narrow::gemm(a, b, c, scratch) : Wide::gemm(a, b, c, scratch);
  }
  static void gemm_bt(ConstView a, ConstView b, View c, Scratch& scratch) noexcept {
    narrow(c.cols) ? Narrow::gemm_bt(a, b, c, scratch) : Wide::gemm_bt(a, b, c, scratch);
  }
  static void gemm_at(ConstView a, ConstView b, View c, Scratch& scratch) noexcept {
    Narrow::gemm_at(a, b, c, scratch);  // training's: one tile's code is enough
  }
};

}  // namespace ap::simd
