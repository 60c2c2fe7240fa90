// The colours of the whole interface by meaning, light and dark: paper and ink, like a textbook
// figure. Q, K and V keep their hue from the title to the formula; everything that is not data
// stays grey. Every pair that is drawn as text on ground is listed in `contrast_pairs` and tested.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "view/paint/colour.hpp"

namespace ap {

struct Theme {
  Mode mode;
  Rgba background;  // the sheet
  Rgba panel;       // bars, cards, side panel
  Rgba panel_soft;  // chips, fields, hovered rows
  Rgba ink;
  Rgba ink_soft;  // captions, shapes, axis labels
  Rgba line;      // hairlines that only separate
  Rgba control;   // outlines of fields and buttons, 3 : 1
  Rgba accent;    // filled buttons, switches that are on, focus ring
  Rgba accent_ink;
  Rgba warn;  // error text and marks
  // One hue per role: titles, vectors, formula terms, flow lines.
  Rgba x;  // embeddings, positions, input
  Rgba q;
  Rgba k;
  Rgba v;
  Rgba weights;  // scores to weights
  Rgba out;      // head_out, concat, output
  // Marks over cells; drawn with a halo of `background`.
  Rgba selection;
  Rgba source_highlight;
  Rgba consumer_highlight;
  Rgba editable;  // the small mark of cells that can be changed
  Rgba shadow;    // translucent
};

[[nodiscard]] const Theme& theme(Mode mode) noexcept;

/// `colour` as a faint ground for a chip or a block of its role.
[[nodiscard]] Rgba tint(const Theme& theme, Rgba colour) noexcept;

/// Colour of head 0..15 in Arcs and Heads: eight hues, told apart without red-green sight as far as
/// eight can be; the second eight repeat them.
[[nodiscard]] Rgba head_colour(int head, Mode mode) noexcept;

struct ContrastPair {
  std::string_view name;
  Rgba front;
  Rgba back;
  float least;  // 4.5 for text, 3 for marks (WCAG 2.2 AA)
};
[[nodiscard]] std::vector<ContrastPair> contrast_pairs(const Theme& theme);

}  // namespace ap
