#include "view/sheet/draw.hpp"

#include <algorithm>
#include <cmath>

#include "view/sheet/paint.hpp"

namespace ap {
namespace detail {
namespace {

bool seen(const Painter& p, const Rect& screen) noexcept { return screen.overlaps(p.viewport); }

Rect around(const Bezier& b) noexcept {
  const auto [x0, x1] = std::minmax({b.p0.x, b.p1.x, b.p2.x, b.p3.x});
  const auto [y0, y1] = std::minmax({b.p0.y, b.p1.y, b.p2.y, b.p3.y});
  return Rect{x0, y0, x1 - x0, y1 - y0}.grown(4);
}

/// On a stacked sheet the longer lines would run down through everything.
bool shown(const Sheet& sheet, const Flow& flow) noexcept {
  return !sheet.stacked || flow.end().y - flow.start().y <= 90;
}

void paint_flows(const Painter& p) {
  const auto at = [&](Point q) { return to_screen(p.camera, p.viewport, q); };
  const float width = std::clamp(1.5F * p.camera.zoom, 1.F, 2.5F);
  for (const Flow& flow : p.sheet.flows) {
    if (!shown(p.sheet, flow)) continue;
    const Step to = p.sheet.blocks[static_cast<std::size_t>(flow.to)].step;
    const Rgba ink = mix(p.theme.background, colour(flow.hue, p.theme),
                         p.dimmed(to)                          ? 0.18F
                         : flow.end().x - flow.start().x > 420 ? 0.42F
                                                               : 0.6F);
    for (std::size_t i = 0; i < flow.path.size(); ++i) {
      const Bezier& b = flow.path[i];
      const Bezier curve{at(b.p0), at(b.p1), at(b.p2), at(b.p3)};
      if (seen(p, around(curve))) p.list.bezier(curve, ink, width, i + 1 == flow.path.size());
    }
  }
}

/// A short train of dots runs along the line; what it reaches lights up and fades.
void paint_pulses(const Painter& p) {
  for (const FlowPulse& pulse : p.style.pulses) {
    const Flow& flow = p.sheet.flows[static_cast<std::size_t>(pulse.flow)];
    const Rgba ink = colour(flow.hue, p.theme);
    const float run = pulse.t / 0.7F;  // the rest is the fading
    const float radius = std::clamp(3.F * p.camera.zoom, 2.5F, 5.F);
    for (int i = 0; i < 3 && shown(p.sheet, flow); ++i) {
      const float t = run - 0.13F * static_cast<float>(i);
      if (t <= 0 || t >= 1) continue;
      const float r = radius * (1 - 0.22F * static_cast<float>(i));
      p.list.ellipse({to_screen(p.camera, p.viewport, at(flow, t)), r, r, ink, {}, 0});
    }
    const float glow = std::clamp((pulse.t - 0.55F) / 0.15F, 0.F, 1.F) * (1 - pulse.t) / 0.3F;
    if (glow <= 0) continue;
    const Rect m = p.screen(p.sheet.blocks[static_cast<std::size_t>(flow.to)].matrix);
    if (seen(p, m)) p.list.outline(m.grown(2.5F), ink.with_alpha(std::min(1.F, glow)), 3, 3);
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
    Rect r = p.screen(ghost.rect);
    if (!seen(p, r) || p.measure.width(ghost.text, Face::kText, size) > r.w) continue;
    const bool hover = p.style.hover_ghost && *p.style.hover_ghost == ghost.stage;
    const bool dim = p.style.focus.has_value() && !hover;
    // Zoomed in, the pill keeps to its words.
    r.w = std::min(r.w, p.measure.width(ghost.text, Face::kText, size) + 24);
    r.h = std::min(r.h, 26.F);
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
  const float middle = p.sheet.strip_in_line
                           ? p.screen(p.sheet.thumbnails[0].rect).centre().y - strip.y
                           : 8 * p.camera.zoom;
  p.list.text({strip.x, strip.y + middle}, title,
              {Face::kText, size, p.theme.ink_soft, Align::kStart, VAlign::kMiddle});
  for (std::size_t i = 0; i < p.sheet.thumbnails.size(); ++i) {
    paint_thumbnail(p, i);
    const Thumbnail& t = p.sheet.thumbnails[i];
    const Rect r = p.screen(t.rect);
    if (t.head == 0 && p.sheet.layers > 1 && r.h >= 9)
      p.list.text({r.x - 6, r.centre().y}, std::to_string(t.layer + 1),
                  {Face::kText, 9, p.theme.ink_soft, Align::kEnd, VAlign::kMiddle});
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

/// Pixels that a number leaves free in its cell: small type stands closer.
constexpr float around(float size) noexcept { return size < 11 ? 1.2F : 2; }
/// Share of a cell's height that a number may take.
constexpr float share_of_height(float size) noexcept { return size < 11 ? 0.74F : 0.68F; }

/// The most digits that fit, at most three (`many`: four); a decimal as long as the largest is
/// below 10, or all would read 0 and 1. `bare`: without the zero before the point.
bool choose_digits(float room, float high, float low, bool many, bool bare,
                   NumberStyle& style) noexcept {
  const float largest = std::max(high, low);
  const NumberStyle full = choose_style(largest, Digits::kFull);
  const NumberStyle tiny = choose_style(largest, Digits::kTiny);
  const int least = full.scientific ? 0 : std::max(tiny.decimals, largest < 10 ? 1 : 0);
  const int most = std::max(least, full.decimals - (many ? 0 : 1));
  for (int decimals = most; decimals >= least; --decimals) {
    for (const bool narrow : {false, true}) {
      style = {decimals, full.scientific, true, narrow, bare || (narrow && largest < 1)};
      if (std::max(number_width(format(high, style)), number_width(format(-low, style))) <= room)
        return true;
    }
  }
  return false;
}

}  // namespace

/// From the cell alone, so that neighbours of one cell size have one type size whatever their
/// values: two digits and a sign have room; above 13 px three digits.
float number_size(float cell_w, float cell_h) noexcept {
  constexpr float kTwoDigits = 2.05F;  // "–8.4", em
  constexpr float kThreeDigits = 2.7F;
  float size = 0;
  for (const float s : kBakedSizes) {
    const float em = s > 13 ? kThreeDigits : kTwoDigits;
    if (em * s + around(s) <= cell_w && s <= cell_h * share_of_height(s)) size = s;
  }
  return size;
}

float number_width(std::string_view text) noexcept {
  // Advances of the text face.
  constexpr float kDigits[] = {0.63F,  0.467F, 0.607F, 0.64F,  0.645F,
                               0.611F, 0.627F, 0.572F, 0.619F, 0.627F};
  float em = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c >= '0' && c <= '9')
      em += kDigits[c - '0'];
    else if (c == '.')
      em += 0.278F;
    else if (byte < 0x80)
      em += 0.6F;
    else if ((byte & 0xC0U) != 0x80U)
      em += 0.585F;
    else
      em += byte == 0x93 ? -0.125F : 0.04F;  // of U+2212, and of U+2013
  }
  return em;
}

NumberDetail number_detail(float cell_w, float cell_h, float high, float low) noexcept {
  NumberStyle style;
  float most = number_size(cell_w, cell_h);
  // Where a sign has no room there may be some without: ".64" of the weights, the ones of an
  // identity.
  constexpr float kUnsigned = 1.6F;  // ".88", em
  constexpr float kSmallest = kBakedSizes.front();
  if (most == 0 && low <= 0 && kUnsigned * kSmallest + around(kSmallest) <= cell_w &&
      kSmallest <= cell_h * share_of_height(kSmallest)) {
    most = kSmallest;
  }
  for (float size = most; size >= 9; size = size > 9 ? baked_size(size - 2) : 0)
    if (choose_digits((cell_w - around(size)) / size, high, low, cell_w > 100, size < 11, style))
      return {size, style};
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
  detail::paint_pulses(p);
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
