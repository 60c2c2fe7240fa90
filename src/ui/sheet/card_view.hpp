// An explanation card (view/card/card.hpp) drawn into the current ImGui window: formula, words,
// terms with bars, result. Used by the card beside the pointer and by the Explain panel.
#pragma once

#include "ui/widgets/context.hpp"

namespace ap::ui {

/// Height that the card takes at this width.
[[nodiscard]] float card_height(const Context& context, const Card& card, float width);

struct CardViewResult {
  std::optional<CellId> hovered;  // the term under the pointer
  std::optional<CellId> clicked;
};
/// At `at`, `width` wide. `live`: terms can be hovered and clicked.
CardViewResult draw_card(Context& context, const Card& card, Point at, float width, bool live);

/// The card of a cell as it is now.
[[nodiscard]] std::optional<Card> card_of(const Context& context, CellId cell, int most_terms = 8);

}  // namespace ap::ui
