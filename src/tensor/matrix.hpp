// Row-major float matrices. `Matrix` owns; `View` and `ConstView` are windows into rows that may
// be longer than they are wide (a head's columns inside Q), so that slices cost no copy.
#pragma once

#include <Eigen/Core>
#include <cassert>
#include <cstddef>
#include <memory>

namespace ap {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using MatrixD = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
/// Big values are shared and never changed in place: history and baselines cost a pointer.
using SharedMatrix = std::shared_ptr<const Matrix>;

[[nodiscard]] inline SharedMatrix share(Matrix m) {
  return std::make_shared<const Matrix>(std::move(m));
}

/// rows x cols window, row i starts at data + i * stride (in floats), stride >= cols.
template <class Float>
struct BasicView {
  Float* data = nullptr;
  int rows = 0;
  int cols = 0;
  int stride = 0;

  [[nodiscard]] Float* row(int i) const noexcept {
    return data + static_cast<std::ptrdiff_t>(i) * stride;
  }
  [[nodiscard]] Float& operator()(int i, int j) const noexcept {
    assert(i >= 0 && i < rows && j >= 0 && j < cols);
    return row(i)[j];
  }
  [[nodiscard]] BasicView block(int r, int c, int nr, int nc) const noexcept {
    assert(r >= 0 && c >= 0 && nr >= 0 && nc >= 0 && r + nr <= rows && c + nc <= cols);
    return {row(r) + c, nr, nc, stride};
  }
  [[nodiscard]] bool empty() const noexcept { return rows == 0 || cols == 0; }
  // NOLINTNEXTLINE(google-explicit-constructor): a view may always be read.
  operator BasicView<const Float>() const noexcept { return {data, rows, cols, stride}; }
};
using View = BasicView<float>;
using ConstView = BasicView<const float>;

[[nodiscard]] inline View view(Matrix& m) noexcept {
  const int cols = static_cast<int>(m.cols());
  return {m.data(), static_cast<int>(m.rows()), cols, cols};
}
[[nodiscard]] inline ConstView view(const Matrix& m) noexcept {
  const int cols = static_cast<int>(m.cols());
  return {m.data(), static_cast<int>(m.rows()), cols, cols};
}
/// A null pointer is the empty matrix.
[[nodiscard]] inline ConstView view(const SharedMatrix& m) noexcept {
  return m ? view(*m) : ConstView{};
}

/// The window as an Eigen expression, for code that is not hot.
[[nodiscard]] inline auto as_eigen(ConstView v) noexcept {
  using Map = Eigen::Map<const Matrix, 0, Eigen::OuterStride<>>;
  return Map(v.data, v.rows, v.cols, Eigen::OuterStride<>(v.stride));
}

}  // namespace ap
