#include "tensor/kernels_scalar.hpp"

#include <cmath>
#include <limits>

namespace ap::scalar {

MatrixD gemm(const MatrixD& a, const MatrixD& b) { return a.lazyProduct(b); }
MatrixD gemm_bt(const MatrixD& a, const MatrixD& b) { return a.lazyProduct(b.transpose()); }
MatrixD gemm_at(const MatrixD& a, const MatrixD& b) { return a.transpose().lazyProduct(b); }

MatrixD softcap(const MatrixD& x, double c) {
  return x.unaryExpr([c](double v) { return c * std::tanh(v / c); });
}

MatrixD exp(const MatrixD& x) {
  return x.unaryExpr([](double v) { return std::exp(v); });
}

MatrixD softmax_rows(const MatrixD& x, double inv_temperature) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  MatrixD y = MatrixD::Zero(x.rows(), x.cols());
  if (x.cols() == 0) return y;
  for (Eigen::Index i = 0; i < x.rows(); ++i) {
    const double top = x.row(i).maxCoeff();
    if (top == -kInf) continue;
    double total = 0.0;
    for (Eigen::Index j = 0; j < x.cols(); ++j) {
      const bool shares = top == kInf;
      const double e =
          shares ? (x(i, j) == kInf ? 1.0 : 0.0) : std::exp((x(i, j) - top) * inv_temperature);
      y(i, j) = e;
      total += e;
    }
    y.row(i) /= total;
  }
  return y;
}

MatrixD widen(ConstView v) {
  if (v.empty()) return MatrixD::Zero(v.rows, v.cols);
  return as_eigen(v).cast<double>();
}

}  // namespace ap::scalar
