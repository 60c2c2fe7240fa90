#include "view/paint/path.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace ap {
namespace {

constexpr float kPi = std::numbers::pi_v<float>;
/// Largest distance between an arc and its chords.
constexpr float kFlatness = 0.1F;

int arc_steps(float radius, float angle) noexcept {
  const float step = 2 * std::acos(1 - kFlatness / std::max(radius, 2 * kFlatness));
  return std::max(2, static_cast<int>(std::ceil(angle / step)));
}

void add_arc(Ring& ring, Point centre, float rx, float ry, float from, float to) {
  const int steps = arc_steps(std::max(rx, ry), std::abs(to - from));
  for (int i = 0; i <= steps; ++i) {
    const float a = from + (to - from) * static_cast<float>(i) / static_cast<float>(steps);
    ring.push_back({centre.x + rx * std::cos(a), centre.y + ry * std::sin(a)});
  }
}

float length(Point p) noexcept { return std::hypot(p.x, p.y); }

Point unit(Point p) noexcept {
  const float n = length(p);
  return n > 0 ? p * (1 / n) : Point{1, 0};
}

Point normal(Point direction) noexcept { return {-direction.y, direction.x}; }

/// Signed areas per pixel of a box; a running sum along a row gives coverage.
class Coverage {
 public:
  Coverage(int x0, int y0, int x1, int y1)
      : x0_(x0),
        y0_(y0),
        width_(x1 - x0),
        height_(y1 - y0),
        areas_(static_cast<std::size_t>(width_ + 2) * static_cast<std::size_t>(height_), 0.0F) {}

  void edge(Point a, Point b) noexcept {
    if (a.y == b.y) return;
    const float sign = a.y < b.y ? 1.0F : -1.0F;
    if (a.y > b.y) std::swap(a, b);
    const float slope = (b.x - a.x) / (b.y - a.y);
    const float top = std::max(a.y, static_cast<float>(y0_));
    const float bottom = std::min(b.y, static_cast<float>(y0_ + height_));
    for (int y = static_cast<int>(std::floor(top)); static_cast<float>(y) < bottom; ++y) {
      const float from = std::max(top, static_cast<float>(y));
      const float to = std::min(bottom, static_cast<float>(y + 1));
      if (!(to > from)) continue;
      span(y, sign * (to - from), a.x + (from - a.y) * slope, a.x + (to - a.y) * slope);
    }
  }

  template <class Draw>
  void rows(Draw&& draw) const {
    for (int y = 0; y < height_; ++y) {
      const float* row = areas_.data() + static_cast<std::ptrdiff_t>(y) * (width_ + 2);
      float sum = 0;
      for (int x = 0; x < width_; ++x) {
        sum += row[x];
        const float share = std::min(std::abs(sum), 1.0F);
        if (share > 1.0F / 512) draw(x0_ + x, y0_ + y, share);
      }
    }
  }

 private:
  /// An edge piece within row y: `height` tall (signed), from column xa to xb. What lies left of
  /// the box counts at its first column, what lies right of it not at all.
  void span(int y, float height, float xa, float xb) noexcept {
    float* row = areas_.data() + static_cast<std::ptrdiff_t>(y - y0_) * (width_ + 2);
    const auto limit = static_cast<float>(width_);
    float lo = std::min(xa, xb) - static_cast<float>(x0_);
    float hi = std::max(xa, xb) - static_cast<float>(x0_);
    if (lo >= limit) return;
    if (hi - lo < 1e-4F) lo = hi = std::clamp(lo, 0.0F, limit);
    const float per_x = hi > lo ? height / (hi - lo) : 0;
    if (lo < 0) {
      row[0] += (std::min(hi, 0.0F) - lo) * per_x;
      lo = 0;
      if (hi <= 0) return;
    }
    hi = std::min(hi, limit);
    const int last = static_cast<int>(hi);
    for (int x = static_cast<int>(lo); x <= last; ++x) {
      const float a = std::max(lo, static_cast<float>(x));
      const float b = std::min(hi, static_cast<float>(x + 1));
      const float h = per_x != 0 ? (b - a) * per_x : height;
      const float middle = (a + b) / 2 - static_cast<float>(x);
      row[x] += h * (1 - middle);
      row[x + 1] += h * middle;
    }
  }

  int x0_;
  int y0_;
  int width_;
  int height_;
  std::vector<float> areas_;
};

}  // namespace

Ring rounded_rect(Rect r, float radius) {
  radius = std::min({radius, r.w / 2, r.h / 2});
  if (radius <= 0)
    return {{r.x, r.y}, {r.right(), r.y}, {r.right(), r.bottom()}, {r.x, r.bottom()}};
  Ring ring;
  add_arc(ring, {r.right() - radius, r.y + radius}, radius, radius, -kPi / 2, 0);
  add_arc(ring, {r.right() - radius, r.bottom() - radius}, radius, radius, 0, kPi / 2);
  add_arc(ring, {r.x + radius, r.bottom() - radius}, radius, radius, kPi / 2, kPi);
  add_arc(ring, {r.x + radius, r.y + radius}, radius, radius, kPi, 1.5F * kPi);
  return ring;
}

Ring ellipse_ring(Point centre, float rx, float ry) {
  Ring ring;
  add_arc(ring, centre, rx, ry, 0, 2 * kPi);
  ring.pop_back();
  return ring;
}

Ring flatten(const Bezier& c) {
  // Second differences bound how far the curve leaves its chords.
  const float bend = std::max(length(c.p0 - c.p1 * 2 + c.p2), length(c.p1 - c.p2 * 2 + c.p3));
  const int steps =
      std::clamp(static_cast<int>(std::ceil(std::sqrt(0.75F * bend / kFlatness))), 1, 200);
  Ring points;
  for (int i = 0; i <= steps; ++i)
    points.push_back(at(c, static_cast<float>(i) / static_cast<float>(steps)));
  return points;
}

Ring stroke(std::span<const Point> line, float width) {
  Ring left;
  Ring right;
  const std::size_t n = line.size();
  for (std::size_t i = 0; i < n && n > 1; ++i) {
    const Point before = unit(i > 0 ? line[i] - line[i - 1] : line[1] - line[0]);
    const Point after = unit(i + 1 < n ? line[i + 1] - line[i] : line[i] - line[i - 1]);
    const Point side = unit(normal(before) + normal(after));
    // A mitre, cut where the line turns back on itself.
    const float cosine = side.x * normal(after).x + side.y * normal(after).y;
    const Point offset = side * (width / 2 / std::max(cosine, 0.4F));
    left.push_back(line[i] + offset);
    right.push_back(line[i] - offset);
  }
  left.insert(left.end(), right.rbegin(), right.rend());
  return left;
}

Ring arrow_head(Point tip, Point direction, float size) {
  const Point along = unit(direction) * size;
  const Point across = normal(along) * 0.42F;
  return {tip, tip - along + across, tip - along - across};
}

Ring reversed(Ring ring) {
  std::reverse(ring.begin(), ring.end());
  return ring;
}

void fill_rings(Image& image, std::span<const Ring> rings, Rgba colour, Rect clip) {
  if (colour.a == 0) return;
  Rect box;
  bool any = false;
  for (const Ring& ring : rings) {
    for (const Point p : ring) {
      if (!std::isfinite(p.x) || !std::isfinite(p.y)) return;
      const Rect next = any ? box : Rect{p.x, p.y, 0, 0};
      const float x0 = std::min(next.x, p.x);
      const float y0 = std::min(next.y, p.y);
      box = {x0, y0, std::max(next.right(), p.x) - x0, std::max(next.bottom(), p.y) - y0};
      any = true;
    }
  }
  const Rect whole{0, 0, static_cast<float>(image.width), static_cast<float>(image.height)};
  const Rect seen = intersect(intersect(box, clip), whole);
  if (seen.empty()) return;
  Coverage coverage(static_cast<int>(std::floor(seen.x)), static_cast<int>(std::floor(seen.y)),
                    static_cast<int>(std::ceil(seen.right())),
                    static_cast<int>(std::ceil(seen.bottom())));
  for (const Ring& ring : rings) {
    for (std::size_t i = 0; i < ring.size(); ++i)
      coverage.edge(ring[i], ring[(i + 1) % ring.size()]);
  }
  const float alpha = static_cast<float>(colour.a) / 255.0F;
  coverage.rows([&](int x, int y, float share) {
    Rgba& pixel = image.at(x, y);
    pixel = over(colour.with_alpha(alpha * share), pixel);
  });
}

}  // namespace ap
