// What several panels share: a canvas for a DrawList, a stepper, a slider whose drag is one undo
// step, a bar with a label. Laid out by ImGui in the open window.
#pragma once

#include <string>
#include <string_view>

#include "ui/widgets/context.hpp"

namespace ap::ui {

/// Takes `height` points of the window; what is drawn in the rectangle is clipped to it.
[[nodiscard]] Rect take_canvas(float height);
/// The pointer, if it is over the canvas taken last.
[[nodiscard]] std::optional<Point> pointer_on_canvas();

/// "label   - 4 +"; true if the value was changed within its bounds.
bool stepper(const char* id, std::string_view label, int& value, int least, int most,
             const Theme& theme);

struct SliderResult {
  bool changed = false;
  std::uint64_t gesture = 0;  // for dispatch: one drag, one step
};
/// Label above, value at its right.
SliderResult slider(Context& context, const char* id, std::string_view label, float& value,
                    float least, float most, const char* format, bool logarithmic = false);

/// Full-width row: label, a bar of `share` (0..1) behind the space right of it, and a value. True
/// if clicked; `hovered` tells whether the pointer is on it.
struct BarResult {
  bool clicked = false;
  bool hovered = false;
};
BarResult bar_row(Context& context, std::string_view label, float share, std::string_view value,
                  Rgba colour, float label_width, bool strong = false);

/// A line of a choice that opens a list; true if another was chosen.
bool chooser(Context& context, const char* id, std::string_view shown,
             const std::vector<std::string>& choices, int& chosen);

/// "62 %", "< 1 %", "0".
[[nodiscard]] std::string percent(float share);
/// The query row that the panels speak of: the selected one, else the hovered, else the last
/// chosen.
[[nodiscard]] int current_row(const Context& context);
/// Selects the whole row of the weights of a query.
void choose_row(Context& context, int row);

}  // namespace ap::ui
