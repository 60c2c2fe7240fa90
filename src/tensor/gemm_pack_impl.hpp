// Copies of B (and, where it pays, of A) in the order in which the tiles of gemm_tile_impl.hpp read
// them, for one vector type V and one size of tile.
#pragma once

#include <algorithm>
#include <cstddef>

#include "tensor/kernels.hpp"
#include "tensor/simd.hpp"

namespace ap::simd {

template <class V, int kRows, int kRegs>
struct Packing {
  using Quad = typename V::Quad;
  static constexpr int kWidth = kRegs * V::kLanes;
  static constexpr int kSpill = 4;  // floats past its end that pack_strip may write

  static constexpr int padded(int n) { return (n + kWidth - 1) / kWidth * kWidth; }
  static constexpr std::size_t panel_floats(int depth, int cols) {
    return static_cast<std::size_t>(depth) * static_cast<std::size_t>(padded(cols));
  }

  // ---- B: panels [column panel][k][kWidth], padded with zeros --------------------------------

  /// depth x cols of row-major B.
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

  // ---- A: strips [k][kRows] ------------------------------------------------------------------

  /// At most kRows rows of A; the first stands for those that are not there. Writes kSpill more.
  static void pack_strip(ConstView a, float* out) noexcept {
    const float* from[kRows];
    for (int i = 0; i < kRows; ++i) from[i] = a.row(i < a.rows ? i : 0);
    int k = 0;
    for (; k + 4 <= a.cols; k += 4, out += 4 * kRows) pack_strip_four(from, k, out);
    for (; k < a.cols; ++k, out += kRows) {
      for (int i = 0; i < kRows; ++i) out[i] = from[i][k];
    }
  }

  /// The same strip from the transpose, depth x rows.
  static void pack_strip_transposed(ConstView at, float* out) noexcept {
    for (int k = 0; k < at.rows; ++k, out += kRows) {
      for (int i = 0; i < kRows; ++i) out[i] = at.row(k)[i < at.cols ? i : 0];
    }
  }

 private:
  /// Rows j .. j+3 of bt become four neighbouring columns of a panel.
  static void pack_four(ConstView bt, int j, float* out) noexcept {
    int k = 0;
    for (; k + 4 <= bt.cols; k += 4) {
      typename Quad::Reg t[4];
      load_columns<Quad>(bt.row(j) + k, bt.stride, t);
      AP_UNROLL
      for (int s = 0; s < 4; ++s) Quad::store(out + (k + s) * kWidth, t[s]);
    }
    for (; k < bt.cols; ++k) {
      for (int s = 0; s < 4; ++s) out[k * kWidth + s] = bt.row(j + s)[k];
    }
  }

  /// Four k of a strip. A store of four where fewer are wanted is written over by the next.
  static AP_INLINE void pack_strip_four(const float* const (&from)[kRows], int k, float* out) {
    static_assert(kRows <= 8);
    typename Quad::Reg first[4];
    typename Quad::Reg second[4];
    load_rows<0>(from, k, first);
    if constexpr (kRows > 4) load_rows<4>(from, k, second);
    AP_UNROLL
    for (int s = 0; s < 4; ++s) {
      Quad::store(out + s * kRows, first[s]);
      if constexpr (kRows > 4) Quad::store(out + s * kRows + 4, second[s]);
    }
  }
  /// Four k of rows kFirst .. kFirst + 3; the last row stands for those that are not there.
  template <int kFirst>
  static AP_INLINE void load_rows(const float* const (&from)[kRows], int k,
                                  typename Quad::Reg (&t)[4]) {
    constexpr int kLast = kRows - 1;
    Quad::transpose(Quad::load(from[kFirst] + k), Quad::load(from[std::min(kFirst + 1, kLast)] + k),
                    Quad::load(from[std::min(kFirst + 2, kLast)] + k),
                    Quad::load(from[std::min(kFirst + 3, kLast)] + k), t);
  }
};

}  // namespace ap::simd
