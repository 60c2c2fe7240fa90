// Pictures without a window: the sheet, and what the side panels show (graph, arcs, heads, one
// row's bars), as SVG with real text or as PNG.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "playground/document/document.hpp"
#include "view/sheet/render.hpp"

namespace ap {

enum class Subject : std::uint8_t { kSheet, kGraph, kArcs, kHeads, kRows };
[[nodiscard]] std::optional<Subject> subject_from(std::string_view name) noexcept;  // "sheet", ...

struct PictureRequest {
  Subject subject = Subject::kSheet;
  RenderOptions render;     // mode, width, scale, layer, head; the sheet's also folded
  int row = 0;              // kRows: the query
  float threshold = 0.02F;  // graph and arcs leave out smaller weights
};

/// The words beside rows and columns, as the sheet has them.
[[nodiscard]] SheetLabels sheet_labels(const Document& document);

[[nodiscard]] Result<std::string> picture_svg(const Document& document, const Trace& trace,
                                              const FontSet& fonts, const PictureRequest& request);
/// The bytes of a PNG file.
[[nodiscard]] Result<std::string> picture_png(const Document& document, const Trace& trace,
                                              const FontSet& fonts, const PictureRequest& request);
/// The characters of the sentences that neither the shipped nor the installed fonts have, with
/// blanks between: a PNG shows boxes for them, an SVG has them as text.
[[nodiscard]] std::string without_face(const Document& document, const FontSet& fonts);

}  // namespace ap
