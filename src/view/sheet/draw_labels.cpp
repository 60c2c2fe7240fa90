// Row and column labels: tokens as words, dimensions as light numbers; thinned where they crowd.
// Column words stay level: they take turns on up to three lines, which reads better than slanted
// type.
#include <algorithm>
#include <cmath>

#include "view/paint/text_fit.hpp"
#include "view/sheet/paint.hpp"

namespace ap::detail {
namespace {

constexpr float kOverhang = 10;  // px that a word may stand out beside its matrix

struct AxisLabels {
  const std::vector<std::string>* words = nullptr;  // null: numbers
  const std::vector<bool>* unknown = nullptr;
  [[nodiscard]] std::string text(int i) const {
    const auto k = static_cast<std::size_t>(i);
    return words && k < words->size() ? (*words)[k] : std::to_string(i);
  }
  [[nodiscard]] bool is_unknown(int i) const {
    return unknown && static_cast<std::size_t>(i) < unknown->size() &&
           (*unknown)[static_cast<std::size_t>(i)];
  }
};

AxisLabels labels_of(const Painter& p, Axis axis) noexcept {
  if (axis == Axis::kQueries) return {&p.labels.queries, &p.labels.query_unknown};
  if (axis == Axis::kKeys) return {&p.labels.keys, &p.labels.key_unknown};
  return {};
}

/// Every n-th label so that they stand at least `room` apart: 1, 2, 5, 10, 20, ...
int every(float cell, float room) noexcept {
  for (int decade = 1; decade < 1'000'000; decade *= 10)
    for (const int step : {1, 2, 5})
      if (cell * static_cast<float>(step * decade) >= room) return step * decade;
  return 1'000'000;
}

struct Highlight {
  int row = -1;
  int col = -1;
};
Highlight highlight_of(const Painter& p, const Block& b) noexcept {
  for (const auto& cell : {p.style.hover, p.style.selection})
    if (cell && cell->tensor == b.id) return {cell->row, cell->col};
  return {};
}

void put_word(const Painter& p, Point at, std::string_view text, float size, Rgba ink, Align align,
              bool strong, bool unknown) {
  const Face face = strong ? Face::kBold : Face::kText;
  p.list.text(at, text, {face, size, ink, align, VAlign::kMiddle});
  if (!unknown) return;
  // A word without a vector of its own: dotted below.
  const float w = p.measure.width(text, face, size);
  const float x0 = align == Align::kEnd ? at.x - w : align == Align::kMiddle ? at.x - w / 2 : at.x;
  for (float x = x0; x + 1.5F <= x0 + w; x += 4)
    p.list.line({x, at.y + size * 0.52F}, {x + 2, at.y + size * 0.52F}, p.theme.warn, 1);
}

/// `right`: where row labels end; `width`: how long they may be.
void row_labels(const Painter& p, const Block& b, float right, float width, bool dim) {
  const float h = b.cell_h * p.camera.zoom;
  const Rect m = p.screen(b.matrix);
  const VisibleCells seen = visible_cells(p, b);
  const AxisLabels labels = labels_of(p, b.row_axis);
  const bool words = labels.words != nullptr;
  const float size = words ? std::min({13.F, p.text_size(kLabelSize), baked_size(std::max(9.F, h))})
                           : std::min(11.F, p.text_size(9));
  const int step = every(h, words ? size * 1.02F : size + 2);
  const Highlight mark = highlight_of(p, b);
  if (width < 8) return;
  for (int i = seen.row; i < seen.row + seen.rows; ++i) {
    const bool strong = i == mark.row;
    const bool near_mark =
        mark.row >= 0 && !strong && static_cast<float>(std::abs(i - mark.row)) * h < size;
    if (!strong && (i % step != 0 || near_mark)) continue;
    const Rgba ink = p.ink(strong || words ? p.theme.ink : p.theme.ink_soft, dim);
    const std::string text =
        elide(labels.text(i), width, strong ? Face::kBold : Face::kText, size, p.measure);
    put_word(p, {right, m.y + (static_cast<float>(i) + 0.5F) * h}, text, size, ink, Align::kEnd,
             strong && words, labels.is_unknown(i));
  }
}

struct ColumnLines {
  int lines = 1;
  int step = 1;    // every step-th column has a label
  float slot = 0;  // px a label may take
};

ColumnLines column_lines(float cell, float height, float size, float longest, bool words) noexcept {
  if (!words) {
    const int step = every(cell, size * 2);
    return {1, step, cell * static_cast<float>(step)};
  }
  const int most = std::clamp(static_cast<int>(height / (size * 1.05F)), 1, 3);
  for (int lines = 1; lines <= most; ++lines)
    if (cell * static_cast<float>(lines) - 5 >= longest)
      return {lines, 1, cell * static_cast<float>(lines) - 5};
  if (cell * static_cast<float>(most) >= 30) return {most, 1, cell * static_cast<float>(most) - 5};
  const int step = every(cell, 40);
  return {1, step, cell * static_cast<float>(step) - 6};
}

/// `bottom`: where the lowest line of labels ends; `height`: for all lines.
void column_labels(const Painter& p, const Block& b, float bottom, float height, bool dim) {
  const float w = b.cell_w * p.camera.zoom;
  const Rect m = p.screen(b.matrix);
  const VisibleCells seen = visible_cells(p, b);
  const AxisLabels labels = labels_of(p, b.col_axis);
  const bool words = labels.words != nullptr;
  const float size = std::min(words ? 13.F : 11.F, p.text_size(words ? kLabelSize : 9));
  if (height < 8 || seen.cols == 0) return;
  float longest = 0;
  if (words && w >= 4)
    for (int j = seen.col; j < seen.col + seen.cols; ++j)
      longest = std::max(longest, p.measure.width(labels.text(j), Face::kText, size));
  const ColumnLines lines = column_lines(w, height, size, longest, words);
  const Highlight mark = highlight_of(p, b);
  const bool only_mark = b.quiet && words && w < 24;
  const float line_height = std::min(height / static_cast<float>(lines.lines), size * 1.15F);
  for (int j = seen.col; j < seen.col + seen.cols; ++j) {
    const bool strong = j == mark.col;
    if (!strong && (only_mark || j % lines.step != 0 ||
                    (lines.step > 1 && mark.col >= 0 && std::abs(j - mark.col) < lines.step)))
      continue;
    const int line = lines.step > 1 ? 0 : j % lines.lines;
    const float y = bottom - (static_cast<float>(line) + 0.5F) * line_height - 1;
    const float centre = m.x + (static_cast<float>(j) + 0.5F) * w;
    const Face face = strong && words ? Face::kBold : Face::kText;
    const std::string text = elide(labels.text(j), strong ? std::max(lines.slot, 60.F) : lines.slot,
                                   face, size, p.measure);
    const float half = p.measure.width(text, face, size) / 2;
    const float x = words
                        ? std::clamp(centre, m.x - kOverhang + half,
                                     std::max(m.x - kOverhang + half, m.right() + kOverhang - half))
                        : centre;
    if (line > 0) p.list.line({centre, y + size * 0.6F}, {centre, bottom}, p.theme.line, 1);
    const Rgba ink = p.ink(strong || words ? p.theme.ink : p.theme.ink_soft, dim);
    if (strong && lines.step > 1)
      p.list.fill({x - half - 2, y - size * 0.6F, 2 * half + 4, size * 1.2F}, p.theme.background);
    put_word(p, {x, y}, text, size, ink, Align::kMiddle, strong && words, labels.is_unknown(j));
  }
}

}  // namespace

void paint_labels(const Painter& p, int index) {
  const Block& b = p.sheet.blocks[static_cast<std::size_t>(index)];
  const bool dim = p.dimmed(b.step);
  // Zoomed in, the gap beside a matrix without its own words has room for them.
  constexpr float kGapZoom = 1.9F;
  if (b.row_gutter.empty() && b.row_axis != Axis::kOne && p.camera.zoom >= kGapZoom && !dim)
    row_labels(p, b, p.screen(b.matrix).x - 6, 22 * p.camera.zoom - 8, dim);
  if (!b.row_gutter.empty()) {
    const Rect g = p.screen(b.row_gutter);
    row_labels(p, b, g.right() - std::max(4.F, 6 * std::min(1.F, p.camera.zoom)),
               g.w - (b.row_axis == Axis::kDims ? 3 : std::clamp(8 * p.camera.zoom, 4.5F, 8.F)),
               dim);
  }
  if (!b.col_gutter.empty()) {
    const Rect g = p.screen(b.col_gutter);
    column_labels(p, b, g.bottom() - 1, g.h, dim);
  }
}

void paint_sticky_labels(const Painter& p, int index) {
  const Block& b = p.sheet.blocks[static_cast<std::size_t>(index)];
  const Rect m = p.screen(b.matrix);
  const Rect part = intersect(m, p.viewport);
  if (part.w < 80 || part.h < 60 || p.dimmed(b.step)) return;
  const float gutter_x = b.row_gutter.empty() ? m.x : p.screen(b.row_gutter).x;
  const bool rows =
      gutter_x < p.viewport.x - 2 && m.x < p.viewport.x + 4 && b.row_axis != Axis::kOne;
  const float gutter_y = b.col_gutter.empty() ? m.y : p.screen(b.col_gutter).y;
  const bool cols = gutter_y < p.viewport.y - 2 && m.y < p.viewport.y + 4;
  const Rgba ground = p.theme.panel.with_alpha(0.93F);
  const bool words = b.row_axis != Axis::kDims;
  const float width = words ? kLabelMax + 10 : 26;
  if (rows) {
    p.list.fill({p.viewport.x, part.y, width, part.h}, ground);
    row_labels(p, b, p.viewport.x + width - 6, width - 10, false);
  }
  if (cols) {
    const float height = b.col_axis == Axis::kKeys ? 28.F : 16.F;
    p.list.fill({part.x, p.viewport.y, part.w, height}, ground);
    p.list.clip_begin({part.x, p.viewport.y, part.w, height});
    column_labels(p, b, p.viewport.y + height - 2, height - 3, false);
    p.list.clip_end();
  }
  if (!rows && !cols) return;
  // Which matrix it is: its title in the corner.
  if (cols) {
    const Rect tab{p.viewport.x, p.viewport.y, rows ? width : 0.F, 28};
    if (rows) p.list.fill(tab, p.theme.panel);
    if (rows) p.math({tab.x + 6, tab.y + 18}, b.title, Face::kBold, 13, colour(b.hue, p.theme));
  }
}

}  // namespace ap::detail
