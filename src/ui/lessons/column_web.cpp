// In a page the prose of lessons is real text beside the canvas: web/lessons.js.
#include "ui/lessons/view.hpp"

namespace ap::ui {

void draw_lesson_column(Context& /*context*/, LessonPlayer& /*player*/, const Rect& /*rect*/) {}

}  // namespace ap::ui
