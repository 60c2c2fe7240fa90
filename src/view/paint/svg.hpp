// DrawList -> SVG text. Text stays text (with the shipped faces' names and generic fallbacks),
// groups carry titles, heatmaps of up to kMostSvgCells cells are rectangles and larger ones an
// embedded PNG, one pixel a cell.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "view/paint/draw_list.hpp"
#include "view/paint/font.hpp"

namespace ap {

/// What stands for the faces that the text is set in.
enum class SvgFaces : std::uint8_t {
  kNamed,     // their names: whoever shows the picture may have them, or others
  kEmbedded,  // the shipped files, in the picture: what they lack is still the reader's
  kOutlines,  // no text but shapes, where the shipped faces have all of it
};
/// "named", "embedded", "outlines"
[[nodiscard]] std::optional<SvgFaces> svg_faces_from(std::string_view name) noexcept;

inline constexpr int kMostSvgCells = 4096;

/// Text for between tags and inside attributes of SVG or HTML; control characters, which XML cannot
/// hold, are left out.
[[nodiscard]] std::string markup_text(std::string_view text);

/// The part `area` of the drawing; a complete document whose size is that of `area`. With `measure`
/// every text says how wide it is, so that it fits where the reader lacks our fonts (a picture in
/// an article always does: <img> takes no fonts from its page). `fonts`: for outlines.
[[nodiscard]] std::string write_svg(const DrawList& list, Rect area, Rgba background,
                                    std::string_view title, const TextMeasure* measure = nullptr,
                                    SvgFaces faces = SvgFaces::kNamed,
                                    const FontSet* fonts = nullptr);

}  // namespace ap
