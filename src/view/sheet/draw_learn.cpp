// Marks of learning: what a row is wanted to come out as, in the lower half of its cells under what
// it is now, and a padlock in each cell that stays as it is.
#include <algorithm>

#include "view/paint/number.hpp"
#include "view/sheet/paint.hpp"

namespace ap::detail {
namespace {

constexpr float kLeastSplit = 24;  // px of height for two numbers, one over the other

Rgba cell_colour(const BlockValues& v, float value, Mode mode) {
  if (cell_kind(value) != CellKind::kValue) return masked_colour(mode);
  const float at = position(value, v.range) * static_cast<float>(kMapSize - 1);
  return colour_table(v.map, mode)[static_cast<std::size_t>(at + 0.5F)];
}

/// The wanted share as a bar from the left with its number; in a small cell as a shade.
void paint_wanted(const Painter& p, const Rect& r, float share) {
  p.list.fill(r, p.theme.panel);
  if (r.h < kLeastSplit / 2) {
    if (share > 0)
      p.list.fill(r, mix(p.theme.panel, p.theme.accent, 0.2F + 0.8F * std::min(share, 1.F)));
    return;
  }
  const Rect bar{r.x, r.y, r.w * std::clamp(share, 0.F, 1.F), r.h};
  p.list.fill(bar, mix(p.theme.panel, p.theme.accent, 0.28F));
  p.list.line({r.x, r.y}, {r.right(), r.y}, p.theme.accent, 1);
  const NumberDetail detail = number_detail(r.w, r.h + 1, 1, 0);
  if (detail.size == 0) return;
  p.list.text(r.centre(), share == 0 ? std::string_view("0") : format(share, detail.style).view(),
              {Face::kText, detail.size, p.theme.ink, Align::kMiddle, VAlign::kMiddle});
}

/// A row of weights: each cell in two halves.
void paint_shares(const Painter& p, int index, const TargetMark& target) {
  const Block& b = p.sheet.blocks[static_cast<std::size_t>(index)];
  const BlockValues& v = p.values.blocks[static_cast<std::size_t>(index)];
  const VisibleCells seen = visible_cells(p, b);
  if (target.row < seen.row || target.row >= seen.row + seen.rows) return;
  for (int j = seen.col; j < std::min(seen.col + seen.cols, target.shares.cols); ++j) {
    const Rect r = p.screen(b.cell(target.row, j));
    const float lower = std::max(3.F, r.h / 2);
    const Rect wanted{r.x, r.bottom() - lower, r.w, lower};
    if (r.h >= kLeastSplit && p.style.numbers && !v.values.empty()) {
      const Rgba ground = cell_colour(v, v.values(target.row, j), p.style.mode);
      const Rect now{r.x, r.y, r.w, r.h - lower};
      p.list.fill(now, ground);
      const NumberDetail detail = number_detail(now.w, now.h + 1, v.high, v.low);
      const float shown = v.numbers(target.row, j);
      if (detail.size > 0) {
        p.list.text(now.centre(),
                    shown == 0 ? std::string_view("0") : format(shown, detail.style).view(),
                    {Face::kText, detail.size, text_on(ground), Align::kMiddle, VAlign::kMiddle});
      }
    }
    paint_wanted(p, wanted, target.shares(0, j));
  }
}

/// "→ river" at the end of an output's row.
void paint_word(const Painter& p, const Rect& row, std::string_view word) {
  constexpr float kSize = 13;
  const std::string text = "→ " + std::string(word);
  const float w = p.measure.width(text, Face::kBold, kSize) + 14;
  constexpr float kHeight = 20;
  float x = row.right() + 6;
  if (x + w > p.viewport.right()) x = std::min(row.right(), p.viewport.right()) - w - 4;
  const Rect pill{x, row.centre().y - kHeight / 2, w, kHeight};
  p.list.rect({pill, p.theme.panel, p.theme.accent, 1.5F, kHeight / 2});
  p.list.text({pill.x + 7, pill.centre().y}, text,
              {Face::kBold, kSize, p.theme.ink, Align::kStart, VAlign::kMiddle});
}

void paint_lock(const Painter& p, const Rect& r) {
  const float s = std::min(r.w, r.h) < 15 ? 0.6F : 1;
  const Rect body{r.right() - 9.5F * s, r.y + 5.5F * s, 7 * s, 5 * s};
  p.list.fill(body.grown(2.5F * s), p.theme.background, 3);
  p.list.fill({body.x - 1, body.y - 4.5F * s, body.w + 2, 5 * s}, p.theme.background, 3);
  p.list.outline({body.x + 1.5F * s, body.y - 3 * s, 4 * s, 5 * s}, p.theme.ink, 1.2F * s, 2 * s);
  p.list.fill(body, p.theme.ink, 1);
}

}  // namespace

void paint_targets(const Painter& p) {
  for (const TargetMark& target : p.style.targets) {
    const int i = block_for(p.sheet, target.tensor);
    if (i < 0) continue;
    const Block& b = p.sheet.blocks[static_cast<std::size_t>(i)];
    if (target.row < 0 || target.row >= b.rows) continue;
    if (!target.shares.empty()) paint_shares(p, i, target);
    const Rect first = b.cell(target.row, 0);
    const Rect row = p.screen({b.matrix.x, first.y, b.matrix.w, first.h});
    if (!row.grown(6).overlaps(p.viewport)) continue;
    p.list.outline(row, p.theme.accent, 2, 2);
    if (!target.word.empty()) paint_word(p, row, target.word);
  }
}

void paint_locked_cells(const Painter& p) {
  const auto cells = p.style.locked_cells;
  for (const Block& b : p.sheet.blocks) {
    const VisibleCells seen = visible_cells(p, b);
    if (std::min(b.cell_w, b.cell_h) * p.camera.zoom < 8) continue;
    TensorId id = b.id;
    if (before_layers(id.stage)) id.layer = 0;
    auto at = std::lower_bound(cells.begin(), cells.end(), CellId{id, seen.row, 0});
    for (; at != cells.end() && at->tensor == id && at->row < seen.row + seen.rows; ++at) {
      if (at->col >= seen.col && at->col < seen.col + seen.cols) {
        paint_lock(p, p.screen(b.cell(at->row, at->col)));
      }
    }
  }
}

}  // namespace ap::detail
