// DrawList -> pixels, on the CPU: `attention render`, PNG export, and pictures in tests.
// Anti-aliased, blended in sRGB bytes as the window does. No layout and no caching.
#pragma once

#include "base/error.hpp"
#include "view/paint/draw_list.hpp"
#include "view/paint/font.hpp"
#include "view/paint/image.hpp"

namespace ap {

/// The part `area` (sheet units) of the drawing at `scale` pixels a unit, on an opaque background.
/// kTooLarge above kMostPixels, kRange for a scale or area that is not positive.
[[nodiscard]] Result<Image> rasterize(const DrawList& list, Rect area, float scale, Rgba background,
                                      const FontSet& fonts);

}  // namespace ap
