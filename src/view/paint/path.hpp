// Outlines as polygons, and their exact coverage of pixels: anti-aliasing for the CPU canvas.
// Signed areas are accumulated along each row as font rasterizers do (Levien, font-rs), so the cost
// is the outline's length plus the area of its box. Winding is non-zero up to one: overlapping
// turns of one direction fill, an inner ring of the other direction cuts a hole.
#pragma once

#include <span>
#include <vector>

#include "view/paint/geometry.hpp"
#include "view/paint/image.hpp"

namespace ap {

using Ring = std::vector<Point>;

/// Corner radius is cut to half the shorter side.
[[nodiscard]] Ring rounded_rect(Rect rect, float radius);
[[nodiscard]] Ring ellipse_ring(Point centre, float rx, float ry);
/// The curve as points no further than 0.1 from it.
[[nodiscard]] Ring flatten(const Bezier& curve);
/// The area that a pen of this width covers along an open line; ends are cut square.
[[nodiscard]] Ring stroke(std::span<const Point> line, float width);
/// Triangle whose tip is `tip`, pointing along `direction` (need not be of length 1).
[[nodiscard]] Ring arrow_head(Point tip, Point direction, float size);
/// The same ring the other way round: a hole.
[[nodiscard]] Ring reversed(Ring ring);

/// Fills all rings as one shape, in device pixels, inside `clip` (rounded out to whole pixels).
void fill_rings(Image& image, std::span<const Ring> rings, Rgba colour, Rect clip);

}  // namespace ap
