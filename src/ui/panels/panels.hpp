// The side panel: one at a time, opened from the rail on the right (wide) or shown as a bottom
// sheet (narrow). `draw_panel` is called with an ImGui child window of `rect`'s size already begun,
// with 16 px of padding and its own scrolling; panels lay out with ImGui and ui/widgets/style.hpp's
// widgets. One panel a file: panel_<name>.cpp defines draw_<name>_panel.
#pragma once

#include "ui/widgets/context.hpp"

namespace ap::ui {

struct PanelInfo {
  PanelKind kind;
  const char* name;   // on the rail, one word
  const char* about;  // tooltip
  void (*draw)(Context& context,
               const Rect& rect);  // null: a column of its own (ui/lessons/view.hpp)
};
/// In the order of the rail, without kNone.
[[nodiscard]] const std::array<PanelInfo, kPanelCount - 1>& panel_infos();
[[nodiscard]] const PanelInfo& panel_info(PanelKind kind);

/// Draws the open panel's content; `rect`: what its window shows, screen points.
void draw_panel(Context& context, const Rect& rect);

void draw_explain_panel(Context& context, const Rect& rect);
void draw_model_panel(Context& context, const Rect& rect);
void draw_graph_panel(Context& context, const Rect& rect);
void draw_arcs_panel(Context& context, const Rect& rect);
void draw_heads_panel(Context& context, const Rect& rect);
void draw_rows_panel(Context& context, const Rect& rect);
void draw_words_panel(Context& context, const Rect& rect);
void draw_export_panel(Context& context, const Rect& rect);
void draw_train_panel(Context& context, const Rect& rect);

}  // namespace ap::ui
