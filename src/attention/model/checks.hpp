// What validate asks of single matrices and numbers. Internal to attention/.
#pragma once

#include <string>

#include "base/error.hpp"
#include "tensor/matrix.hpp"

namespace ap {
struct Model;
struct Language;
}  // namespace ap

namespace ap::checking {

enum class Need { kRequired, kOptional, kAbsent };
/// kShapes: cells are not looked at; those of a large model take as long as a forward pass.
enum class Depth { kShapes, kCells };

[[nodiscard]] std::string shape_text(std::ptrdiff_t rows, std::ptrdiff_t cols);
[[nodiscard]] constexpr Need required_if(bool on) noexcept {
  return on ? Need::kRequired : Need::kAbsent;
}
[[nodiscard]] constexpr Need optional_if(bool on) noexcept {
  return on ? Need::kOptional : Need::kAbsent;
}

/// low <= x <= high; NaN and infinities are an error of their own.
[[nodiscard]] Result<void> check_number(float x, float low, float high, const char* message,
                                        const char* where);

/// Keeps the first failure of a row of checks.
class Checks {
 public:
  explicit Checks(Depth depth) noexcept : depth_(depth) {}
  /// m is rows x cols with sane cells; null is right if it is optional or must be absent.
  Checks& matrix(const SharedMatrix& m, int rows, int cols, Need need, const std::string& where);
  /// "w_" and "b_" + suffix; the bias is optional wherever the weight is.
  template <class L>
  Checks& linear(const L& l, int rows, int cols, Need need, const std::string& path,
                 const char* suffix) {
    const Need bias = need == Need::kAbsent ? Need::kAbsent : Need::kOptional;
    matrix(l.weight, rows, cols, need, path + "w_" + suffix);
    return matrix(l.bias, 1, cols, bias, path + "b_" + suffix);
  }
  template <class N>
  Checks& norm(const N& n, int cols, Need gain, Need bias, const std::string& path) {
    matrix(n.gain, 1, cols, gain, path + "_gain");
    return matrix(n.bias, 1, cols, bias, path + "_bias");
  }
  [[nodiscard]] Result<void> result() const { return result_; }

 private:
  Depth depth_;
  Result<void> result_;
};

[[nodiscard]] Result<void> check_language(const Model& model, const Language& language,
                                          Depth depth);

}  // namespace ap::checking
