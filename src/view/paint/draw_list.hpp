// DrawList: one drawing as data. The sheet, graph and arcs are drawn once, into this; PNG
// (canvas.hpp), SVG (svg.hpp), the window and tests read it. Coordinates are sheet units, y down,
// painter's order. It holds no pixels and no fonts, and heatmaps refer to the caller's matrix: keep
// that alive. Strings live in one buffer, so refilling a cleared list allocates nothing.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tensor/matrix.hpp"
#include "view/paint/colour.hpp"
#include "view/paint/geometry.hpp"

namespace ap {

/// kText: the proportional face; kBold: its bold; kMono: tabular digits and maths.
enum class Face : std::uint8_t { kText, kBold, kMono };
enum class Align : std::uint8_t { kStart, kMiddle, kEnd };
/// What the point of a text names: the top of the line, the middle of capitals and digits, the
/// baseline.
enum class VAlign : std::uint8_t { kTop, kMiddle, kBaseline };
/// From that point down to the baseline: the same for all shipped faces, so that all outputs agree.
[[nodiscard]] constexpr float to_baseline(VAlign align, float size) noexcept {
  return align == VAlign::kTop ? 0.95F * size : align == VAlign::kMiddle ? 0.364F * size : 0.0F;
}

struct TextStyle {
  Face face = Face::kText;
  float size = 14;  // em, sheet units
  Rgba colour;
  Align align = Align::kStart;
  VAlign valign = VAlign::kBaseline;
};

/// A transparent colour means: not drawn.
struct RectShape {
  Rect rect;
  Rgba fill;
  Rgba stroke;
  float stroke_width = 0;  // centred on the edge
  float radius = 0;
};
struct LineShape {
  Point from;
  Point to;
  Rgba colour;
  float width = 1;
};
struct BezierShape {
  Bezier curve;
  Rgba colour;
  float width = 1;
  bool arrow = false;  // a filled head of arrow_size(width) whose tip is p3
};
/// Length of an arrow's head.
[[nodiscard]] constexpr float arrow_size(float width) noexcept { return 5 + 1.6F * width; }
struct EllipseShape {
  Point centre;
  float rx = 0;
  float ry = 0;
  Rgba fill;
  Rgba stroke;
  float stroke_width = 0;
};
/// A filled, closed, simple polygon: DrawList::points(shape).
struct PolygonShape {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  Rgba fill;
};
/// The string: DrawList::string(shape).
struct TextShape {
  Point at;
  TextStyle style;
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};
struct HeatmapShape {
  Rect rect;
  ConstView values;
  Range range;
  MapKind map = MapKind::kDiverging;
  Mode mode = Mode::kLight;
  float dim = 0;         // 0: as it is .. 1: faded into the ground behind it
  std::uint64_t id = 0;  // for texture caches: same id and revision, same numbers; 0: not cached
  std::uint64_t revision = 0;
};
/// Everything up to the matching ClipEnd is cut to rect (and to the clips around it).
struct ClipBegin {
  Rect rect;
};
struct ClipEnd {};
/// A named part ("Q 6 x 4"): SVG writes <g><title>; others pass over it.
struct GroupBegin {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};
struct GroupEnd {};

using Shape = std::variant<RectShape, LineShape, BezierShape, EllipseShape, PolygonShape, TextShape,
                           HeatmapShape, ClipBegin, ClipEnd, GroupBegin, GroupEnd>;

class DrawList {
 public:
  void fill(Rect rect, Rgba colour, float radius = 0) {
    shapes_.push_back(RectShape{rect, colour, {}, 0, radius});
  }
  void outline(Rect rect, Rgba colour, float width = 1, float radius = 0) {
    shapes_.push_back(RectShape{rect, {}, colour, width, radius});
  }
  void rect(const RectShape& shape) { shapes_.push_back(shape); }
  void line(Point from, Point to, Rgba colour, float width = 1) {
    shapes_.push_back(LineShape{from, to, colour, width});
  }
  void bezier(const Bezier& curve, Rgba colour, float width = 1, bool arrow = false) {
    shapes_.push_back(BezierShape{curve, colour, width, arrow});
  }
  void ellipse(const EllipseShape& shape) { shapes_.push_back(shape); }
  void polygon(std::span<const Point> points, Rgba fill);
  void text(Point at, std::string_view utf8, const TextStyle& style);
  void heatmap(const HeatmapShape& shape) { shapes_.push_back(shape); }
  void clip_begin(Rect rect) { shapes_.push_back(ClipBegin{rect}); }
  void clip_end() { shapes_.push_back(ClipEnd{}); }
  void group_begin(std::string_view title);
  void group_end() { shapes_.push_back(GroupEnd{}); }

  /// Another list's shapes, moved by `offset`.
  void append(const DrawList& other, Point offset = {});
  /// Empty, with its memory kept.
  void clear() noexcept;

  [[nodiscard]] std::span<const Shape> shapes() const noexcept { return shapes_; }
  [[nodiscard]] std::string_view string(const TextShape& t) const noexcept {
    return std::string_view(strings_).substr(t.first, t.count);
  }
  [[nodiscard]] std::string_view string(const GroupBegin& g) const noexcept {
    return std::string_view(strings_).substr(g.first, g.count);
  }
  [[nodiscard]] std::span<const Point> points(const PolygonShape& p) const noexcept {
    return std::span(points_).subspan(p.first, p.count);
  }

 private:
  std::vector<Shape> shapes_;
  std::string strings_;
  std::vector<Point> points_;
};

/// How wide text is: fonts in the program (font.hpp), an estimate where there are none.
class TextMeasure {
 public:
  virtual ~TextMeasure() = default;
  /// Advance width in sheet units of one line of UTF-8.
  [[nodiscard]] virtual float width(std::string_view utf8, Face face, float size) const = 0;
};

/// 0.6 em a code point in the mono face, 0.52 (bold 0.56) in the text face: for tests and layouts
/// made before the fonts have come.
class EstimatedMeasure final : public TextMeasure {
 public:
  [[nodiscard]] float width(std::string_view utf8, Face face, float size) const override;
};

}  // namespace ap
