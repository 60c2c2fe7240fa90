// Points and rectangles of the view layer, in sheet units (CSS pixels at zoom 1), y down.
// No transforms and no intervals: only what layouts, hit tests and rasterizers share.
#pragma once

#include <algorithm>

namespace ap {

struct Point {
  float x = 0;
  float y = 0;
  friend bool operator==(const Point&, const Point&) = default;
};

[[nodiscard]] constexpr Point operator+(Point a, Point b) noexcept {
  return {a.x + b.x, a.y + b.y};
}
[[nodiscard]] constexpr Point operator-(Point a, Point b) noexcept {
  return {a.x - b.x, a.y - b.y};
}
[[nodiscard]] constexpr Point operator*(Point a, float s) noexcept { return {a.x * s, a.y * s}; }

/// [x, x + w) x [y, y + h).
struct Rect {
  float x = 0;
  float y = 0;
  float w = 0;
  float h = 0;
  friend bool operator==(const Rect&, const Rect&) = default;

  [[nodiscard]] constexpr float right() const noexcept { return x + w; }
  [[nodiscard]] constexpr float bottom() const noexcept { return y + h; }
  [[nodiscard]] constexpr Point centre() const noexcept { return {x + w / 2, y + h / 2}; }
  [[nodiscard]] constexpr bool empty() const noexcept { return !(w > 0 && h > 0); }
  [[nodiscard]] constexpr bool contains(Point p) const noexcept {
    return p.x >= x && p.x < right() && p.y >= y && p.y < bottom();
  }
  /// Touching edges do not overlap.
  [[nodiscard]] constexpr bool overlaps(const Rect& o) const noexcept {
    return x < o.right() && o.x < right() && y < o.bottom() && o.y < bottom();
  }
  [[nodiscard]] constexpr bool contains(const Rect& o) const noexcept {
    return o.x >= x && o.right() <= right() && o.y >= y && o.bottom() <= bottom();
  }
  /// Grown by d on every side (shrunk when negative; never below zero size).
  [[nodiscard]] constexpr Rect grown(float d) const noexcept {
    return {x - d, y - d, std::max(0.F, w + 2 * d), std::max(0.F, h + 2 * d)};
  }
};

/// The common part; empty() when there is none.
[[nodiscard]] constexpr Rect intersect(const Rect& a, const Rect& b) noexcept {
  const float x0 = std::max(a.x, b.x);
  const float y0 = std::max(a.y, b.y);
  const float x1 = std::min(a.right(), b.right());
  const float y1 = std::min(a.bottom(), b.bottom());
  return {x0, y0, std::max(0.F, x1 - x0), std::max(0.F, y1 - y0)};
}

/// The smallest rectangle around both; an empty one counts for nothing.
[[nodiscard]] constexpr Rect unite(const Rect& a, const Rect& b) noexcept {
  if (a.empty()) return b;
  if (b.empty()) return a;
  const float x0 = std::min(a.x, b.x);
  const float y0 = std::min(a.y, b.y);
  return {x0, y0, std::max(a.right(), b.right()) - x0, std::max(a.bottom(), b.bottom()) - y0};
}

/// Cubic curve: ends p0 and p3, handles p1 and p2.
struct Bezier {
  Point p0;
  Point p1;
  Point p2;
  Point p3;
};

/// Where the curve is at t in [0, 1].
[[nodiscard]] constexpr Point at(const Bezier& b, float t) noexcept {
  const float u = 1 - t;
  return b.p0 * (u * u * u) + b.p1 * (3 * u * u * t) + b.p2 * (3 * u * t * t) + b.p3 * (t * t * t);
}

}  // namespace ap
