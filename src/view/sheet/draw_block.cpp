// One block: header, cells, numbers, legend.
#include <algorithm>
#include <cmath>

#include "view/paint/text_fit.hpp"
#include "view/sheet/paint.hpp"

namespace ap::detail {
namespace {

constexpr float kDim = 0.62F;

/// Ink for numbers by place on the map: text_on of each of the 256 colours, made once.
const ColourTable& ink_table(MapKind map, Mode mode) noexcept {
  const auto make = [](MapKind k, Mode m) {
    ColourTable t{};
    const ColourTable& colours = colour_table(k, m);
    for (std::size_t i = 0; i < t.size(); ++i) t[i] = text_on(colours[i]);
    return t;
  };
  static const std::array<ColourTable, 4> kTables = {
      make(MapKind::kDiverging, Mode::kLight), make(MapKind::kDiverging, Mode::kDark),
      make(MapKind::kSequential, Mode::kLight), make(MapKind::kSequential, Mode::kDark)};
  return kTables[(map == MapKind::kSequential ? 2U : 0U) + (mode == Mode::kDark ? 1U : 0U)];
}

std::uint64_t heatmap_id(TensorId id) noexcept {
  return 1 + static_cast<std::uint64_t>(id.layer) * 100'000 +
         static_cast<std::uint64_t>(id.stage) * 1000 + static_cast<std::uint64_t>(id.head);
}

void paint_header(const Painter& p, const Block& b, bool dim) {
  const Rect r = p.screen(b.header);
  const float size = p.text_size(b.legend.empty() ? kCaptionSize + 2 : kTitleSize);
  const bool hover = p.style.hover_title && *p.style.hover_title == b.id;
  const bool roomy = b.header.h > 30;
  const float baseline = r.y + (roomy ? 15 : b.header.h - 5) * p.camera.zoom;
  const Rgba hue = p.ink(colour(b.hue, p.theme), dim);
  const float title = width(b.title, p.measure, Face::kBold, size);
  if (title > r.w + 6) return;
  float x = p.math({r.x, baseline}, b.title, Face::kBold, size, hue);
  if (hover) p.list.line({r.x, baseline + 3}, {x, baseline + 3}, hue, 1.5F);
  const bool locked =
      std::find(p.style.locked.begin(), p.style.locked.end(), b.id) != p.style.locked.end();
  if (locked) {
    // A padlock: body and shackle.
    const Rect body{x + 5, baseline - 6, 8, 6};
    p.list.outline({body.x + 1.5F, body.y - 4, 5, 7}, hue, 1.2F, 2.5F);
    p.list.fill(body, hue, 1);
    x = body.right();
  }
  const float small = std::min(13.F, p.text_size(kCaptionSize));
  const Rgba soft = p.ink(p.theme.ink_soft, dim);
  const float shape = p.measure.width(b.shape, Face::kText, small);
  if (x + 8 + shape <= r.right() + 4)
    p.list.text({x + 8, baseline}, b.shape,
                {Face::kText, small, soft, Align::kStart, VAlign::kBaseline});
  const float formula = width(b.formula, p.measure, Face::kText, small);
  if (b.formula.empty() || (b.editable && locked)) return;
  const Rgba about = b.editable ? hue : soft;
  if (roomy) {
    if (formula <= r.w + 4)
      p.math({r.x, baseline + 15 * p.camera.zoom}, b.formula, Face::kText, small, about);
  } else if (x + 8 + shape + 10 + formula <= r.right() + 2) {
    p.math({r.right() - formula, baseline}, b.formula, Face::kText, small, about);
  }
}

void paint_numbers(const Painter& p, const Block& b, const BlockValues& v, bool dim) {
  const float w = b.cell_w * p.camera.zoom;
  const float h = b.cell_h * p.camera.zoom;
  const NumberDetail detail = number_detail(w, h, v.high, v.low);
  if (detail.size == 0) return;
  const ColourTable& inks = ink_table(v.map, p.style.mode);
  const Rgba masked_ink = text_on(masked_colour(p.style.mode));
  const VisibleCells seen = visible_cells(p, b);
  const Rect m = p.screen(b.matrix);
  TextStyle text{Face::kText, detail.size, {}, Align::kMiddle, VAlign::kMiddle};
  for (int i = seen.row; i < seen.row + seen.rows; ++i) {
    const float y = m.y + (static_cast<float>(i) + 0.5F) * h;
    for (int j = seen.col; j < seen.col + seen.cols; ++j) {
      const float value = v.values(i, j);
      if (cell_kind(value) == CellKind::kValue) {
        const float at = position(value, v.range) * static_cast<float>(kMapSize - 1);
        text.colour = inks[static_cast<std::size_t>(at + 0.5F)];
      } else {
        text.colour =
            cell_kind(value) == CellKind::kNaN ? text_on(nan_colour(p.style.mode)) : masked_ink;
      }
      if (dim) text.colour = text.colour.with_alpha(0.45F);
      const float shown = v.numbers(i, j);
      p.list.text({m.x + (static_cast<float>(j) + 0.5F) * w, y},
                  shown == 0 ? std::string_view("0") : format(shown, detail.style).view(), text);
    }
  }
}

const Matrix& ramp(MapKind map) {
  const auto make = [](float low) {
    Matrix m(1, 24);
    for (int j = 0; j < 24; ++j) m(0, j) = low + (1 - low) * static_cast<float>(j) / 23;
    return m;
  };
  static const Matrix kSigned = make(-1);
  static const Matrix kShares = make(0);
  return map == MapKind::kSequential ? kShares : kSigned;
}

void paint_legend(const Painter& p, const Block& b, const BlockValues& v, std::string_view text,
                  bool dim) {
  if (b.legend.empty() || text.empty()) return;
  const Rect r = p.screen(b.legend);
  const float size = std::min(13.F, p.text_size(kCaptionSize - 2));
  float width = p.measure.width(text, Face::kText, size);
  if (width > r.w + 8 && text.starts_with("slope ")) {
    text.remove_prefix(6);
    width = p.measure.width(text, Face::kText, size);
  }
  const float bar = std::min(40.F * std::min(1.5F, p.camera.zoom), r.w - width - 5);
  if (width > r.w + 8) return;
  float x = r.x;
  if (bar >= 14) {
    const Rect box{r.x, r.y + r.h / 2 - 2.5F, bar, 5};
    p.list.heatmap({box,
                    view(ramp(v.map)),
                    {v.map == MapKind::kSequential ? 0.F : -1.F, 1},
                    v.map,
                    p.style.mode,
                    dim ? kDim : 0,
                    v.map == MapKind::kSequential ? 2'000'001U : 2'000'000U,
                    1});
    p.list.outline(box, p.theme.line, 1);
    x += bar + 5;
  }
  p.list.text({x, r.y + r.h / 2}, text,
              {Face::kText, size, p.ink(p.theme.ink_soft, dim), Align::kStart, VAlign::kMiddle});
}

}  // namespace

VisibleCells visible_cells(const Painter& p, const Block& b) noexcept {
  const Rect part = intersect(visible(p.camera, p.viewport), b.matrix);
  if (part.empty()) return {};
  const auto first = [](float from, float start, float cell) {
    return static_cast<int>((from - start) / cell);
  };
  VisibleCells v;
  v.row = std::clamp(first(part.y, b.matrix.y, b.cell_h), 0, b.rows - 1);
  v.col = std::clamp(first(part.x, b.matrix.x, b.cell_w), 0, b.cols - 1);
  v.rows = std::clamp(first(part.bottom(), b.matrix.y, b.cell_h), 0, b.rows - 1) - v.row + 1;
  v.cols = std::clamp(first(part.right(), b.matrix.x, b.cell_w), 0, b.cols - 1) - v.col + 1;
  return v;
}

void paint_block(const Painter& p, int index) {
  const Block& b = p.sheet.blocks[static_cast<std::size_t>(index)];
  const BlockValues& v = p.values.blocks[static_cast<std::size_t>(index)];
  const bool dim = p.dimmed(b.step);
  p.list.group_begin(plain(b.title) + " " + b.shape);
  // Flow lines that pass below do not run through words.
  p.list.fill(p.screen(b.header), p.theme.background);
  p.list.fill(p.screen(b.legend), p.theme.background);
  p.list.fill(p.screen(b.row_gutter), p.theme.background);
  paint_header(p, b, dim);
  const Rect m = p.screen(b.matrix);
  if (m.overlaps(p.viewport)) {
    p.list.fill(m, p.theme.background);
    if (!v.values.empty()) {
      p.list.heatmap({m, v.values, v.range, v.map, p.style.mode, dim ? kDim : 0, heatmap_id(b.id),
                      p.values.revision});
      if (p.style.numbers) paint_numbers(p, b, v, dim);
    }
    p.list.outline(m,
                   mix(p.theme.background, colour(b.hue, p.theme),
                       dim          ? 0.25F
                       : b.editable ? 0.9F
                                    : 0.45F),
                   b.editable ? 2 : 1);
  }
  paint_legend(p, b, v, p.values.legends[static_cast<std::size_t>(index)], dim);
  p.list.group_end();
}

}  // namespace ap::detail
