// The look of the interface: ImGui's style from the theme, and the few widgets that everything
// uses: buttons, icon buttons, switches, segmented choices, headings. Spacing scale 4 8 12 16 24.
// Targets are 40 px high for a coarse pointer, 32 otherwise.
#pragma once

#include <imgui.h>
#include <span>
#include <string_view>

#include "ui/widgets/context.hpp"
#include "ui/widgets/icons.hpp"

namespace ap::ui {

inline constexpr float kSpace1 = 4;
inline constexpr float kSpace2 = 8;
inline constexpr float kSpace3 = 12;
inline constexpr float kSpace4 = 16;
inline constexpr float kSpace5 = 24;

/// ImGui's colours, paddings and roundings from the theme; every frame, cheap.
void apply_style(const Theme& theme, bool coarse);
/// 32, or 40 for fingers.
[[nodiscard]] float target_height();

/// A quiet button: text on nothing, a soft ground when hovered. `on`: chosen.
bool quiet_button(const char* id, std::string_view text, const Theme& theme, bool on = false,
                  float width = 0);
/// The one filled button of a place.
bool strong_button(const char* id, std::string_view text, const Theme& theme, float width = 0);
bool icon_button(const char* id, Icon icon, const Theme& theme, std::string_view tooltip,
                 bool enabled = true, bool on = false);
/// A labelled switch over the full width; true when it was turned.
bool toggle(const char* id, std::string_view label, bool& on, const Theme& theme);
/// A row of equal choices; true when another was chosen.
bool segmented(const char* id, std::span<const char* const> choices, int& chosen,
               const Theme& theme, float width = 0);
/// A section's heading, bold and small.
void heading(std::string_view text, const Theme& theme);
/// Wrapped text in the soft ink.
void note(std::string_view text, const Theme& theme);
/// A tooltip for the last item, after a short rest of the pointer.
void tooltip(std::string_view text);

/// A tooltip waits for the pointer to rest: a frame is needed then. Once a frame, last.
[[nodiscard]] bool tooltip_waits();
/// In an open popup.
void close_on_escape();

/// The text in a role, at the window's cursor, in a colour.
void text_line(std::string_view text, FontRole role, Rgba colour);

}  // namespace ap::ui
