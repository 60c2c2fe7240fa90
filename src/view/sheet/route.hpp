// Ways for flow lines round what must stay legible: level and upright pieces in the gaps between
// blocks, with few bends. Which block feeds which is not known here. Only sheet_*.cpp include this.
#pragma once

#include <span>
#include <vector>

#include "view/sheet/sheet.hpp"

namespace ap::detail {

/// What a line must not cross: matrices with their labels, titles, legends, tabs, captions' words.
[[nodiscard]] std::vector<Rect> obstacles_of(const Sheet& sheet);
/// How many points of the line lie in one of them.
[[nodiscard]] int crossings(const Bezier& curve, std::span<const Rect> obstacles) noexcept;

/// A place where a line may leave or arrive, and in which direction it then goes.
struct Port {
  Point at;
  Point way;  // a unit step along an axis
};

class Router {
 public:
  explicit Router(const Sheet& sheet);
  [[nodiscard]] std::span<const Rect> obstacles() const noexcept { return obstacles_; }
  /// Corners of the shortest way with few bends from one of `from` to one of `to`; empty if there
  /// is none. Ways found before are kept off.
  [[nodiscard]] std::vector<Point> find(std::span<const Port> from, std::span<const Port> to);

 private:
  std::vector<Rect> obstacles_;
  std::vector<float> xs_;  // lanes in the gaps
  std::vector<float> ys_;
  std::vector<std::vector<Point>> taken_;
};

/// A line through these corners, rounded.
[[nodiscard]] std::vector<Bezier> rounded(std::span<const Point> corners);

}  // namespace ap::detail
