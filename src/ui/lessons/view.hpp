// How lessons are seen: their commands for the sheet ("select weights[it]", "step softmax", "panel
// graph"), and on the desktop the column with the prose; in a page that is web/lessons.js.
#pragma once

#include "ui/lessons/player.hpp"
#include "ui/sheet/view.hpp"

namespace ap::ui {

inline constexpr float kLessonWidth = 380;

/// Of commands as LessonPlayer::take_view_commands gives them, those that decide what is laid out:
/// panel, layer, head. A panel that a lesson opened is put away by its next step.
void arrange_view(ViewState& view, std::string_view commands);
/// All others, on the sheet as it is laid out then.
void apply_view_commands(Context& context, SheetView& sheet, std::string_view commands);

/// The contents, or the open lesson's step. Desktop only; nothing in a page.
void draw_lesson_column(Context& context, LessonPlayer& player, const Rect& rect);

}  // namespace ap::ui
