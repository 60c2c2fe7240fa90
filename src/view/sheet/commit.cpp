// Blocks measured and given their rectangles.
#include <algorithm>
#include <cmath>

#include "view/sheet/arrange.hpp"

namespace ap::detail {
namespace {

constexpr float kHeader = 20;
constexpr float kRoomyHeader = 36;
constexpr float kSmallHeader = 17;
constexpr float kDimGutter = 10;  // and a digit's width for each digit
constexpr float kLegendMost = 110;

bool tokens(Axis axis) noexcept { return axis == Axis::kQueries || axis == Axis::kKeys; }

float label_gutter(Axis axis, const SheetOptions& o) noexcept {
  const float label = axis == Axis::kQueries ? o.query_label : o.key_label;
  return std::min(kLabelMax, std::max(20.F, label)) + 13;
}

float column_gutter(const Block& b, const Pitch& pitch, const SheetOptions& o) noexcept {
  if (b.col_axis != Axis::kKeys) return kLabelLine;
  const float p = pitch.width(b.cols);
  if (p < 6) return kLabelLine;
  const float lines = std::ceil((std::min(kLabelMax, o.key_label) + 4) / p);
  return pitch.line * std::clamp(lines, 1.F, 3.F);
}

/// Rectangles with the frame's corner at the origin. `small`: a bias or gains below its owner.
void size_block(Block& b, const Pitch& pitch, const SheetOptions& o, bool labels, bool roomy,
                bool small, float header_width, float formula_width) {
  b.cell_w = pitch.width(b.cols);
  b.cell_h = pitch.height(b.rows);
  const float w = b.cell_w * static_cast<float>(b.cols);
  const float h = b.cell_h * static_cast<float>(b.rows);
  const float digits = static_cast<float>(std::to_string(std::max(0, b.rows - 1)).size());
  const float gutter = b.row_axis == Axis::kDims      ? kDimGutter + 6 * digits
                       : labels && tokens(b.row_axis) ? label_gutter(b.row_axis, o)
                                                      : 0;
  const float header = small ? kSmallHeader : roomy ? kRoomyHeader : kHeader;
  const float columns = small ? 0 : column_gutter(b, pitch, o);
  const float legend_w = small ? 0 : std::clamp(w, 44.F, kLegendMost);
  const bool formula_fits = roomy || header_width + 8 + formula_width <= w;
  if (!formula_fits || small) b.formula.clear();
  const float text = roomy && !small ? std::max(header_width, formula_width) : header_width;
  const float inner = std::max({w, text + 2, legend_w});
  b.header = {gutter, 0, inner, header};
  b.col_gutter = columns > 0 ? Rect{gutter, header, w, columns} : Rect{};
  b.matrix = {gutter, header + columns, w, h};
  b.row_gutter = gutter > 0 ? Rect{0, b.matrix.y, gutter, h} : Rect{};
  b.legend = small ? Rect{} : Rect{gutter, b.matrix.bottom() + 4, legend_w, kLegendHeight};
  b.frame = {0, 0, gutter + inner, small ? b.matrix.bottom() + 4 : b.legend.bottom()};
}

void move(Block& b, float dx, float dy) noexcept {
  for (Rect* r : {&b.frame, &b.matrix, &b.header, &b.row_gutter, &b.col_gutter, &b.legend}) {
    if (r->w <= 0 && r->h <= 0) continue;
    r->x += dx;
    r->y += dy;
  }
}

/// Titles of a row stand on one line, though some have words over their columns and others not.
void raise_header(Block& b, float ascent) noexcept {
  const float lift = ascent - (b.matrix.y - b.frame.y);
  b.header.y -= lift;
  b.frame.y -= lift;
  b.frame.h += lift;
}

float ghost_width(const Ghost& g) noexcept {
  return EstimatedMeasure().width(g.text, Face::kText, kCaptionSize) + 16;
}

/// Blocks of an item below one another, the first frame's corner at the origin.
void size_item(Parts& parts, const Item& item, const Pitch& pitch, const SheetOptions& o,
               bool labels, bool roomy, std::vector<Block>& out) {
  out.clear();
  float y = 0;
  for (std::size_t i = 0; i < item.blocks.size(); ++i) {
    const auto index = static_cast<std::size_t>(item.blocks[i]);
    Block b = parts.blocks[index];
    size_block(b, pitch, o, labels, roomy, i > 0, parts.header_widths[index],
               parts.formula_widths[index]);
    const float indent = i > 0 ? out[0].matrix.x : 0;
    const float height = b.frame.h;
    move(b, indent, y);
    y += height + 4;
    out.push_back(std::move(b));
  }
}

Rect around(const std::vector<Block>& blocks) noexcept {
  Rect r;
  for (const Block& b : blocks) r = unite(r, b.frame);
  return r;
}

/// Tabs side by side below a block, in lines of its width. Returns their height.
float place_tabs(std::vector<Ghost>& tabs, float x, float y, float width) noexcept {
  float at = x;
  float top = y;
  for (Ghost& tab : tabs) {
    const float w = ghost_width(tab);
    if (at > x && at + w > x + width + 0.5F) {
      at = x;
      top += kGhostHeight + 4;
    }
    tab.rect = {at, top, w, kGhostHeight};
    at += w + 6;
  }
  return tabs.empty() ? 0 : top + kGhostHeight - y;
}

void add_captions(Sheet& sheet, const Parts& parts, const Placement& placement,
                  const std::vector<Rect>& extents) {
  // Spots of a row from left to right; a caption spans neighbours of one step.
  const int rows = static_cast<int>(placement.row_tops.size());
  for (int row = 0; row < rows; ++row) {
    std::vector<std::size_t> spots;
    for (std::size_t i = 0; i < placement.spots.size(); ++i)
      if (placement.spots[i].row == row) spots.push_back(i);
    std::sort(spots.begin(), spots.end(), [&](std::size_t a, std::size_t b) {
      return placement.spots[a].x < placement.spots[b].x;
    });
    std::vector<Caption> line;
    for (const std::size_t i : spots) {
      const Item& item = parts.items[static_cast<std::size_t>(placement.spots[i].item)];
      if (item.blocks.empty()) continue;
      const Rect& e = extents[i];
      const float top = placement.row_tops[static_cast<std::size_t>(row)];
      if (!line.empty() && line.back().step == item.step)
        line.back().rect.w = e.right() - line.back().rect.x;
      else
        line.push_back({item.step, {e.x, top, e.w, kCaptionHeight - 4}});
    }
    sheet.captions.insert(sheet.captions.end(), line.begin(), line.end());
  }
}

}  // namespace

void measure(Parts& parts, const Pitch& pitch, const SheetOptions& options, bool roomy) {
  std::vector<Block> blocks;
  for (Item& item : parts.items) {
    float tabs = 0;
    for (const Ghost& g : item.ghosts) tabs = std::max(tabs, ghost_width(g));
    item.width = item.labelled_width = tabs;
    item.ascent = 0;
    item.descent = place_tabs(item.ghosts, 0, 0, tabs);
    if (item.blocks.empty()) continue;
    size_item(parts, item, pitch, options, item.always_labels, roomy, blocks);
    item.width = std::max(around(blocks).w, blocks[0].matrix.x + tabs);
    item.ascent = blocks[0].matrix.y;
    const float beside = std::max(tabs, around(blocks).w - blocks[0].matrix.x);
    const float tabs_height = place_tabs(item.ghosts, 0, 0, beside);
    item.descent = around(blocks).h - item.ascent + (item.ghosts.empty() ? 0 : tabs_height + 6);
    size_item(parts, item, pitch, options, true, roomy, blocks);
    item.labelled_width = std::max(around(blocks).w, blocks[0].matrix.x + tabs);
  }
}

void commit(Sheet& sheet, Parts& parts, const Placement& placement, const Pitch& pitch,
            const SheetOptions& options, bool roomy) {
  std::vector<Rect> extents;
  std::vector<Block> blocks;
  std::vector<std::pair<int, Block>> placed;
  for (const Placement::Spot& spot : placement.spots) {
    const Item& item = parts.items[static_cast<std::size_t>(spot.item)];
    size_item(parts, item, pitch, options, spot.labels || item.always_labels, roomy, blocks);
    Rect extent{spot.x, spot.y, item.width, 0};
    float tab_x = spot.x;
    float tab_y = spot.y;
    if (!blocks.empty()) {
      const float top = spot.y - blocks[0].matrix.y;
      for (Block& b : blocks) move(b, spot.x, top);
      raise_header(blocks[0], placement.ascents[static_cast<std::size_t>(spot.row)]);
      blocks[0].quiet = blocks[0].col_axis == Axis::kKeys && !spot.labels && !item.always_labels;
      extent = around(blocks);
      tab_x = blocks[0].matrix.x;
      tab_y = extent.bottom() + 6;
    }
    std::vector<Ghost> tabs = item.ghosts;
    float tab_w = extent.right() - tab_x;
    for (const Ghost& g : tabs) tab_w = std::max(tab_w, ghost_width(g));
    place_tabs(tabs, tab_x, tab_y, tab_w);
    sheet.ghosts.insert(sheet.ghosts.end(), tabs.begin(), tabs.end());
    extents.push_back(extent);
    for (std::size_t i = 0; i < blocks.size(); ++i)
      placed.emplace_back(item.blocks[i], std::move(blocks[i]));
  }
  // In the order of the computation, for Tab and for `flows`.
  std::sort(placed.begin(), placed.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [index, block] : placed) sheet.blocks.push_back(std::move(block));
  add_captions(sheet, parts, placement, extents);
  fill_strip(sheet, parts, placement.strip, placement.strip_in_line);
  sheet.bounds = {0, 0, placement.width, placement.height};
  // From the right, so that they continue the line that ends in the output; stacked, from the left.
  float right = placement.width;
  if (sheet.stacked) {
    right = 0;
    for (const Ghost& g : parts.last_ghosts) right += ghost_width(g) + 6;
  }
  for (auto g = parts.last_ghosts.rbegin(); g != parts.last_ghosts.rend(); ++g) {
    const float w = ghost_width(*g);
    g->rect = {right - w, placement.height - kGhostHeight, w, kGhostHeight};
    right -= w + 6;
    sheet.ghosts.push_back(*g);
  }
}

}  // namespace ap::detail

namespace ap {

SheetOptions sheet_options(float width, float height, const SheetLabels& labels,
                           const TextMeasure& measure) {
  SheetOptions options;
  options.width = width;
  options.height = height;
  options.query_label = label_width(labels.queries, measure);
  options.key_label = label_width(labels.keys, measure);
  options.measure = &measure;
  return options;
}

float label_width(const std::vector<std::string>& labels, const TextMeasure& measure) {
  float w = 0;
  for (const std::string& s : labels) w = std::max(w, measure.width(s, Face::kText, kLabelSize));
  return w;
}

}  // namespace ap
