// Products of a packed A: strips of A (gemm_pack_impl.hpp) by panels of B, for one block of A.
#pragma once

#include <algorithm>
#include <cstddef>

#include "tensor/gemm_pack_impl.hpp"
#include "tensor/gemm_tile_impl.hpp"
#include "tensor/kernels.hpp"
#include "tensor/simd.hpp"
#include "tensor/tile_wasm.hpp"

namespace ap::simd {

template <class V, int kRows, int kRegs>
struct StripProduct : Packing<V, kRows, kRegs> {
  using Pack = Packing<V, kRows, kRegs>;
  using Hand = HandTiles<V, kRows, kRegs>;
  using Pack::kWidth;
  static constexpr int kBlockRows = 96;  // of A, of every tile height a multiple
  static constexpr std::size_t kStripFloats =
      static_cast<std::size_t>(kBlockRows) * kGemmDepth + Pack::kSpill;

  // ---- the height of tiles -------------------------------------------------------------------

  /// The last rows of a tile of six: up to four, and twice four where six and two would be.
  static constexpr int kShortRows = std::min(kRows, 4);
  using Short = StripProduct<V, kShortRows, kRegs>;
  static constexpr int tile_rows(int rest) {
    const bool is_short = rest <= kShortRows || (rest > kRows && rest <= 2 * kShortRows);
    return kRows > kShortRows && is_short ? kShortRows : kRows;
  }
  /// Of so many rows, the tiles that are of kRows and full.
  static constexpr int whole_tiles(int rows) {
    const int whole = rows / kRows;
    const int over = rows % kRows;
    return whole > 0 && over > 0 && tile_rows(kRows + over) != kRows ? whole - 1 : whole;
  }

  // ---- strips: row i's, or its part of one, is depth * i floats in ---------------------------

  /// The rows of A, at most kBlockRows.
  static void make(ConstView a, float* strips) noexcept {
    for (int i = 0, rows = 0; i < a.rows; i += rows) {
      rows = tile_rows(a.rows - i);
      const ConstView strip = a.block(i, 0, std::min(rows, a.rows - i), a.cols);
      float* to = strips + static_cast<std::ptrdiff_t>(i) * a.cols;
      rows == kRows ? Pack::pack_strip(strip, to) : Short::Pack::pack_strip(strip, to);
    }
  }

  /// The columns of A, at most kBlockRows.
  /// Beside `make` on purpose, as the other walks by tile_rows are: one template for them gave
  /// other code (the text of kernels_avx2 grew by 5 kB), and these loops are what was measured.
  static void make_transposed(ConstView at, float* strips) noexcept {
    for (int i = 0, rows = 0; i < at.cols; i += rows) {
      rows = tile_rows(at.cols - i);
      const ConstView strip = at.block(0, i, at.rows, std::min(rows, at.cols - i));
      float* to = strips + static_cast<std::ptrdiff_t>(i) * at.rows;
      rows == kRows ? Pack::pack_strip_transposed(strip, to)
                    : Short::Pack::pack_strip_transposed(strip, to);
    }
  }

  // ---- C (+)= strips · panels for one block of k ---------------------------------------------

  /// Several panels of few k are taken together: then a row of C is written line by line.
  static void block(const float* strips, int depth, const float* panels, View c,
                    bool first) noexcept {
    const int cols = std::max(1, kGemmDepth / depth) * kWidth;
    for (int j = 0; j < c.cols; j += cols, panels += static_cast<std::ptrdiff_t>(depth) * cols) {
      group(strips, depth, panels, c.block(0, j, c.rows, std::min(cols, c.cols - j)), first);
    }
  }

 private:
  template <class, int, int>
  friend struct StripProduct;

  static void group(const float* strips, int depth, const float* panel, View c,
                    bool first) noexcept {
    int done_rows = 0;
    int done_cols = 0;
    if constexpr (Hand::kThere) {
      const int down = whole_tiles(c.rows);
      const int across = c.cols / kWidth;
      if (down > 0 && across > 0) {
        Hand::run(strips, panel, depth, {c.data, c.stride, down, across}, first);
        done_rows = down * kRows;
        done_cols = across * kWidth;
      }
    }
    for (int j = 0; j < c.cols; j += kWidth, panel += static_cast<std::ptrdiff_t>(depth) * kWidth) {
      const int width = std::min(kWidth, c.cols - j);
      for (int i = j < done_cols ? done_rows : 0, rows = 0; i < c.rows; i += rows) {
        rows = tile_rows(c.rows - i);
        const float* strip = strips + static_cast<std::ptrdiff_t>(i) * depth;
        const TilePlace to{c.row(i) + j, c.stride, std::min(rows, c.rows - i), width, first};
        rows == kRows ? tile(strip, depth, panel, to) : Short::tile(strip, depth, panel, to);
      }
    }
  }
  static __attribute__((noinline)) void tile(const float* strip, int depth, const float* panel,
                                             const TilePlace& to) noexcept {
    using Any = Tile<V, kRows, kRegs, 1>;
    if constexpr (Hand::kThere) {
      float lanes[kRows][kWidth];
      Hand::run(strip, panel, depth, {lanes[0], kWidth, 1, 1}, true);
      Any::store_edge(lanes, to);
    } else {
      Any::run(PackedRows<V, kRows>(strip), depth, panel, kWidth, to);
    }
  }
};

}  // namespace ap::simd
