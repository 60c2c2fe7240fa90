#include "view/sheet_draw.hpp"

#include <algorithm>
#include <cmath>

#include "view/sheet_paint.hpp"

namespace ap {
namespace detail {
namespace {

bool seen(const Painter& p, const Rect& screen) noexcept { return screen.overlaps(p.viewport); }

Rect around(const Bezier& b) noexcept {
  const auto [x0, x1] = std::minmax({b.p0.x, b.p1.x, b.p2.x, b.p3.x});
  const auto [y0, y1] = std::minmax({b.p0.y, b.p1.y, b.p2.y, b.p3.y});
  return Rect{x0, y0, x1 - x0, y1 - y0}.grown(4);
}

void paint_flows(const Painter& p) {
  for (const Flow& flow : p.sheet.flows) {
    const auto at = [&](Point q) { return to_screen(p.camera, p.viewport, q); };
    if (p.sheet.stacked && flow.curve.p3.y - flow.curve.p0.y > 90) continue;
    const Bezier curve{at(flow.curve.p0), at(flow.curve.p1), at(flow.curve.p2), at(flow.curve.p3)};
    if (!seen(p, around(curve))) continue;
    const Step to = p.sheet.blocks[static_cast<std::size_t>(flow.to)].step;
    const Rgba ink = mix(p.theme.background, colour(flow.hue, p.theme),
                         p.dimmed(to)                              ? 0.18F
                         : flow.curve.p3.x - flow.curve.p0.x > 420 ? 0.34F
                                                                   : 0.6F);
    p.list.bezier(curve, ink, std::clamp(1.5F * p.camera.zoom, 1.F, 2.5F), true);
  }
}

void paint_captions(const Painter& p) {
  const float size = p.text_size(kCaptionSize);
  for (const Caption& caption : p.sheet.captions) {
    const Rect r = p.screen(caption.rect);
    if (!seen(p, r)) continue;
    const bool focused = p.style.focus && *p.style.focus == caption.step;
    const Rgba ink = p.ink(focused ? p.theme.ink : p.theme.ink_soft, p.dimmed(caption.step));
    const float text = p.measure.width(name(caption.step), Face::kText, size);
    const float middle = r.y + r.h / 2;
    if (text <= r.w) p.list.fill({r.x, r.y, text + 4, r.h}, p.theme.background);
    if (text <= r.w)
      p.list.text({r.x, middle}, name(caption.step),
                  {Face::kText, size, ink, Align::kStart, VAlign::kMiddle});
    const float from = r.x + (text <= r.w ? text + 8 : 0);
    if (from + 4 < r.right()) p.list.line({from, middle}, {r.right(), middle}, p.theme.line, 1);
  }
}

void paint_ghosts(const Painter& p) {
  const float size = std::min(13.F, p.text_size(kCaptionSize));
  for (const Ghost& ghost : p.sheet.ghosts) {
    const Rect r = p.screen(ghost.rect);
    if (!seen(p, r) || p.measure.width(ghost.text, Face::kText, size) > r.w) continue;
    const bool hover = p.style.hover_ghost && *p.style.hover_ghost == ghost.stage;
    const bool dim = p.style.focus.has_value() && !hover;
    p.list.rect({r, hover ? p.theme.panel_soft : p.theme.background,
                 hover ? p.theme.control : p.theme.line, 1, r.h / 2});
    p.list.text(r.centre(), ghost.text,
                {Face::kText, size, p.ink(hover ? p.theme.ink : p.theme.ink_soft, dim),
                 Align::kMiddle, VAlign::kMiddle});
  }
}

void paint_thumbnail(const Painter& p, std::size_t i) {
  const Thumbnail& t = p.sheet.thumbnails[i];
  const Rect r = p.screen(t.rect);
  if (!seen(p, r)) return;
  const bool chosen = t.layer == p.sheet.layer && t.head == p.sheet.head;
  const bool hover = p.style.hover_thumbnail && *p.style.hover_thumbnail == static_cast<int>(i);
  const ConstView values = i < p.values.thumbnails.size() ? p.values.thumbnails[i] : ConstView{};
  if (!values.empty()) {
    const std::uint64_t id =
        1'000'000 + static_cast<std::uint64_t>(t.layer) * 1000 + static_cast<std::uint64_t>(t.head);
    p.list.heatmap(
        {r, values, {0, 1}, MapKind::kSequential, p.style.mode, 0, id, p.values.revision});
  }
  p.list.outline(r, p.theme.line, 1);
  if (chosen || hover)
    p.list.outline(r.grown(1.5F), chosen ? head_colour(t.head, p.style.mode) : p.theme.control, 2,
                   2);
}

void paint_strip(const Painter& p) {
  const Rect strip = p.screen(p.sheet.heads_strip);
  if (p.sheet.thumbnails.empty() || !seen(p, strip)) return;
  const float size = p.text_size(kCaptionSize);
  std::string title =
      p.sheet.layers > 1 ? "Layer " + std::to_string(p.sheet.layer + 1) + ", head " : "Head ";
  title += std::to_string(p.sheet.head + 1) + " of " + std::to_string(p.sheet.heads);
  p.list.text({strip.x, strip.y + 8 * p.camera.zoom}, title,
              {Face::kText, size, p.theme.ink_soft, Align::kStart, VAlign::kMiddle});
  for (std::size_t i = 0; i < p.sheet.thumbnails.size(); ++i) {
    paint_thumbnail(p, i);
    const Thumbnail& t = p.sheet.thumbnails[i];
    const Rect r = p.screen(t.rect);
    if (t.head == 0 && p.sheet.layers > 1 && r.h >= 9)
      p.list.text({r.x - 6, r.centre().y}, std::to_string(t.layer + 1),
                  {Face::kMono, 9, p.theme.ink_soft, Align::kEnd, VAlign::kMiddle});
  }
}

}  // namespace

float Painter::math(Point baseline, const MathText& text, Face face, float size,
                    Rgba ink_colour) const {
  float x = baseline.x;
  for (const MathRun& run : text) {
    const float s = run.scale < 1 ? baked_size(size * run.scale + 1) : size;
    list.text({x, baseline.y + run.drop * size}, run.text,
              {face, s, ink_colour, Align::kStart, VAlign::kBaseline});
    x += measure.width(run.text, face, s);
  }
  return x;
}

}  // namespace detail

float baked_size(float wanted) noexcept {
  float size = kBakedSizes.front();
  for (const float s : kBakedSizes)
    if (s <= wanted * 1.04F) size = s;
  return size;
}

namespace {

constexpr float kMonoAdvance = 0.6F;

/// From the cell alone, so that neighbours of one cell size have one type size whatever their
/// values.
float number_size(float cell_w, float cell_h) noexcept {
  const auto room = [&](float size, float columns) {
    return columns * kMonoAdvance * size + 3 <= cell_w && size <= cell_h * 0.62F;
  };
  float size = room(9, 3) ? 9.F : 0.F;
  if (room(11, 4)) size = 11;
  for (const float s : kBakedSizes)
    if (s > 11 && room(s, 5)) size = s;
  return size;
}

/// 4, 3, 2, 1 significant digits of the largest value; below 10 always a decimal, or all would read
/// 0 and 1.
NumberStyle style_at(int detail, float largest) noexcept {
  NumberStyle style = choose_style(largest, detail < 2    ? Digits::kFull
                                            : detail == 2 ? Digits::kShort
                                                          : Digits::kTiny);
  if (detail == 1) style.decimals = std::max(0, style.decimals - 1);
  if (detail == 3 && !style.scientific && largest < 10)
    style.decimals = std::max(1, style.decimals);
  return style;
}

}  // namespace

NumberDetail number_detail(float cell_w, float cell_h, float largest, bool negative) noexcept {
  for (float size = number_size(cell_w, cell_h); size >= 9;
       size = size > 9 ? baked_size(size - 2) : 0) {
    for (int detail = 0; detail < 4; ++detail) {
      const NumberStyle style = style_at(detail, largest);
      const int columns = widest(largest, style) - (negative ? 0 : 1);
      if (static_cast<float>(columns) * kMonoAdvance * size + 3 <= cell_w) return {size, style};
    }
  }
  return {};
}

void draw_sheet(DrawList& list, const Sheet& sheet, const SheetValues& values,
                const SheetLabels& labels, const Camera& camera, const Rect& viewport,
                const SheetStyle& style) {
  static const EstimatedMeasure estimate;
  const detail::Painter p{list,
                          sheet,
                          values,
                          labels,
                          camera,
                          viewport,
                          style,
                          theme(style.mode),
                          style.measure ? *style.measure : estimate};
  list.clip_begin(viewport);
  detail::paint_flows(p);
  detail::paint_captions(p);
  const int count = static_cast<int>(sheet.blocks.size());
  for (int i = 0; i < count; ++i) {
    if (!p.screen(sheet.blocks[static_cast<std::size_t>(i)].frame).grown(14).overlaps(viewport))
      continue;
    detail::paint_block(p, i);
    detail::paint_labels(p, i);
  }
  detail::paint_ghosts(p);
  detail::paint_strip(p);
  detail::paint_marks(p);
  for (int i = 0; i < count; ++i) detail::paint_sticky_labels(p, i);
  list.clip_end();
}

}  // namespace ap
