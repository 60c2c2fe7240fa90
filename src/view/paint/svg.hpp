// DrawList -> SVG text. Text stays text (with the shipped faces' names and generic fallbacks),
// groups carry titles, heatmaps of up to kMostSvgCells cells are rectangles and larger ones an
// embedded PNG, one pixel a cell.
#pragma once

#include <string>
#include <string_view>

#include "view/paint/draw_list.hpp"

namespace ap {

inline constexpr int kMostSvgCells = 4096;

/// Text for between tags and inside attributes of SVG or HTML; control characters, which XML cannot
/// hold, are left out.
[[nodiscard]] std::string markup_text(std::string_view text);

/// The part `area` of the drawing; a complete document whose size is that of `area`. With `measure`
/// every text says how wide it is, so that it fits where the reader lacks our fonts (a picture in
/// an article always does: <img> takes no fonts from its page).
[[nodiscard]] std::string write_svg(const DrawList& list, Rect area, Rgba background,
                                    std::string_view title, const TextMeasure* measure = nullptr);

}  // namespace ap
