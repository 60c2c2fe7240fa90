#include "ui/widgets/draw_adapter.hpp"

#include <cmath>

#include "render/heatmap_pass.hpp"

namespace ap::ui {
namespace {

/// Visits the shapes of one list in painter's order.
struct Painter {
  ImDrawList& out;
  const DrawList& in;
  Labels& labels;
  render::HeatmapPass* heatmaps;
  Rect clip;
  Point offset;

  [[nodiscard]] ImVec2 at(Point p) const { return {p.x + offset.x, p.y + offset.y}; }
  [[nodiscard]] ImVec2 corner(const Rect& r) const { return at({r.right(), r.bottom()}); }

  void operator()(const RectShape& s) const {
    const ImVec2 from = at({s.rect.x, s.rect.y});
    const ImVec2 to = corner(s.rect);
    if (s.fill.a != 0) out.AddRectFilled(from, to, im(s.fill), s.radius);
    if (s.stroke.a != 0 && s.stroke_width > 0) {
      // ImGui insets a rectangle's stroke by half a pixel; the list's is centred on the edge.
      out.AddRect({from.x - 0.5F, from.y - 0.5F}, {to.x + 0.5F, to.y + 0.5F}, im(s.stroke),
                  s.radius, 0, s.stroke_width);
    }
  }
  void operator()(const LineShape& s) const {
    out.AddLine(at(s.from), at(s.to), im(s.colour), s.width);
  }
  void operator()(const BezierShape& s) const {
    const ImU32 colour = im(s.colour);
    ImVec2 tip = at(s.curve.p3);
    if (!s.arrow) {
      out.AddBezierCubic(at(s.curve.p0), at(s.curve.p1), at(s.curve.p2), tip, colour, s.width);
      return;
    }
    Point direction = s.curve.p3 - s.curve.p2;
    if (direction == Point{}) direction = s.curve.p3 - s.curve.p0;
    const float length = std::max(1e-6F, std::hypot(direction.x, direction.y));
    const Point unit = direction * (1 / length);
    const float head = arrow_size(s.width);
    const ImVec2 base(tip.x - unit.x * head, tip.y - unit.y * head);
    const ImVec2 side(-unit.y * head * 0.42F, unit.x * head * 0.42F);
    out.AddBezierCubic(at(s.curve.p0), at(s.curve.p1), at(s.curve.p2 - unit * head),
                       {base.x + unit.x, base.y + unit.y}, colour, s.width);
    out.AddTriangleFilled(tip, {base.x + side.x, base.y + side.y},
                          {base.x - side.x, base.y - side.y}, colour);
  }
  void operator()(const EllipseShape& s) const {
    const ImVec2 centre = at(s.centre);
    if (s.fill.a != 0) out.AddEllipseFilled(centre, s.rx, s.ry, im(s.fill));
    if (s.stroke.a != 0 && s.stroke_width > 0) {
      out.AddEllipse(centre, s.rx, s.ry, im(s.stroke), 0, 0, s.stroke_width);
    }
  }
  void operator()(const PolygonShape& s) const {
    for (const Point& p : in.points(s)) out.PathLineTo(at(p));
    out.PathFillConvex(im(s.fill));
  }
  void operator()(const TextShape& s) const {
    const std::string_view text = in.string(s);
    const TextStyle& style = s.style;
    ImVec2 p = at(s.at);
    if (style.align != Align::kStart) {
      const float w = labels.width(text, style.face, style.size);
      p.x -= style.align == Align::kMiddle ? w / 2 : w;
    }
    const Font font = fonts().pick(style.face, style.size);
    if (font.font == nullptr) return;
    const float ascent = font.font->Ascent / font.font->FontSize * style.size;
    p.y += to_baseline(style.valign, style.size) - ascent;
    const float scale = fonts().scale();
    p = {std::round(p.x * scale) / scale, std::round(p.y * scale) / scale};
    labels.draw(out, p, im(style.colour), text, style.face, style.size);
  }
  void operator()(const HeatmapShape& s) const {
    if (heatmaps == nullptr) return;
    render::HeatmapItem item;
    item.rect = {s.rect.x + offset.x, s.rect.y + offset.y, s.rect.w, s.rect.h};
    const ImVec2 from = out.GetClipRectMin();
    const ImVec2 to = out.GetClipRectMax();
    item.clip = intersect(clip, {from.x, from.y, to.x - from.x, to.y - from.y});
    item.values = s.values;
    item.style = {s.range, s.map, s.mode, s.dim, 1};
    item.id = s.id;
    item.revision = s.revision;
    heatmaps->queue(&out, item);
  }
  void operator()(const ClipBegin& s) const {
    out.PushClipRect(at({s.rect.x, s.rect.y}), corner(s.rect), true);
  }
  void operator()(const ClipEnd&) const { out.PopClipRect(); }
  void operator()(const GroupBegin&) const {}
  void operator()(const GroupEnd&) const {}
};

}  // namespace

void draw(ImDrawList& target, const DrawList& list, Labels& labels, render::HeatmapPass* heatmaps,
          const Rect& clip, Point offset) {
  target.PushClipRect({clip.x, clip.y}, {clip.right(), clip.bottom()}, true);
  const Painter painter{target, list, labels, heatmaps, clip, offset};
  for (const Shape& shape : list.shapes()) std::visit(painter, shape);
  target.PopClipRect();
}

void draw(Context& context, const DrawList& list, const Rect& clip, Point offset) {
  draw(*ImGui::GetWindowDrawList(), list, context.labels, context.heatmaps, clip, offset);
}

}  // namespace ap::ui
