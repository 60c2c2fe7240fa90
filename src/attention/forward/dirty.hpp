// Dirty: which rectangles of a matrix changed, few and possibly overlapping. The forward pass turns
// the rectangles of a stage's sources into rectangles of the stage.
#pragma once

#include <span>

#include "tensor/matrix.hpp"

namespace ap {

struct Rect {
  int row = 0;
  int col = 0;
  int rows = 0;
  int cols = 0;
  [[nodiscard]] bool empty() const noexcept { return rows <= 0 || cols <= 0; }
  [[nodiscard]] bool contains(const Rect& r) const noexcept {
    return r.row >= row && r.col >= col && r.row + r.rows <= row + rows &&
           r.col + r.cols <= col + cols;
  }
};

class Dirty {
 public:
  Dirty() noexcept {}  // NOLINT(modernize-use-equals-default): the rectangles have no values yet
  Dirty(const Dirty& other) noexcept { *this = other; }
  Dirty& operator=(const Dirty& other) noexcept {
    for (std::size_t i = 0; i < other.count_; ++i) rects_[i] = other.rects_[i];
    count_ = other.count_;
    return *this;
  }
  ~Dirty() = default;

  void add(Rect r) noexcept;
  void add(const Dirty& other) noexcept {
    for (const Rect& r : other.rects()) add(r);
  }
  void add_all(int rows, int cols) noexcept { add(Rect{0, 0, rows, cols}); }
  [[nodiscard]] bool none() const noexcept { return count_ == 0; }
  [[nodiscard]] std::span<const Rect> rects() const noexcept { return {rects_, count_}; }

 private:
  static constexpr std::size_t kMost = 6;  // past them the two last become their bounding box
  union {
    Rect
        rects_[kMost];  // an update has hundreds of these, nearly all empty: none is set before use
  };
  std::size_t count_ = 0;
};

/// The bounding box of the cells whose bits differ; everything if the shapes do, or one is null.
[[nodiscard]] Dirty difference(const SharedMatrix& before, const SharedMatrix& after) noexcept;

}  // namespace ap
