// Where the cells of one of our matrices lie in a file's tensor, as runs of columns, and the copy.
#pragma once

#include "exchange/models/spec.hpp"

namespace ap {

/// Columns [col, col + count): cell (r, col + j) is number base + r · row + j · step of the tensor.
struct Run {
  std::int64_t col = 0;
  std::int64_t count = 0;
  std::int64_t base = 0;
  std::int64_t row = 0;
  std::int64_t step = 1;
};
[[nodiscard]] std::vector<Run> runs_of(Slot slot, Layout layout, const Spec& spec);
/// The shape that the tensor must have; -1: any size from 1 up.
[[nodiscard]] std::vector<std::int64_t> tensor_shape(Slot slot, Layout layout, const Spec& spec);
void gather(const float* from, const std::vector<Run>& runs, Matrix& to) noexcept;

}  // namespace ap
