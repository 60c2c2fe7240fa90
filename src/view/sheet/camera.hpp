// Camera: which part of the sheet is seen, and how large. Pure arithmetic: pan, zoom about a point,
// fit, clamp, and the step between two cameras for short motions. It knows no time and no input.
#pragma once

#include "view/paint/geometry.hpp"

namespace ap {

inline constexpr float kMinZoom = 0.05F;
inline constexpr float kMaxZoom = 64.0F;

/// screen = viewport origin + (sheet - {x, y}) · zoom.
struct Camera {
  float zoom = 1;
  float x = 0;  // sheet point at the viewport's top left corner
  float y = 0;
  friend bool operator==(const Camera&, const Camera&) = default;
};

[[nodiscard]] Point to_screen(const Camera& camera, const Rect& viewport, Point sheet) noexcept;
[[nodiscard]] Rect to_screen(const Camera& camera, const Rect& viewport,
                             const Rect& sheet) noexcept;
[[nodiscard]] Point to_sheet(const Camera& camera, const Rect& viewport, Point screen) noexcept;
/// The sheet rectangle that the viewport shows.
[[nodiscard]] Rect visible(const Camera& camera, const Rect& viewport) noexcept;

/// All of `bounds` in view, centred, with `padding` screen pixels around it; at most `max_zoom`.
[[nodiscard]] Camera fit(const Rect& bounds, const Rect& viewport, float padding = 16,
                         float max_zoom = 1.6F) noexcept;
/// The width of `bounds` in view, from its top: for stacked sheets that scroll.
[[nodiscard]] Camera fit_width(const Rect& bounds, const Rect& viewport, float padding = 8,
                               float max_zoom = 1.25F) noexcept;
/// `factor` times larger, the sheet point under `screen` stays where it is.
[[nodiscard]] Camera zoom_at(const Camera& camera, const Rect& viewport, Point screen,
                             float factor) noexcept;
[[nodiscard]] Camera pan(const Camera& camera, Point screen_delta) noexcept;
/// Zoom within limits, and at least `margin` screen pixels of `bounds` in view.
[[nodiscard]] Camera clamp(const Camera& camera, const Rect& bounds, const Rect& viewport,
                           float margin = 64) noexcept;
/// The smallest pan that brings `target` (sheet) into view, `padding` pixels from the edge.
[[nodiscard]] Camera reveal(const Camera& camera, const Rect& target, const Rect& viewport,
                            float padding = 24) noexcept;
/// `from` at t = 0, `to` at t = 1; even in zoom ratio, and the centre moves straight.
[[nodiscard]] Camera lerp(const Camera& from, const Camera& to, const Rect& viewport,
                          float t) noexcept;
/// Slow, fast, slow: 3t² - 2t³.
[[nodiscard]] float ease(float t) noexcept;

}  // namespace ap
