// Products with one row or one column for one vector type V, straight from the matrix as it lies: a
// changed cell must not cost the packing of everything else. The order of additions is that of
// gemm_impl.hpp, so the bits are too.
#pragma once

#include <algorithm>
#include <cstddef>

#include "tensor/kernels.hpp"
#include "tensor/simd.hpp"
#include "tensor/variant.hpp"

namespace ap::simd {

template <class V>
struct VectorProducts {
  using Reg = typename V::Reg;
  using Quad = typename V::Quad;
  static constexpr int kRowChunk = 1024;  // columns of running sums that stay in L1

  /// c[j] = sum_k a[k] b[k][j]: rows of B added one after another onto running sums.
  static void row(const float* a, std::ptrdiff_t a_stride, ConstView b, float* c,
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

  /// c[i] = sum_k m[i][k] x[k]: four rows in the lanes, by 4 x 4 transposes.
  static void column(ConstView m, const float* x, std::ptrdiff_t x_stride, float* c,
                     std::ptrdiff_t c_stride) noexcept {
    int i = 0;
    for (; i + 16 <= m.rows; i += 16) column_strip<4>(m, i, x, x_stride, c, c_stride);
    for (; i + 4 <= m.rows; i += 4) column_strip<1>(m, i, x, x_stride, c, c_stride);
    if (i < m.rows) column_edge(m, i, x, x_stride, c, c_stride);
  }

 private:
  template <int kSteps>
  static AP_INLINE void row_steps(const float* a, std::ptrdiff_t a_stride, ConstView b,
                                  float* sums) {
    Reg factor[kSteps];
    AP_UNROLL
    for (int s = 0; s < kSteps; ++s) factor[s] = V::load_splat(a + s * a_stride);
    const float* from = b.data;
    int j = 0;
    for (; j + V::kLanes <= b.cols; j += V::kLanes) {
      Reg sum = V::load(sums + j);
      AP_UNROLL
      for (int s = 0; s < kSteps; ++s) {
        sum =
            V::madd(factor[s], V::load(from + s * static_cast<std::ptrdiff_t>(b.stride) + j), sum);
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
          load_columns<Quad>(m.row(i + 4 * q) + d, stride, column);
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
};

}  // namespace ap::simd
