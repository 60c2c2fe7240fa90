// The matrix products for one vector type V. A tile of C, V::kTileRows x (V::kTileRegs vectors), stays
// in registers while a block of kGemmDepth k runs past: B comes from packed panels (kWidth columns
// contiguous for each k, zero-padded), A from its own rows, which for the matrices here is as fast as
// packed and saves the copy. Edge tiles run the whole tile on repeated rows and padded columns, and store less.
// Method: Goto & van de Geijn, "Anatomy of high-performance matrix multiplication" (2008).
#pragma once

#include <algorithm>
#include <cstddef>

#include "tensor/kernels.hpp"
#include "tensor/simd.hpp"
#include "tensor/variant.hpp"

namespace ap::simd {

template <class V>
struct Gemm {
  using Reg = typename V::Reg;
  using Quad = typename V::Quad;
  static constexpr int kRows = V::kTileRows;
  static constexpr int kRegs = V::kTileRegs;
  static constexpr int kWidth = kRegs * V::kLanes;
  static constexpr int kBlockRows = 96;    // of A, of every tile height a multiple
  static constexpr int kBlockCols = 768;   // of B: a block is 768 kB
  static constexpr int kVectorLimit = 3;   // up to so many rows or columns need no packing
  static constexpr int kRowChunk = 1024;   // columns of running sums that stay in L1

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
    for (int j = 0; j < bt.rows; j += kWidth, out += static_cast<std::ptrdiff_t>(bt.cols) * kWidth) {
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
    for (int j = 0; j < c.cols; j += kWidth, panels += static_cast<std::ptrdiff_t>(depth) * kWidth) {
      const int width = std::min(kWidth, c.cols - j);
      for (int i = 0; i < a.rows; i += kRows) {
        const int height = std::min(kRows, a.rows - i);
        tile(a.row(i), a.stride, depth, panels, c.row(i) + j, c.stride, height, width, first);
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
      for (int i = 0; i < c.rows; ++i) row_product(a.row(i), 1, b, c.row(i), 1, scratch);
    } else if (c.cols <= kVectorLimit) {
      for (int j = 0; j < c.cols; ++j) column_product(a, b.data + j, b.stride, c.data + j, c.stride);
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
      for (int i = 0; i < c.rows; ++i) column_product(b, a.row(i), 1, c.row(i), 1);
    } else if (c.cols <= kVectorLimit) {
      for (int j = 0; j < c.cols; ++j) column_product(a, b.row(j), 1, c.data + j, c.stride);
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
      for (int i = 0; i < c.rows; ++i) row_product(a.data + i, a.stride, b, c.row(i), 1, scratch);
      return;
    }
    if (c.cols <= kVectorLimit) {
      for (int j = 0; j < c.cols; ++j) row_product(b.data + j, b.stride, a, c.data + j, c.stride, scratch);
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
          transpose(a.block(k, i, depth, rows), {turned, rows, depth, kGemmDepth});
          block({turned, rows, depth, kGemmDepth}, panels, c.block(i, j, rows, cols), k == 0);
        }
      }
    }
  }

 private:
  static void clear(View c) noexcept {
    for (int i = 0; i < c.rows; ++i) std::fill_n(c.row(i), c.cols, 0.0F);
  }

  template <class Pack>
  static void blocked(ConstView a, ConstView b, View c, Scratch& scratch, Pack pack_block) noexcept {
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

  /// One k: kRows factors of A, kWidth of B.
  static AP_INLINE void step(const float* const (&at)[kRows], const float* panel,
                             Reg (&sum)[kRows][kRegs]) {
    Reg b[kRegs];
    AP_UNROLL
    for (int r = 0; r < kRegs; ++r) b[r] = V::load(panel + r * V::kLanes);
    AP_UNROLL
    for (int i = 0; i < kRows; ++i) {
      const Reg a = V::load_splat(at[i]);
      AP_UNROLL
      for (int r = 0; r < kRegs; ++r) sum[i][r] = V::madd(a, b[r], sum[i][r]);
    }
  }

  /// The hot loop. The pointers step before they are used and each pass takes one k: V8 then emits no
  /// move for them, and LLVM cannot gather the passes into one expression that spills.
  static __attribute__((noinline)) void tile(const float* a, std::ptrdiff_t a_stride, int depth,
                                             const float* panel, float* c, std::ptrdiff_t stride,
                                             int height, int width, bool first) noexcept {
    Reg sum[kRows][kRegs];
    const float* at[kRows];
    AP_UNROLL
    for (int i = 0; i < kRows; ++i) {
      at[i] = a + (i < height ? i : 0) * a_stride - 1;
      AP_UNROLL
      for (int r = 0; r < kRegs; ++r) sum[i][r] = V::splat(0.0F);
    }
    panel -= kWidth;
    const float* const end = panel + static_cast<std::ptrdiff_t>(depth) * kWidth;
    AP_NO_UNROLL
    do {
      AP_UNROLL
      for (int i = 0; i < kRows; ++i) {
        ++at[i];
        V::pin(at[i]);
      }
      panel += kWidth;
      V::pin(panel);
      step(at, panel, sum);
    } while (panel != end);
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

  static void store_edge(const Reg (&sum)[kRows][kRegs], float* c, std::ptrdiff_t stride, int height,
                         int width, bool first) noexcept {
    float lanes[kRows][kWidth];
    for (int i = 0; i < kRows; ++i) {
      for (int r = 0; r < kRegs; ++r) V::store(lanes[i] + r * V::kLanes, sum[i][r]);
    }
    for (int i = 0; i < height; ++i) {
      float* to = c + i * stride;
      for (int j = 0; j < width; ++j) to[j] = first ? lanes[i][j] : to[j] + lanes[i][j];
    }
  }

  // ---- one row or one column of C, without packing --------------------------------------------

  /// c[j] = sum_k a[k] b[k][j]: rows of B added one after another onto running sums.
  static void row_product(const float* a, std::ptrdiff_t a_stride, ConstView b, float* c,
                          std::ptrdiff_t c_stride, Scratch& scratch) noexcept {
    float* sums = scratch.impl().row.need(kRowChunk + V::kLanes);
    for (int j = 0; j < b.cols; j += kRowChunk) {
      const int cols = std::min(kRowChunk, b.cols - j);
      for (int k = 0; k < b.rows; k += kGemmDepth) {
        const int depth = std::min(kGemmDepth, b.rows - k);
        std::fill_n(sums, cols + V::kLanes, 0.0F);
        int d = 0;
        for (; d + 8 <= depth; d += 8) {
          row_steps<8>(a + (k + d) * a_stride, a_stride, b.block(k + d, j, 8, cols), sums);
        }
        for (; d < depth; ++d) {
          row_steps<1>(a + (k + d) * a_stride, a_stride, b.block(k + d, j, 1, cols), sums);
        }
        float* to = c + j * c_stride;
        if (k == 0) {
          for (int i = 0; i < cols; ++i) to[i * c_stride] = sums[i];
        } else {
          for (int i = 0; i < cols; ++i) to[i * c_stride] += sums[i];
        }
      }
    }
  }

  template <int kSteps>
  static AP_INLINE void row_steps(const float* a, std::ptrdiff_t a_stride, ConstView b, float* sums) {
    Reg factor[kSteps];
    AP_UNROLL
    for (int s = 0; s < kSteps; ++s) factor[s] = V::load_splat(a + s * a_stride);
    const float* from = b.data;
    int j = 0;
    for (; j + V::kLanes <= b.cols; j += V::kLanes) {
      Reg sum = V::load(sums + j);
      AP_UNROLL
      for (int s = 0; s < kSteps; ++s) {
        sum = V::madd(factor[s], V::load(from + s * static_cast<std::ptrdiff_t>(b.stride) + j), sum);
      }
      V::store(sums + j, sum);
    }
    if (const int rest = b.cols - j; rest > 0) {
      Reg sum = V::load(sums + j);
      for (int s = 0; s < kSteps; ++s) {
        sum = V::madd(factor[s], load_part<V>(b.row(s) + j, rest, 0.0F), sum);
      }
      V::store(sums + j, sum);
    }
  }

  /// c[i] = sum_k m[i][k] x[k]: four rows in the lanes, by 4 x 4 transposes.
  static void column_product(ConstView m, const float* x, std::ptrdiff_t x_stride, float* c,
                             std::ptrdiff_t c_stride) noexcept {
    int i = 0;
    for (; i + 16 <= m.rows; i += 16) column_strip<4>(m, i, x, x_stride, c, c_stride);
    for (; i + 4 <= m.rows; i += 4) column_strip<1>(m, i, x, x_stride, c, c_stride);
    if (i < m.rows) column_edge(m, i, x, x_stride, c, c_stride);
  }

  template <int kQuads>
  static AP_INLINE void column_strip(ConstView m, int i, const float* x, std::ptrdiff_t x_stride,
                                     float* c, std::ptrdiff_t c_stride) {
    using QuadReg = typename Quad::Reg;
    const std::ptrdiff_t stride = m.stride;
    for (int k = 0; k < m.cols; k += kGemmDepth) {
      const int end = std::min(k + kGemmDepth, m.cols);
      QuadReg sum[kQuads];
      AP_UNROLL
      for (int q = 0; q < kQuads; ++q) sum[q] = Quad::splat(0.0F);
      int d = k;
      for (; d + 4 <= end; d += 4) {
        QuadReg factor[4];
        AP_UNROLL
        for (int s = 0; s < 4; ++s) factor[s] = Quad::load_splat(x + (d + s) * x_stride);
        AP_UNROLL
        for (int q = 0; q < kQuads; ++q) {
          QuadReg column[4];
          Quad::transpose(m.row(i + 4 * q) + d, stride, column);
          AP_UNROLL
          for (int s = 0; s < 4; ++s) sum[q] = Quad::madd(column[s], factor[s], sum[q]);
        }
      }
      for (; d < end; ++d) {
        const QuadReg factor = Quad::load_splat(x + d * x_stride);
        AP_UNROLL
        for (int q = 0; q < kQuads; ++q) {
          const float* p = m.row(i + 4 * q) + d;
          const float column[4] = {p[0], p[stride], p[2 * stride], p[3 * stride]};
          sum[q] = Quad::madd(Quad::load(column), factor, sum[q]);
        }
      }
      float lanes[4 * kQuads];
      AP_UNROLL
      for (int q = 0; q < kQuads; ++q) Quad::store(lanes + 4 * q, sum[q]);
      for (int r = 0; r < 4 * kQuads; ++r) {
        float& to = c[(i + r) * c_stride];
        to = k == 0 ? lanes[r] : to + lanes[r];
      }
    }
  }

  /// The last one to three rows, one in each lane.
  static void column_edge(ConstView m, int i, const float* x, std::ptrdiff_t x_stride, float* c,
                          std::ptrdiff_t c_stride) noexcept {
    const int rows = m.rows - i;
    const float* from[4];
    for (int r = 0; r < 4; ++r) from[r] = m.row(r < rows ? i + r : i);
    for (int k = 0; k < m.cols; k += kGemmDepth) {
      const int end = std::min(k + kGemmDepth, m.cols);
      typename Quad::Reg sum = Quad::splat(0.0F);
      for (int d = k; d < end; ++d) {
        const float column[4] = {from[0][d], from[1][d], from[2][d], from[3][d]};
        sum = Quad::madd(Quad::load(column), Quad::load_splat(x + d * x_stride), sum);
      }
      float lanes[4];
      Quad::store(lanes, sum);
      for (int r = 0; r < rows; ++r) {
        float& to = c[(i + r) * c_stride];
        to = k == 0 ? lanes[r] : to + lanes[r];
      }
    }
  }

  // ---- transposes ----------------------------------------------------------------------------

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

  static void transpose(ConstView from, View to) noexcept {
    int i = 0;
    for (; i + 4 <= from.rows; i += 4) {
      int j = 0;
      for (; j + 4 <= from.cols; j += 4) {
        typename Quad::Reg t[4];
        Quad::transpose(from.row(i) + j, from.stride, t);
        AP_UNROLL
        for (int s = 0; s < 4; ++s) Quad::store(to.row(j + s) + i, t[s]);
      }
      for (; j < from.cols; ++j) {
        for (int s = 0; s < 4; ++s) to.row(j)[i + s] = from.row(i + s)[j];
      }
    }
    for (; i < from.rows; ++i) {
      for (int j = 0; j < from.cols; ++j) to.row(j)[i] = from.row(i)[j];
    }
  }
};

}  // namespace ap::simd
