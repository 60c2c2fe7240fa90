// What editing gestures mean, without a screen: how far a scrubbed number goes, what is copied and
// pasted, which token or mask cell a place stands for. Pure; tested alone.
#pragma once

#include "playground/session/session.hpp"
#include "ui/widgets/context.hpp"
#include "view/paint/block_text.hpp"

namespace ap::ui {

/// One pixel's worth of change: 1, 2 or 5 times a power of ten, about 1/200 of the range.
[[nodiscard]] float scrub_step(Range range) noexcept;
/// `start` moved by `pixels`, on a grid of the step; fine: a tenth, coarse: ten times.
[[nodiscard]] float scrubbed(float start, float pixels, float step, bool fine,
                             bool coarse) noexcept;

/// The selected numbers as text; nothing if the matrix is gone.
[[nodiscard]] std::optional<std::string> copy_selection(const Trace& trace,
                                                        const Selection& selection,
                                                        BlockFormat format);
/// One pasted number fills the selection; a block goes to its top left corner.
[[nodiscard]] Result<Action> paste_action(const Trace& trace, const Selection& selection,
                                          std::string_view text);
[[nodiscard]] action::Fill fill_action(const Selection& selection, FillKind kind, float factor = 1,
                                       std::uint64_t seed = 1);

/// Is this a stage whose cells stand for places of the mask?
[[nodiscard]] bool shows_mask(Stage stage) noexcept;
/// Has someone painted it hidden (the causal mask and padding do not count)?
[[nodiscard]] bool painted_hidden(const Document& document, int row, int col) noexcept;

/// The action that switches a stage that is off on; nothing for stages without a switch.
[[nodiscard]] std::optional<Action> switch_on(Stage stage);

}  // namespace ap::ui
