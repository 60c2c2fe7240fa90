#include "attention/forward/dirty.hpp"

#include <algorithm>

#include "tensor/kernels.hpp"

namespace ap {
namespace {

Rect bounding(const Rect& a, const Rect& b) noexcept {
  const int row = std::min(a.row, b.row);
  const int col = std::min(a.col, b.col);
  return {row, col, std::max(a.row + a.rows, b.row + b.rows) - row,
          std::max(a.col + a.cols, b.col + b.cols) - col};
}

const float* row(const SharedMatrix& m, int i) noexcept {
  return m->data() + static_cast<std::ptrdiff_t>(i) * m->cols();
}

/// Moves `first` to the left and `end` to the right until no cell of these rows differs outside.
void widen(const float* a, const float* b, int cols, int& first, int& end) noexcept {
  if (!same_bits(a, b, first)) {
    for (int j = 0; j < first; ++j) {
      if (!same_bits(a + j, b + j, 1)) first = j;
    }
  }
  if (same_bits(a + end, b + end, cols - end)) return;
  for (int j = cols; j > end; --j) {
    if (!same_bits(a + j - 1, b + j - 1, 1)) end = j;
  }
}

}  // namespace

void Dirty::add(Rect r) noexcept {
  if (r.empty()) return;
  for (const Rect& mine : rects()) {
    if (mine.contains(r)) return;
  }
  // Those inside the new one go.
  const Rect* end =
      std::remove_if(rects_, rects_ + count_, [&](const Rect& mine) { return r.contains(mine); });
  count_ = static_cast<std::size_t>(end - rects_);
  if (count_ == kMost) {
    rects_[kMost - 1] = bounding(rects_[kMost - 1], r);
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
  const int cols = static_cast<int>(after->cols());
  int top = 0;
  int bottom = static_cast<int>(after->rows());
  const auto same = [&](int i) { return same_bits(row(before, i), row(after, i), cols); };
  while (top < bottom && same(top)) ++top;
  while (top < bottom && same(bottom - 1)) --bottom;
  int first = cols;
  int end = 0;
  for (int i = top; i < bottom && (first > 0 || end < cols); ++i) {
    widen(row(before, i), row(after, i), cols, first, end);
  }
  dirty.add({top, first, bottom - top, end - first});
  return dirty;
}

}  // namespace ap
