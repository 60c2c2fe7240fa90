// The hot loops, by contract. Shapes: A is M x K, B is K x N, C is M x N, all row-major views.
//
// Order of additions: every element of C is, whatever M, N and its place in them,
//   for each block of kGemmDepth consecutive k: s = 0; for k in block ascending: s = s + a[i][k] *
//   b[k][j] (one fused step where the variant has FMA, a rounded product otherwise, the same for
//   all elements); c = first block's s; c = c + s for each later block.
// So a row, a column or any rectangle of C computed alone has the bits it has in the whole:
// incremental recomputation rests on this. Views must not overlap; data is finite or +-inf; nothing
// here allocates once `Scratch` has grown to the shapes in use.
//
// kernels_simd.cpp dispatches to the instruction set at hand (wasm SIMD128, relaxed SIMD, AVX2+FMA
// by run-time check, or generic vectors), all made from the templates in *_impl.hpp;
// kernels_scalar.hpp is the double-precision oracle they are tested against.
#pragma once

#include <memory>
#include <string_view>

#include "tensor/matrix.hpp"

namespace ap {

inline constexpr int kGemmDepth = 256;

/// Packing buffers, grown on first use of a shape and kept. One per thread of work.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(Scratch&&) noexcept;
  Scratch& operator=(Scratch&&) noexcept;
  struct Impl;
  [[nodiscard]] Impl& impl() const noexcept { return *impl_; }
  /// Bytes held.
  [[nodiscard]] std::size_t bytes() const noexcept;

 private:
  std::unique_ptr<Impl> impl_;
};

/// "simd128", "relaxed", "avx2", "generic": what runs here.
[[nodiscard]] std::string_view kernel_variant() noexcept;

/// C = A · B. K = 0 gives zeros.
void gemm(ConstView a, ConstView b, View c, Scratch& scratch) noexcept;
/// C (M x N) = A (M x K) · Bᵀ, B stored N x K.
void gemm_bt(ConstView a, ConstView b, View c, Scratch& scratch) noexcept;
/// C (M x N) = Aᵀ · B, A stored K x M, B stored K x N. (Backward: dW = Xᵀ dY.)
void gemm_at(ConstView a, ConstView b, View c, Scratch& scratch) noexcept;

/// One head on a block of queries; T, S and the widths are those of the views.
struct HeadInput {
  ConstView q;  // T x K
  ConstView k;  // S x K
  ConstView v;  // S x (value width)
  float scale = 1.0F;
  float softcap = 0.0F;  // > 0: on
  ConstView mask = {};   // T x S, added; stride 0 repeats one row; empty = none
  float inv_temperature = 1.0F;
};
/// Where its stages go. `scores`, `weights` and `out` are needed; `scaled`, `capped` and `masked`
/// may be empty: the step is done all the same, its result is not kept.
struct HeadStages {
  View scores, scaled, capped, masked, weights;  // T x S
  View out;                                      // T x (value width)
};
/// All of a head's stages in one pass over blocks of rows, so that each is read while it is in
/// cache. The bits are those of gemm_bt, scale_row, softcap_row, sum_row, softmax_row and gemm in
/// turn.
void attention_head(const HeadInput& in, const HeadStages& out, Scratch& scratch) noexcept;

/// Are all bits the same? (-0 and 0 are not, a NaN and itself are.)
[[nodiscard]] bool same_bits(const float* a, const float* b, int n) noexcept;
/// y[j] += x[j]
void add_row(const float* x, float* y, int n) noexcept;
/// y[j] = x[j] * s
void scale_row(const float* x, float* y, int n, float s) noexcept;
/// y[j] = a[j] + b[j]
void sum_row(const float* a, const float* b, float* y, int n) noexcept;
/// y[j] = c * tanh(x[j] / c), c > 0; +-inf give +-c. Error <= 4 ULP of the result.
void softcap_row(const float* x, float* y, int n, float c) noexcept;
/// y[j] = e^x[j]: <= 2 ULP for results that are normal floats; below that 0; overflow +inf; NaN
/// stays NaN.
void exp_row(const float* x, float* y, int n) noexcept;
/// softmax of x * inv_temperature (> 0): m = max; e = exp((x - m) * inv_temperature); y = e * (1 /
/// sum(e)). All -inf gives zeros; +inf entries share 1 equally, the others get 0. x and y may be
/// the same.
void softmax_row(const float* x, float* y, int n, float inv_temperature) noexcept;
/// Sum in a fixed order that depends on n alone.
[[nodiscard]] float sum(const float* x, int n) noexcept;

}  // namespace ap
