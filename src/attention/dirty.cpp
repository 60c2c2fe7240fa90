#include "attention/dirty.hpp"

#include <algorithm>
#include <cstring>

namespace ap {
namespace {

Rect bounding(const Rect& a, const Rect& b) noexcept {
  const int row = std::min(a.row, b.row);
  const int col = std::min(a.col, b.col);
  return {row, col, std::max(a.row + a.rows, b.row + b.rows) - row,
          std::max(a.col + a.cols, b.col + b.cols) - col};
}

bool same_bits(const float* a, const float* b) noexcept {
  return std::memcmp(a, b, sizeof(float)) == 0;
}

/// First and one past the last differing column of a row known to differ.
Rect differing_columns(const float* a, const float* b, int row, int cols) noexcept {
  int first = 0;
  while (same_bits(a + first, b + first)) ++first;
  int end = cols;
  while (same_bits(a + end - 1, b + end - 1)) --end;
  return {row, first, 1, end - first};
}

}  // namespace

void Dirty::add(Rect r) noexcept {
  if (r.empty()) return;
  for (const Rect& mine : rects()) {
    if (mine.contains(r)) return;
  }
  // Those inside the new one go.
  const auto* end = std::remove_if(rects_.begin(), rects_.begin() + count_,
                                   [&](const Rect& mine) { return r.contains(mine); });
  count_ = static_cast<std::size_t>(end - rects_.begin());
  if (count_ == rects_.size()) {
    rects_.back() = bounding(rects_.back(), r);
    return;
  }
  rects_[count_++] = r;
}

Dirty difference(const SharedMatrix& before, const SharedMatrix& after) noexcept {
  Dirty dirty;
  if (before == after) return dirty;
  if (!before || !after || before->rows() != after->rows() || before->cols() != after->cols()) {
    const ConstView v = view(after ? after : before);
    dirty.add_all(v.rows, v.cols);
    return dirty;
  }
  const int rows = static_cast<int>(after->rows());
  const int cols = static_cast<int>(after->cols());
  Rect box;
  for (int i = 0; i < rows; ++i) {
    const float* a = before->data() + static_cast<std::ptrdiff_t>(i) * cols;
    const float* b = after->data() + static_cast<std::ptrdiff_t>(i) * cols;
    if (std::memcmp(a, b, static_cast<std::size_t>(cols) * sizeof(float)) == 0) continue;
    const Rect row = differing_columns(a, b, i, cols);
    box = box.empty() ? row : bounding(box, row);
  }
  dirty.add(box);
  return dirty;
}

}  // namespace ap
