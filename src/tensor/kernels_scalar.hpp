// The double-precision oracle: what each kernel means, with Eigen's expressions and the C library's
// exp and tanh. Slow on purpose; used by the reference forward and by tests, never by the page.
#pragma once

#include "tensor/matrix.hpp"

namespace ap::scalar {

[[nodiscard]] MatrixD gemm(const MatrixD& a, const MatrixD& b);
/// A · Bᵀ
[[nodiscard]] MatrixD gemm_bt(const MatrixD& a, const MatrixD& b);
/// Aᵀ · B
[[nodiscard]] MatrixD gemm_at(const MatrixD& a, const MatrixD& b);

/// c * tanh(x / c); +-inf give +-c.
[[nodiscard]] MatrixD softcap(const MatrixD& x, double c);
[[nodiscard]] MatrixD exp(const MatrixD& x);
/// Rows by themselves, with the infinities' rules of ap::softmax_row.
[[nodiscard]] MatrixD softmax_rows(const MatrixD& x, double inv_temperature = 1.0);

/// A window as doubles.
[[nodiscard]] MatrixD widen(ConstView v);

}  // namespace ap::scalar
