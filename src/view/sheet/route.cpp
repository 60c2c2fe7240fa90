#include "view/sheet/route.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <queue>

namespace ap::detail {
namespace {

constexpr float kApart = 6;     // between a line and what it passes
constexpr float kLane = 3;      // lanes nearer than this are one
constexpr float kBend = 40;     // a bend costs as much as this much way
constexpr float kTogether = 8;  // way along another line costs this many times as much
constexpr float kClear = 3;
constexpr float kRadius = 10;
constexpr float kRunUp = 9;
constexpr float kUnknown = -2;
constexpr std::array<Point, 4> kWays = {Point{1, 0}, {0, 1}, {-1, 0}, {0, -1}};

std::vector<float> without_doubles(std::vector<float> at, float apart = 0.25F) {
  std::sort(at.begin(), at.end());
  const auto same = [apart](float a, float b) { return b - a < apart; };
  at.erase(std::unique(at.begin(), at.end(), same), at.end());
  return at;
}

int index_near(const std::vector<float>& at, float value) noexcept {
  const auto i = std::ranges::min_element(at, {}, [&](float x) { return std::abs(x - value); });
  return static_cast<int>(i - at.begin());
}

/// Around the segment from a to b, which runs along an axis, with what a rounded corner cuts off.
Rect around(Point a, Point b) noexcept {
  return Rect{std::min(a.x, b.x), std::min(a.y, b.y), std::abs(a.x - b.x), std::abs(a.y - b.y)}
      .grown(kClear);
}

/// Lines of a grid through the gaps.
struct Grid {
  std::vector<float> xs;
  std::vector<float> ys;

  Grid(std::vector<float> x, std::vector<float> y)
      : xs(without_doubles(std::move(x))), ys(without_doubles(std::move(y))) {}
  [[nodiscard]] int columns() const noexcept { return static_cast<int>(xs.size()); }
  [[nodiscard]] int nodes() const noexcept { return columns() * static_cast<int>(ys.size()); }
  [[nodiscard]] Point at(int node) const noexcept {
    return {xs[static_cast<std::size_t>(node % columns())],
            ys[static_cast<std::size_t>(node / columns())]};
  }
  [[nodiscard]] int node(Point p) const noexcept {
    return index_near(ys, p.y) * columns() + index_near(xs, p.x);
  }
  /// The neighbour in a direction, or -1.
  [[nodiscard]] int next(int node, int way) const noexcept {
    const int x = node % columns() + static_cast<int>(kWays[static_cast<std::size_t>(way)].x);
    const int y = node / columns() + static_cast<int>(kWays[static_cast<std::size_t>(way)].y);
    if (x < 0 || y < 0 || x >= columns() || y >= static_cast<int>(ys.size())) return -1;
    return y * columns() + x;
  }
};

int way_of(Point step) noexcept {
  return static_cast<int>(std::ranges::find(kWays, step) - kWays.begin());
}

struct Visit {
  float least = 0;  // no way through here costs less
  float cost = 0;   // to here
  int state = 0;    // 4 node + way
  friend bool operator>(const Visit& a, const Visit& b) noexcept { return a.least > b.least; }
};

/// A* over the grid's nodes and the direction in which one came.
class Search {
 public:
  Search(const Grid& grid, std::span<const Rect> obstacles,
         std::span<const std::vector<Point>> taken)
      : grid_(grid),
        obstacles_(obstacles),
        taken_(taken),
        cost_(static_cast<std::size_t>(4 * grid.nodes()), std::numeric_limits<float>::max()),
        before_(cost_.size(), -1),
        goal_(cost_.size(), false),
        worth_(static_cast<std::size_t>(2 * grid.nodes()), kUnknown) {}

  std::vector<Point> run(std::span<const Port> from, std::span<const Port> to) {
    for (const Port& p : to) {
      const int node = grid_.node(p.at);
      goal_[static_cast<std::size_t>(4 * node + way_of(p.way))] = true;
      goals_.push_back(grid_.at(node));
    }
    for (const Port& p : from) reach(4 * grid_.node(p.at) + way_of(p.way), 0, -1);
    while (!open_.empty()) {
      const Visit v = open_.top();
      open_.pop();
      if (v.cost > cost_[static_cast<std::size_t>(v.state)]) continue;
      if (goal_[static_cast<std::size_t>(v.state)]) return corners(v.state);
      leave(v);
    }
    return {};
  }

 private:
  void leave(const Visit& v) {
    const int node = v.state / 4;
    for (int way = 0; way < 4; ++way) {
      if ((way + 2) % 4 == v.state % 4) continue;
      const int next = grid_.next(node, way);
      if (next < 0) continue;
      const float cost = cost_between(std::min(node, next), std::max(node, next), way % 2);
      if (cost < 0) continue;
      reach(4 * next + way, v.cost + cost + (way == v.state % 4 ? 0 : kBend), v.state);
    }
  }
  /// Negative: something is in the way. Worked out once.
  float cost_between(int low, int high, int axis) {
    float& worth = worth_[static_cast<std::size_t>(2 * low + axis)];
    if (worth != kUnknown) return worth;
    const Rect segment = around(grid_.at(low), grid_.at(high));
    if (std::ranges::any_of(obstacles_, [&](const Rect& r) { return r.overlaps(segment); }))
      return worth = -1;
    const float length = std::max(segment.w, segment.h) - 2 * kClear;
    return worth = length * (along_taken(segment) ? kTogether : 1);
  }
  void reach(int state, float cost, int before) {
    float& known = cost_[static_cast<std::size_t>(state)];
    if (cost >= known) return;
    known = cost;
    before_[static_cast<std::size_t>(state)] = before;
    open_.push({cost + least_from(grid_.at(state / 4)), cost, state});
  }
  /// As if nothing were in the way.
  [[nodiscard]] float least_from(Point p) const noexcept {
    float least = std::numeric_limits<float>::max();
    for (const Point& g : goals_)
      least = std::min(least, std::abs(g.x - p.x) + std::abs(g.y - p.y));
    return least;
  }
  [[nodiscard]] bool along_taken(const Rect& segment) const noexcept {
    for (const std::vector<Point>& line : taken_)
      for (std::size_t i = 1; i < line.size(); ++i) {
        const Rect other = around(line[i - 1], line[i]).grown(2 - 2 * kClear);
        if ((other.w > other.h) == (segment.w > segment.h) && other.overlaps(segment)) return true;
      }
    return false;
  }
  [[nodiscard]] std::vector<Point> corners(int state) const {
    std::vector<Point> out;
    for (int way = -1; state >= 0; state = before_[static_cast<std::size_t>(state)]) {
      const int before = before_[static_cast<std::size_t>(state)];
      if (way != state % 4 || before < 0) out.push_back(grid_.at(state / 4));
      way = state % 4;
    }
    std::reverse(out.begin(), out.end());
    return out;
  }

  const Grid& grid_;
  std::span<const Rect> obstacles_;
  std::span<const std::vector<Point>> taken_;
  std::vector<float> cost_;
  std::vector<int> before_;
  std::vector<bool> goal_;
  std::vector<Point> goals_;
  std::vector<float> worth_;  // 2 node + axis: of the segment to the right or down
  std::priority_queue<Visit, std::vector<Visit>, std::greater<>> open_;
};

Bezier straight(Point a, Point b) noexcept {
  const Point third = (b - a) * (1.F / 3);
  return {a, a + third, b - third, b};
}

}  // namespace

std::vector<Rect> obstacles_of(const Sheet& sheet) {
  constexpr float kWord = 6.2F;  // of a caption, a letter
  std::vector<Rect> out;
  const auto add = [&](const Rect& r) {
    if (!r.empty()) out.push_back(r);
  };
  for (const Block& b : sheet.blocks) {
    add(unite(unite(b.row_gutter, b.matrix), b.col_gutter));
    add(b.header);
    add(b.legend);
  }
  for (const Ghost& g : sheet.ghosts) add(g.rect.grown(3));
  add(sheet.heads_strip);
  for (const Caption& c : sheet.captions)
    add({c.rect.x, c.rect.y,
         std::min(c.rect.w, kWord * static_cast<float>(name(c.step).size()) + 6), c.rect.h});
  return out;
}

int crossings(const Bezier& curve, std::span<const Rect> obstacles) noexcept {
  constexpr float kStep = 3;
  const float length = std::hypot(curve.p1.x - curve.p0.x, curve.p1.y - curve.p0.y) +
                       std::hypot(curve.p2.x - curve.p1.x, curve.p2.y - curve.p1.y) +
                       std::hypot(curve.p3.x - curve.p2.x, curve.p3.y - curve.p2.y);
  const int samples = std::clamp(static_cast<int>(length / kStep), 8, 600);
  int n = 0;
  for (int i = 0; i <= samples; ++i) {
    const Point p = at(curve, static_cast<float>(i) / static_cast<float>(samples));
    n += std::ranges::any_of(obstacles, [&](const Rect& r) { return r.contains(p); }) ? 1 : 0;
  }
  return n;
}

Router::Router(const Sheet& sheet) : obstacles_(obstacles_of(sheet)) {
  // Two lines a gap. Titles and legends are as wide as their block, or within it.
  const auto add = [](std::vector<float>& to, float low, float high) {
    for (const float d : {kApart, kApart + 5}) to.insert(to.end(), {low - d, high + d});
  };
  for (const Block& b : sheet.blocks) {
    add(xs_, b.frame.x, b.frame.right());
    add(ys_, b.frame.y, b.frame.bottom());
  }
  for (const Caption& c : sheet.captions) add(ys_, c.rect.y, c.rect.bottom());
  for (const Ghost& g : sheet.ghosts) {
    add(xs_, g.rect.x, g.rect.right());
    add(ys_, g.rect.y, g.rect.bottom());
  }
  xs_ = without_doubles(std::move(xs_), kLane);
  ys_ = without_doubles(std::move(ys_), kLane);
}

std::vector<Point> Router::find(std::span<const Port> from, std::span<const Port> to) {
  // Arrows have a straight run up to their tip.
  std::vector<Port> before(to.begin(), to.end());
  for (Port& p : before) p.at = p.at - p.way * kRunUp;
  std::vector<float> xs = xs_;
  std::vector<float> ys = ys_;
  for (const std::span<const Port> ports : {from, std::span<const Port>(before)}) {
    for (const Port& p : ports) {
      xs.push_back(p.at.x);
      ys.push_back(p.at.y);
    }
  }
  const Grid grid(std::move(xs), std::move(ys));
  std::vector<Point> way = Search(grid, obstacles_, taken_).run(from, before);
  if (way.empty()) return way;
  const auto gap = [&](const Port& p) {
    return std::abs(p.at.x - way.back().x) + std::abs(p.at.y - way.back().y);
  };
  const auto i = std::ranges::min_element(before, {}, gap) - before.begin();
  way.back() = to[static_cast<std::size_t>(i)].at;
  taken_.push_back(way);
  return way;
}

std::vector<Bezier> rounded(std::span<const Point> corners) {
  std::vector<Bezier> out;
  Point at = corners.front();
  for (std::size_t i = 1; i + 1 < corners.size(); ++i) {
    const Point in = corners[i] - at;
    const Point on = corners[i + 1] - corners[i];
    const float before = std::hypot(in.x, in.y);
    const float after = std::hypot(on.x, on.y);
    // The next corner needs its half of the way.
    const float radius = std::min({kRadius, before, after * 0.5F});
    const Point start = corners[i] - in * (radius / std::max(before, 0.01F));
    const Point end = corners[i] + on * (radius / std::max(after, 0.01F));
    if (before > radius) out.push_back(straight(at, start));
    out.push_back(
        {start, start + (corners[i] - start) * 0.55F, end + (corners[i] - end) * 0.55F, end});
    at = end;
  }
  out.push_back(straight(at, corners.back()));
  return out;
}

}  // namespace ap::detail
