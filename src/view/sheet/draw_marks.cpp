// Marks over the cells: sources and consumers, selection, edits, refused entries. Each has a halo
// of the ground, so that it shows on any cell colour.
#include <algorithm>

#include "view/sheet/paint.hpp"

namespace ap::detail {
namespace {

/// Sheet rectangle of some rows and columns, cut to the block.
Rect area(const Block& b, int row, int col, int rows, int cols) noexcept {
  const int r0 = std::clamp(row, 0, b.rows);
  const int c0 = std::clamp(col, 0, b.cols);
  const int r1 = std::clamp(row + rows, r0, b.rows);
  const int c1 = std::clamp(col + cols, c0, b.cols);
  const auto f = [](int n) { return static_cast<float>(n); };
  return {b.matrix.x + f(c0) * b.cell_w, b.matrix.y + f(r0) * b.cell_h, f(c1 - c0) * b.cell_w,
          f(r1 - r0) * b.cell_h};
}

void ring(const Painter& p, const Rect& sheet, Rgba ink, float width) {
  Rect r = p.screen(sheet);
  if (r.w <= 0 || r.h <= 0 || !r.grown(6).overlaps(p.viewport)) return;
  // Tiny cells: the ring goes around them, at least 5 px wide, so that it is seen.
  const float grow_x = std::max(0.F, (5 - r.w) / 2);
  const float grow_y = std::max(0.F, (5 - r.h) / 2);
  r = {r.x - grow_x, r.y - grow_y, r.w + 2 * grow_x, r.h + 2 * grow_y};
  p.list.outline(r.grown(width * 0.25F), p.theme.background, width + 2.5F, 2);
  p.list.outline(r.grown(width * 0.25F), ink, width, 2);
}

void regions(const Painter& p, std::span<const Region> all, Rgba ink, float width) {
  for (const Region& region : all) {
    const int i = block_for(p.sheet, region.tensor);
    if (i < 0) continue;
    const Block& b = p.sheet.blocks[static_cast<std::size_t>(i)];
    ring(p, area(b, region.row, region.col, region.rows, region.cols), ink, width);
  }
}

void cell_ring(const Painter& p, const CellId& cell, int rows, int cols, Rgba ink, float width) {
  const int i = block_for(p.sheet, cell.tensor);
  if (i < 0) return;
  ring(p, area(p.sheet.blocks[static_cast<std::size_t>(i)], cell.row, cell.col, rows, cols), ink,
       width);
}

void edited_mark(const Painter& p, const CellId& cell) {
  const int i = block_for(p.sheet, cell.tensor);
  if (i < 0) return;
  const Rect r =
      p.screen(area(p.sheet.blocks[static_cast<std::size_t>(i)], cell.row, cell.col, 1, 1));
  if (std::min(r.w, r.h) < 8 || !r.overlaps(p.viewport)) return;
  const float s = std::clamp(std::min(r.w, r.h) * 0.22F, 3.F, 8.F);
  const std::array<Point, 3> t = {Point{r.x + 1, r.y + 1}, Point{r.x + 1 + s, r.y + 1},
                                  Point{r.x + 1, r.y + 1 + s}};
  p.list.polygon(t, p.theme.accent);
}

}  // namespace

int block_for(const Sheet& sheet, TensorId id) noexcept {
  const int exact = sheet.index_of(id);
  if (exact >= 0) return exact;
  // The output of one layer is the input of the next.
  if (id.stage == Stage::kOutput && id.layer + 1 == sheet.layer)
    return sheet.index_of({sheet.layer, Stage::kInput, 0});
  if (id.stage == Stage::kConcat && id.layer == sheet.layer && sheet.heads == 1)
    return sheet.index_of({sheet.layer, Stage::kHeadOut, 0});
  return -1;
}

void paint_marks(const Painter& p) {
  if (!p.style.targets.empty()) paint_targets(p);
  if (!p.style.locked_cells.empty()) paint_locked_cells(p);
  for (const CellId& cell : p.style.edited) edited_mark(p, cell);
  regions(p, p.style.consumers, p.theme.consumer_highlight, 1.5F);
  regions(p, p.style.sources, p.theme.source_highlight, 2);
  if (p.style.hover) cell_ring(p, *p.style.hover, 1, 1, p.theme.ink, 1.5F);
  if (p.style.selection)
    cell_ring(p, *p.style.selection, p.style.selection_rows, p.style.selection_cols,
              p.theme.selection, 2);
  if (p.style.error) cell_ring(p, *p.style.error, 1, 1, p.theme.warn, 2);
}

}  // namespace ap::detail
