// Array: a plain row-major block of floats with any number of dimensions, for the ONNX-style
// operators (attend.hpp, rotary.hpp) and for files. Leaves out strides and arithmetic.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ap {

struct Array {
  std::vector<std::int64_t> shape;
  std::vector<float> data;  // product of shape numbers

  [[nodiscard]] int rank() const noexcept { return static_cast<int>(shape.size()); }
};

/// "(2, 3, 4)"
[[nodiscard]] inline std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    text += (i != 0 ? ", " : "") + std::to_string(shape[i]);
  }
  return text + (shape.size() == 1 ? ",)" : ")");
}

}  // namespace ap
