#include "view/paint/canvas.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <type_traits>
#include <utility>

#include "view/paint/heatmap.hpp"
#include "view/paint/path.hpp"
#include "view/paint/system_text.hpp"

namespace ap {
namespace {

class Canvas {
 public:
  Canvas(Image& image, Point origin, float scale, const DrawList& list, const FontSet& fonts)
      : image_(image), origin_(origin), scale_(scale), list_(list), fonts_(fonts) {
    clips_.push_back({0, 0, static_cast<float>(image.width), static_cast<float>(image.height)});
  }

  void draw(const RectShape& s) {
    const Rect r = to_px(s.rect);
    if (s.fill.a > 0) fill({rounded_rect(r, s.radius * scale_)}, s.fill);
    const float half = s.stroke_width * scale_ / 2;
    if (s.stroke.a > 0 && half > 0) {
      const float radius = s.radius * scale_;
      fill({rounded_rect(r.grown(half), radius > 0 ? radius + half : 0),
            reversed(rounded_rect(r.grown(-half), radius - half))},
           s.stroke);
    }
  }
  void draw(const LineShape& s) {
    const std::array<Point, 2> line = {to_px(s.from), to_px(s.to)};
    fill({stroke(line, s.width * scale_)}, s.colour);
  }
  void draw(const BezierShape& s) {
    Ring line =
        flatten({to_px(s.curve.p0), to_px(s.curve.p1), to_px(s.curve.p2), to_px(s.curve.p3)});
    if (!s.arrow || line.size() < 2) {
      fill({stroke(line, s.width * scale_)}, s.colour);
      return;
    }
    const float size = arrow_size(s.width) * scale_;
    const Point tip = line.back();
    const Point base = shorten(line, size * 0.8F);
    // One shape, so that a translucent line does not show through its head; both turn the same way.
    fill({stroke(line, s.width * scale_), reversed(arrow_head(tip, tip - base, size))}, s.colour);
  }
  void draw(const EllipseShape& s) {
    const Point c = to_px(s.centre);
    if (s.fill.a > 0) fill({ellipse_ring(c, s.rx * scale_, s.ry * scale_)}, s.fill);
    const float half = s.stroke_width / 2;
    if (s.stroke.a > 0 && half > 0) {
      fill({ellipse_ring(c, (s.rx + half) * scale_, (s.ry + half) * scale_),
            reversed(ellipse_ring(c, std::max(s.rx - half, 0.0F) * scale_,
                                  std::max(s.ry - half, 0.0F) * scale_))},
           s.stroke);
    }
  }
  void draw(const PolygonShape& s) {
    Ring ring;
    for (const Point p : list_.points(s)) ring.push_back(to_px(p));
    fill({ring}, s.fill);
  }
  void draw(const TextShape& s) {
    const std::string_view text = list_.string(s);
    Point pen = to_px(s.at + Point{0, to_baseline(s.style.valign, s.style.size)});
    const float size = s.style.size * scale_;
    if (s.style.align != Align::kStart) {
      const float w = fonts_.width(text, s.style.face, size);
      pen.x -= s.style.align == Align::kMiddle ? w / 2 : w;
    }
    if (!fonts_.covers(text, s.style.face)) {
      SystemWord word = word_by_system(text, size, s.style.face);
      if (!word.empty()) return place(std::move(word), pen, s.style.colour);
    }
    fonts_.glyphs(text, s.style.face, size, pen, [&](const GlyphPicture& glyph, int x, int y) {
      stamp(glyph, x, y, s.style.colour);
    });
  }
  void draw(const HeatmapShape& s) {
    draw_heatmap(image_, to_px(s.rect), s.values, {s.range, s.map, s.mode, s.dim, scale_},
                 clips_.back());
  }
  void draw(const ClipBegin& s) { clips_.push_back(intersect(clips_.back(), to_px(s.rect))); }
  void draw(const ClipEnd&) {
    if (clips_.size() > 1) clips_.pop_back();
  }
  void draw(const GroupBegin&) {}
  void draw(const GroupEnd&) {}

 private:
  [[nodiscard]] Point to_px(Point p) const noexcept { return (p - origin_) * scale_; }
  [[nodiscard]] Rect to_px(Rect r) const noexcept {
    return {(r.x - origin_.x) * scale_, (r.y - origin_.y) * scale_, r.w * scale_, r.h * scale_};
  }

  void fill(std::initializer_list<Ring> rings, Rgba colour) {
    fill_rings(image_, std::span(rings.begin(), rings.size()), colour, clips_.back());
  }

  /// Takes `by` off the end of a line; returns its new end.
  static Point shorten(Ring& line, float by) {
    const Point tip = line.back();
    while (line.size() > 2 &&
           std::hypot(tip.x - line[line.size() - 2].x, tip.y - line[line.size() - 2].y) < by)
      line.pop_back();
    const Point from = line[line.size() - 2];
    const float reach = std::hypot(tip.x - from.x, tip.y - from.y);
    line.back() = reach > by ? from + (tip - from) * ((reach - by) / reach) : from;
    if (line.back() == from && line.size() > 2) line.pop_back();
    return reach > 0 ? line.back() : tip - Point{1, 0};
  }

  /// A word that the system drew: letters in the text's colour, emoji in their own.
  void place(SystemWord word, Point pen, Rgba colour) {
    const int x = static_cast<int>(std::lround(pen.x - word.left));
    const int y = static_cast<int>(std::lround(std::round(pen.y) - word.baseline));
    stamp({0, 0, word.width, word.height, std::move(word.pixels.ink)}, x, y, colour);
    if (word.pixels.colours.empty()) return;
    const Rect& clip = clips_.back();
    for (int i = 0; i < word.height; ++i) {
      for (int j = 0; j < word.width; ++j) {
        const float px = static_cast<float>(x + j), py = static_cast<float>(y + i);
        if (px < std::floor(clip.x) || py < std::floor(clip.y) || px >= std::ceil(clip.right()) ||
            py >= std::ceil(clip.bottom()))
          continue;
        const auto at = 4 * (static_cast<std::size_t>(i) * static_cast<std::size_t>(word.width) +
                             static_cast<std::size_t>(j));
        const unsigned char* c = word.pixels.colours.data() + at;
        Rgba& pixel = image_.at(x + j, y + i);
        const Rgba ink{c[0], c[1], c[2], 255};
        pixel = over(ink.with_alpha(static_cast<float>(c[3]) / 255.0F *
                                    static_cast<float>(colour.a) / 255.0F),
                     pixel);
      }
    }
  }

  void stamp(const GlyphPicture& glyph, int x, int y, Rgba colour) {
    const Rect& clip = clips_.back();
    const int x0 = std::max(x, static_cast<int>(std::floor(clip.x)));
    const int y0 = std::max(y, static_cast<int>(std::floor(clip.y)));
    const int x1 = std::min(x + glyph.width, static_cast<int>(std::ceil(clip.right())));
    const int y1 = std::min(y + glyph.height, static_cast<int>(std::ceil(clip.bottom())));
    for (int py = y0; py < y1; ++py) {
      for (int px = x0; px < x1; ++px) {
        const auto i = static_cast<std::size_t>(py - y) * static_cast<std::size_t>(glyph.width) +
                       static_cast<std::size_t>(px - x);
        const float share = static_cast<float>(glyph.coverage[i]) / 255.0F;
        if (share > 0) {
          Rgba& pixel = image_.at(px, py);
          pixel = over(colour.with_alpha(share * static_cast<float>(colour.a) / 255.0F), pixel);
        }
      }
    }
  }

  Image& image_;
  Point origin_;
  float scale_;
  const DrawList& list_;
  const FontSet& fonts_;
  std::vector<Rect> clips_;
};

}  // namespace

Result<Image> rasterize(const DrawList& list, Rect area, float scale, Rgba background,
                        const FontSet& fonts) {
  const float w = std::ceil(area.w * scale);
  const float h = std::ceil(area.h * scale);
  if (!(w >= 1 && h >= 1) || !std::isfinite(w) || !std::isfinite(h))
    return fail(ErrorCode::kRange, "the picture's size and scale must be above zero");
  if (static_cast<double>(w) * static_cast<double>(h) > static_cast<double>(kMostPixels)) {
    return fail(ErrorCode::kTooLarge, "a picture of " + std::to_string(std::lround(w)) + " x " +
                                          std::to_string(std::lround(h)) +
                                          " pixels: choose a smaller scale");
  }
  background.a = 255;
  Image image(static_cast<int>(w), static_cast<int>(h), background);
  Canvas canvas(image, {area.x, area.y}, scale, list, fonts);
  for (const Shape& shape : list.shapes()) {
    std::visit([&](const auto& s) { canvas.draw(s); }, shape);
  }
  return image;
}

}  // namespace ap
