// The whole sheet as a picture, without a window: `attention render`, exports, and pictures in
// tests.
#pragma once

#include <string>

#include "view/paint/canvas.hpp"
#include "view/paint/svg.hpp"
#include "view/sheet/draw.hpp"

namespace ap {

struct RenderOptions {
  Mode mode = Mode::kLight;
  float width = 1280;  // the page for which the sheet is laid out, units
  float height = 760;
  float scale = 2;  // pixels a unit, PNG
  int layer = 0;
  int head = 0;
  std::set<Stage> folded;
  const Trace* baseline = nullptr;
  SvgFaces faces = SvgFaces::kNamed;  // SVG
};

[[nodiscard]] Result<Image> render_sheet(const Trace& trace, const SheetLabels& labels,
                                         const FontSet& fonts, const RenderOptions& options = {});
[[nodiscard]] std::string render_sheet_svg(const Trace& trace, const SheetLabels& labels,
                                           const TextMeasure& measure, std::string_view title,
                                           const RenderOptions& options = {},
                                           const FontSet* fonts = nullptr);

}  // namespace ap
