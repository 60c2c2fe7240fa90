#include "view/paint/draw_list.hpp"

#include <type_traits>

namespace ap {
namespace {

void move(Rect& r, Point by) {
  r.x += by.x;
  r.y += by.y;
}

template <class T>
void move_shape(T& s, Point by) {
  if constexpr (requires { s.rect; }) {
    move(s.rect, by);
  } else if constexpr (std::is_same_v<T, LineShape>) {
    s.from = s.from + by;
    s.to = s.to + by;
  } else if constexpr (std::is_same_v<T, BezierShape>) {
    s.curve = {s.curve.p0 + by, s.curve.p1 + by, s.curve.p2 + by, s.curve.p3 + by};
  } else if constexpr (std::is_same_v<T, EllipseShape>) {
    s.centre = s.centre + by;
  } else if constexpr (std::is_same_v<T, TextShape>) {
    s.at = s.at + by;
  }
}

}  // namespace

void DrawList::polygon(std::span<const Point> points, Rgba fill) {
  const auto first = static_cast<std::uint32_t>(points_.size());
  points_.insert(points_.end(), points.begin(), points.end());
  shapes_.push_back(PolygonShape{first, static_cast<std::uint32_t>(points.size()), fill});
}

void DrawList::text(Point at, std::string_view utf8, const TextStyle& style) {
  const auto first = static_cast<std::uint32_t>(strings_.size());
  strings_ += utf8;
  shapes_.push_back(TextShape{at, style, first, static_cast<std::uint32_t>(utf8.size())});
}

void DrawList::group_begin(std::string_view title) {
  const auto first = static_cast<std::uint32_t>(strings_.size());
  strings_ += title;
  shapes_.push_back(GroupBegin{first, static_cast<std::uint32_t>(title.size())});
}

void DrawList::append(const DrawList& other, Point offset) {
  const auto strings_before = static_cast<std::uint32_t>(strings_.size());
  const auto points_before = static_cast<std::uint32_t>(points_.size());
  strings_ += other.strings_;
  for (const Point p : other.points_) points_.push_back(p + offset);
  for (Shape shape : other.shapes_) {
    std::visit(
        [&]<class T>(T& s) {
          move_shape(s, offset);
          if constexpr (std::is_same_v<T, TextShape> || std::is_same_v<T, GroupBegin>)
            s.first += strings_before;
          if constexpr (std::is_same_v<T, PolygonShape>) s.first += points_before;
        },
        shape);
    shapes_.push_back(shape);
  }
}

void DrawList::clear() noexcept {
  shapes_.clear();
  strings_.clear();
  points_.clear();
}

float EstimatedMeasure::width(std::string_view utf8, Face face, float size) const {
  int code_points = 0;
  for (const char c : utf8) code_points += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
  const float em = face == Face::kMono ? 0.6F : face == Face::kBold ? 0.56F : 0.52F;
  return static_cast<float>(code_points) * em * size;
}

}  // namespace ap
