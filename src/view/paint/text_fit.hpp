// Text into a given width. No line breaking.
#pragma once

#include <string>
#include <string_view>

#include "view/paint/draw_list.hpp"

namespace ap {

/// The text, or as many of its first code points as fit with "…" after them; "" where not even that
/// fits.
[[nodiscard]] std::string elide(std::string_view utf8, float width, Face face, float size,
                                const TextMeasure& measure);

}  // namespace ap
