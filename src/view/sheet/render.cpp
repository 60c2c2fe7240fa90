#include "view/sheet/render.hpp"

#include "view/paint/svg.hpp"

namespace ap {
namespace {

constexpr float kPadding = 16;

/// The drawing at zoom 1 and the part of it that holds the sheet.
struct Drawing {
  DrawList list;
  SheetValues values;  // the list's heatmaps may point into it
  Rect area;
};

Drawing draw(const Trace& trace, const SheetLabels& labels, const TextMeasure& measure,
             const RenderOptions& o) {
  SheetOptions options = sheet_options(o.width, o.height, labels, measure);
  options.folded = o.folded;
  options.live = false;
  // There is nothing to press in a picture: no place for what is off, no sign of what is folded.
  SheetSpec spec = sheet_spec(trace, o.layer, o.head);
  spec.off.clear();
  Sheet sheet = layout_sheet(spec, options);
  sheet.ghosts.clear();
  Drawing d;
  d.values = sheet_values(sheet, trace, 1, o.baseline);
  d.area = sheet.bounds.grown(kPadding);
  SheetStyle style;
  style.mode = o.mode;
  style.measure = &measure;
  const Camera camera{1, d.area.x, d.area.y};
  d.area = {0, 0, d.area.w, d.area.h};
  draw_sheet(d.list, sheet, d.values, labels, camera, d.area, style);
  return d;
}

}  // namespace

Result<Image> render_sheet(const Trace& trace, const SheetLabels& labels, const FontSet& fonts,
                           const RenderOptions& options) {
  const Drawing d = draw(trace, labels, fonts, options);
  return rasterize(d.list, d.area, options.scale, theme(options.mode).background, fonts);
}

std::string render_sheet_svg(const Trace& trace, const SheetLabels& labels,
                             const TextMeasure& measure, std::string_view title,
                             const RenderOptions& options, const FontSet* fonts) {
  const Drawing d = draw(trace, labels, measure, options);
  return write_svg(d.list, d.area, theme(options.mode).background, title, &measure, options.faces,
                   fonts);
}

}  // namespace ap
