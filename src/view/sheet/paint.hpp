// What the parts of the sheet's drawing share: where things are on the screen and in which colours.
// Only sheet_*.cpp include this.
#pragma once

#include "view/sheet/draw.hpp"

namespace ap::detail {

struct Painter {
  DrawList& list;
  const Sheet& sheet;
  const SheetValues& values;
  const SheetLabels& labels;
  const Camera& camera;
  const Rect& viewport;
  const SheetStyle& style;
  const Theme& theme;
  const TextMeasure& measure;

  [[nodiscard]] Rect screen(const Rect& r) const noexcept { return to_screen(camera, viewport, r); }
  [[nodiscard]] bool dimmed(Step step) const noexcept {
    return style.focus && *style.focus != step;
  }
  /// Faded towards the ground for blocks of other steps.
  [[nodiscard]] Rgba ink(Rgba colour, bool dim) const noexcept {
    return dim ? mix(theme.background, colour, 0.38F) : colour;
  }
  [[nodiscard]] float text_size(float units) const noexcept {
    return baked_size(units * camera.zoom);
  }
  /// A line of maths with lowered parts; returns where it ends.
  float math(Point baseline, const MathText& text, Face face, float size, Rgba colour) const;
};

struct VisibleCells {
  int row = 0;
  int rows = 0;
  int col = 0;
  int cols = 0;
};
/// The cells of a block that the viewport shows.
[[nodiscard]] VisibleCells visible_cells(const Painter& p, const Block& block) noexcept;

void paint_block(const Painter& p, int index);
void paint_labels(const Painter& p, int index);
/// Labels at the viewport's edge where the block's own have been scrolled away.
void paint_sticky_labels(const Painter& p, int index);
void paint_marks(const Painter& p);
void paint_targets(const Painter& p);
void paint_locked_cells(const Painter& p);

/// The block that shows a tensor, also under the name it has in this layer; -1 if none does.
[[nodiscard]] int block_for(const Sheet& sheet, TensorId id) noexcept;

}  // namespace ap::detail
