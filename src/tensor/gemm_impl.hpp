// The matrix products for one vector type V: B is packed by blocks, a tile of C at a time stays in
// registers (gemm_tile_impl.hpp) while a block of kGemmDepth k runs past.
// Method: Goto & van de Geijn, "Anatomy of high-performance matrix multiplication" (2008).
#pragma once

#include <algorithm>
#include <cstddef>

#include "tensor/gemm_pack_impl.hpp"
#include "tensor/gemm_strip_impl.hpp"
#include "tensor/gemm_tile_impl.hpp"
#include "tensor/gemm_vector_impl.hpp"
#include "tensor/kernels.hpp"
#include "tensor/simd.hpp"
#include "tensor/variant.hpp"

namespace ap::simd {

template <class V, int kTileRows = V::kTileRows, int kTileRegs = V::kTileRegs, int kTileSteps = 1>
struct Gemm : StripProduct<V, kTileRows, kTileRegs> {
  using Vectors = VectorProducts<V>;
  using Strips = StripProduct<V, kTileRows, kTileRegs>;
  using Pack = Packing<V, kTileRows, kTileRegs>;
  using Pack::kWidth;
  using Pack::panel_floats;
  using Strips::kBlockRows;
  using Strips::kStripFloats;
  using Strips::tile_rows;
  using Short = Gemm<V, Strips::kShortRows, kTileRegs>;
  static constexpr int kRows = kTileRows;
  static constexpr int kRegs = kTileRegs;
  static constexpr int kSteps = kTileSteps;  // k a pass of the hot loop
  static constexpr int kBlockCols = 768;     // of B: a block is 768 kB
  static constexpr int kVectorLimit = 3;     // up to so many rows or columns need no packing
  static constexpr int kSmallRows = 32;      // see small()
  static constexpr int kSmallFloats = 6144;
  /// From so many columns on A is worth a copy.
  static constexpr int kStripCols = Strips::Hand::kThere ? 48 : 384;

  // ---- C (+)= A · panels for one block of k --------------------------------------------------

  /// A: rows x depth. Panels: depth x c.cols. The first block stores, later ones add.
  static void block(ConstView a, const float* panels, View c, bool first,
                    Scratch& scratch) noexcept {
    if (c.cols >= kStripCols && kRows * 2 <= a.rows) {
      float* strips = scratch.impl().a_panels.need(kStripFloats);
      Strips::make(a, strips);
      Strips::block(strips, a.cols, panels, c, first);
    } else {
      loose_block(a, panels, a.cols * kWidth, kWidth, c, first);
    }
  }

  /// C = A · B, B in panels by blocks of k: the whole of B, packed by pack_all.
  static void with_panels(ConstView a, const float* panels, View c, Scratch& scratch) noexcept {
    for (int k = 0; k < a.cols; k += kGemmDepth) {
      const int depth = std::min(kGemmDepth, a.cols - k);
      block(a.block(0, k, a.rows, depth), panels, c, k == 0, scratch);
      panels += panel_floats(depth, c.cols);
    }
  }
  static void pack_all(ConstView b, float* out) noexcept {
    for (int k = 0; k < b.rows; k += kGemmDepth) {
      const int depth = std::min(kGemmDepth, b.rows - k);
      Pack::pack(b.block(k, 0, depth, b.cols), out);
      out += panel_floats(depth, b.cols);
    }
  }
  static void pack_all_transposed(ConstView bt, float* out) noexcept {
    for (int k = 0; k < bt.cols; k += kGemmDepth) {
      const int depth = std::min(kGemmDepth, bt.cols - k);
      Pack::pack_transposed(bt.block(0, k, bt.rows, depth), out);
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
      loose_block(a, b.data, kWidth, b.stride, c, true);
    } else {
      blocked(a, b, c, scratch, [](ConstView m, int k, int j, int depth, int cols, float* out) {
        Pack::pack(m.block(k, j, depth, cols), out);
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
        Pack::pack_transposed(m.block(j, k, cols, depth), out);
      });
    }
  }

  /// A is K x M: its blocks become strips, whatever their size.
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
    float* strips = scratch.impl().a_panels.need(kStripFloats);
    float* panels = scratch.impl().b_panels.need(
        panel_floats(std::min(kGemmDepth, a.rows), std::min(kBlockCols, c.cols)));
    for (int j = 0; j < c.cols; j += kBlockCols) {
      const int cols = std::min(kBlockCols, c.cols - j);
      for (int k = 0; k < a.rows; k += kGemmDepth) {
        const int depth = std::min(kGemmDepth, a.rows - k);
        Pack::pack(b.block(k, j, depth, cols), panels);
        for (int i = 0; i < c.rows; i += kBlockRows) {
          const int rows = std::min(kBlockRows, c.rows - i);
          Strips::make_transposed(a.block(k, i, depth, rows), strips);
          Strips::block(strips, depth, panels, c.block(i, j, rows, cols), k == 0);
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

  template <class PackBlock>
  static void blocked(ConstView a, ConstView b, View c, Scratch& scratch,
                      PackBlock pack_block) noexcept {
    float* panels = scratch.impl().b_panels.need(
        panel_floats(std::min(kGemmDepth, a.cols), std::min(kBlockCols, c.cols)));
    for (int j = 0; j < c.cols; j += kBlockCols) {
      const int cols = std::min(kBlockCols, c.cols - j);
      for (int k = 0; k < a.cols; k += kGemmDepth) {
        const int depth = std::min(kGemmDepth, a.cols - k);
        pack_block(b, k, j, depth, cols, panels);
        for (int i = 0; i < c.rows; i += kBlockRows) {
          const int rows = std::min(kBlockRows, c.rows - i);
          block(a.block(i, k, rows, depth), panels, c.block(i, j, rows, cols), k == 0, scratch);
        }
      }
    }
  }

  // ---- tiles ---------------------------------------------------------------------------------

  /// Panels are `next` floats from each other, their rows `stride`: packed, or B as it lies.
  static void loose_block(ConstView a, const float* panel, std::ptrdiff_t next,
                          std::ptrdiff_t stride, View c, bool first) noexcept {
    for (int j = 0; j < c.cols; j += kWidth, panel += next) {
      const int width = std::min(kWidth, c.cols - j);
      for (int i = 0, rows = 0; i < a.rows; i += rows) {
        rows = tile_rows(a.rows - i);
        any_loose_tile(rows, a.row(i), a.stride, a.cols, panel, stride,
                       {c.row(i) + j, c.stride, std::min(rows, a.rows - i), width, first});
      }
    }
  }
  static AP_INLINE void any_loose_tile(int rows, const float* a, std::ptrdiff_t a_stride, int depth,
                                       const float* panel, std::ptrdiff_t panel_stride,
                                       const TilePlace& to) {
    rows == kRows ? loose_tile(a, a_stride, depth, panel, panel_stride, to)
                  : Short::loose_tile(a, a_stride, depth, panel, panel_stride, to);
  }
  static __attribute__((noinline)) void loose_tile(const float* a, std::ptrdiff_t a_stride,
                                                   int depth, const float* panel,
                                                   std::ptrdiff_t panel_stride,
                                                   const TilePlace& to) noexcept {
    Tile<V, kRows, kRegs, kSteps>::run(LooseRows<V, kRows>(a, a_stride, to.height), depth, panel,
                                       panel_stride, to);
  }
};

/// The products for all shapes: where the usual tile would be much padding (N = 64 in tiles of 12),
/// a narrower one runs. An element's bits are the same in both.
template <class V>
struct Products {
  using Narrow = Gemm<V, V::kNarrowRows, V::kNarrowRegs, V::kFused ? 1 : 2>;
#if defined(AP_ONE_TILE)  // where less code counts for more
  using Wide = Narrow;
#else
  using Wide = Gemm<V>;
#endif

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
