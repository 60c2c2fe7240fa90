// One layer of multi-head attention at a real model's width, run in slices and timed: for the
// lesson on sizes. Weights are random and made a few columns at a time, since four matrices of the
// largest models do not fit a page's memory; the clock counts the multiplications alone. Leaves
// out: everything around attention, and keeping the result.
#pragma once

#include <cstdint>

#include "base/error.hpp"
#include "base/rng.hpp"
#include "tensor/kernels.hpp"

namespace ap {

struct LayerShape {
  int width = 768;     // D
  int heads = 12;      // H
  int key_width = 64;  // K
  int tokens = 32;     // T

  [[nodiscard]] double parameters() const noexcept;     // 4 D H K
  [[nodiscard]] double multiply_adds() const noexcept;  // 4 T D H K + 2 T T H K
};

class LayerRun {
 public:
  /// kRange: a width or a number of tokens that is not run here.
  [[nodiscard]] static Result<LayerRun> make(const LayerShape& shape);

  /// Works for about `seconds`, but always some; `now` gives seconds.
  void advance(double seconds, double (*now)());
  [[nodiscard]] bool done() const noexcept { return part_ == kParts; }
  /// 0 to 1.
  [[nodiscard]] double progress() const noexcept;
  /// In multiplications so far.
  [[nodiscard]] double seconds() const noexcept { return seconds_; }
  [[nodiscard]] double multiply_adds() const noexcept { return multiply_adds_; }
  [[nodiscard]] const LayerShape& shape() const noexcept { return shape_; }
  [[nodiscard]] const Matrix& output() const noexcept { return parts_[4]; }

 private:
  static constexpr int kParts = 5;      // Q, K, V, heads, output
  static constexpr int kColumns = 128;  // of a weight matrix at once

  explicit LayerRun(const LayerShape& shape);
  void step(double (*now)());
  void project(const Matrix& from, Matrix& to, double (*now)());
  void attend(double (*now)());

  LayerShape shape_;
  Matrix input_;          // T x D
  Matrix parts_[kParts];  // Q, K, V, concat: T x HK; output: T x D
  Matrix weight_;         // D x kColumns, or HK x kColumns
  Matrix scores_[2];      // T x T
  Scratch scratch_;
  Rng rng_{1};
  int part_ = 0;
  int at_ = 0;  // column (projections) or head
  double seconds_ = 0;
  double multiply_adds_ = 0;
};

}  // namespace ap
