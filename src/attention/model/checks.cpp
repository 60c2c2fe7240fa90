#include "attention/model/checks.hpp"

#include <cmath>

#include "attention/model/model.hpp"

namespace ap::checking {
namespace {

Result<void> check_finite(const Matrix& m, const std::string& where) {
  for (int i = 0; i < m.rows(); ++i) {
    for (int j = 0; j < m.cols(); ++j) {
      const float x = m(i, j);
      if (std::abs(x) <= kMaxCell) continue;
      const auto code = std::isfinite(x) ? ErrorCode::kRange : ErrorCode::kNotFinite;
      return fail(code, "a cell must be a finite number between -1e6 and 1e6",
                  where + "[" + std::to_string(i) + "][" + std::to_string(j) + "]");
    }
  }
  return {};
}

}  // namespace

std::string shape_text(std::ptrdiff_t rows, std::ptrdiff_t cols) {
  return std::to_string(rows) + " x " + std::to_string(cols);
}

Result<void> check_number(float x, float low, float high, const char* message, const char* where) {
  if (!std::isfinite(x)) return fail(ErrorCode::kNotFinite, message, where);
  if (x < low || x > high) return fail(ErrorCode::kRange, message, where);
  return {};
}

Checks& Checks::matrix(const SharedMatrix& m, int rows, int cols, Need need,
                       const std::string& where) {
  if (!result_) return *this;
  if (!m) {
    if (need == Need::kRequired) {
      result_ = fail(ErrorCode::kShape, "missing; needs " + shape_text(rows, cols), where);
    }
  } else if (need == Need::kAbsent) {
    result_ = fail(ErrorCode::kShape, "this model's options have no such matrix", where);
  } else if (m->rows() != rows || m->cols() != cols) {
    result_ =
        fail(ErrorCode::kShape,
             "is " + shape_text(m->rows(), m->cols()) + ", needs " + shape_text(rows, cols), where);
  } else if (depth_ == Depth::kCells) {
    result_ = check_finite(*m, where);
  }
  return *this;
}

}  // namespace ap::checking
