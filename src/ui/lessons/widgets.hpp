// What lessons show besides prose: the table of model sizes with a run at that size, and the
// picture whose patches are tokens. The desktop's; web/lessons.js has the page's own.
#pragma once

#include <vector>

#include "playground/lessons/lesson.hpp"
#include "ui/widgets/context.hpp"

namespace ap::ui {

/// Embedded in the program; empty if it cannot be read.
[[nodiscard]] std::vector<Chapter> lesson_chapters();

/// "sizes" or "picture"; another name draws nothing.
void draw_lesson_widget(Context& context, std::string_view name);

}  // namespace ap::ui
