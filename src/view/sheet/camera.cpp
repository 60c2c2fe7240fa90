#include "view/sheet/camera.hpp"

#include <algorithm>
#include <cmath>

namespace ap {
namespace {

Camera centred(Point centre, float zoom, const Rect& viewport) noexcept {
  return {zoom, centre.x - viewport.w / (2 * zoom), centre.y - viewport.h / (2 * zoom)};
}

float limited(float zoom) noexcept { return std::clamp(zoom, kMinZoom, kMaxZoom); }

/// The low end of a window of `size` so that it shares `margin` with [from, from + length).
float keep(float low, float size, float from, float length, float margin) noexcept {
  const float m = std::min({margin, size, length});
  return std::clamp(low, from + m - size, from + length - m);
}

/// Smallest move of a window [low, low + size) so that it holds [from, from + length); its start if
/// too long.
float bring(float low, float size, float from, float length) noexcept {
  if (length >= size || from < low) return from;
  return std::max(low, from + length - size);
}

}  // namespace

Point to_screen(const Camera& c, const Rect& viewport, Point p) noexcept {
  return {viewport.x + (p.x - c.x) * c.zoom, viewport.y + (p.y - c.y) * c.zoom};
}

Rect to_screen(const Camera& c, const Rect& viewport, const Rect& r) noexcept {
  const Point p = to_screen(c, viewport, Point{r.x, r.y});
  return {p.x, p.y, r.w * c.zoom, r.h * c.zoom};
}

Point to_sheet(const Camera& c, const Rect& viewport, Point p) noexcept {
  return {c.x + (p.x - viewport.x) / c.zoom, c.y + (p.y - viewport.y) / c.zoom};
}

Rect visible(const Camera& c, const Rect& viewport) noexcept {
  return {c.x, c.y, viewport.w / c.zoom, viewport.h / c.zoom};
}

Camera fit(const Rect& bounds, const Rect& viewport, float padding, float max_zoom) noexcept {
  if (bounds.empty() || viewport.empty()) return {};
  const float w = std::max(1.F, viewport.w - 2 * padding);
  const float h = std::max(1.F, viewport.h - 2 * padding);
  const float zoom = limited(std::min({w / bounds.w, h / bounds.h, max_zoom}));
  return centred(bounds.centre(), zoom, viewport);
}

Camera fit_width(const Rect& bounds, const Rect& viewport, float padding, float max_zoom) noexcept {
  if (bounds.empty() || viewport.empty()) return {};
  const float zoom =
      limited(std::min(std::max(1.F, viewport.w - 2 * padding) / bounds.w, max_zoom));
  Camera camera = centred(bounds.centre(), zoom, viewport);
  camera.y = bounds.y - padding / zoom;
  return camera;
}

Camera zoom_at(const Camera& c, const Rect& viewport, Point screen, float factor) noexcept {
  const float zoom = limited(c.zoom * factor);
  const Point fixed = to_sheet(c, viewport, screen);
  return {zoom, fixed.x - (screen.x - viewport.x) / zoom, fixed.y - (screen.y - viewport.y) / zoom};
}

Camera pan(const Camera& c, Point delta) noexcept {
  return {c.zoom, c.x - delta.x / c.zoom, c.y - delta.y / c.zoom};
}

Camera clamp(const Camera& c, const Rect& bounds, const Rect& viewport, float margin) noexcept {
  Camera out = c;
  out.zoom = limited(c.zoom);
  const float m = margin / out.zoom;
  out.x = keep(c.x, viewport.w / out.zoom, bounds.x, bounds.w, m);
  out.y = keep(c.y, viewport.h / out.zoom, bounds.y, bounds.h, m);
  return out;
}

Camera reveal(const Camera& c, const Rect& target, const Rect& viewport, float padding) noexcept {
  const Rect wanted = target.grown(padding / c.zoom);
  const Rect seen = visible(c, viewport);
  return {c.zoom, bring(c.x, seen.w, wanted.x, wanted.w), bring(c.y, seen.h, wanted.y, wanted.h)};
}

Camera lerp(const Camera& from, const Camera& to, const Rect& viewport, float t) noexcept {
  if (t <= 0) return from;
  if (t >= 1) return to;
  const float zoom = from.zoom * std::pow(to.zoom / from.zoom, t);
  const Point a = visible(from, viewport).centre();
  const Point b = visible(to, viewport).centre();
  return centred(a + (b - a) * t, zoom, viewport);
}

float ease(float t) noexcept {
  const float u = std::clamp(t, 0.F, 1.F);
  return u * u * (3 - 2 * u);
}

}  // namespace ap
