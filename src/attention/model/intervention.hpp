// Intervention: a computed rectangle of cells held at values, scaled, or added to. Applied by the
// forward step of that stage, in the order of the list: everything after follows, nothing before
// changes. One that is off is as if it were not there.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "attention/model/tensor_id.hpp"
#include "tensor/matrix.hpp"

namespace ap {

enum class Change : std::uint8_t {
  kHold,   // y = values
  kScale,  // y = y · factor
  kAdd,    // y = y + factor · values
};

struct Intervention {
  std::string name;  // what it is called; may be empty
  TensorId tensor;   // computed; the mask, positions and parameters are edited instead
  int row = 0;
  int col = 0;
  int rows = -1;  // -1: to the end, also of a text that grows
  int cols = -1;
  Change change = Change::kHold;
  float factor = 1.0F;
  SharedMatrix values;  // hold, add: rows x cols, or 1 x cols for every row, or 1 x 1 for all
  bool on = true;
  bool operator==(const Intervention&) const = default;

  /// The value for a cell of the rectangle, counted from its corner.
  [[nodiscard]] float value(int i, int j) const noexcept {
    if (!values) return 0.0F;
    return (*values)(values->rows() == 1 ? 0 : i, values->cols() == 1 ? 0 : j);
  }
  /// What becomes of y at a cell of the rectangle.
  [[nodiscard]] float applied(float y, int i, int j) const noexcept {
    if (change == Change::kHold) return value(i, j);
    return change == Change::kScale ? y * factor : y + factor * value(i, j);
  }
};
using SharedInterventions = std::shared_ptr<const std::vector<Intervention>>;

/// "hold", "scale", "add".
[[nodiscard]] constexpr const char* name(Change change) noexcept {
  return change == Change::kHold ? "hold" : change == Change::kScale ? "scale" : "add";
}

}  // namespace ap
