#include "ui/panels/panels.hpp"

namespace ap::ui {

const std::array<PanelInfo, kPanelCount - 1>& panel_infos() {
  static constexpr std::array<PanelInfo, kPanelCount - 1> infos = {{
      {PanelKind::kLessons, "Lessons", "Attention from the beginning, by hand", nullptr},
      {PanelKind::kExplain, "Explain", "Where a number comes from, term by term",
       draw_explain_panel},
      {PanelKind::kModel, "Model", "Scale, mask, positions and the other switches",
       draw_model_panel},
      {PanelKind::kGraph, "Graph", "Tokens as nodes, attention as arrows", draw_graph_panel},
      {PanelKind::kArcs, "Arcs", "Who looks at whom", draw_arcs_panel},
      {PanelKind::kHeads, "Heads", "All heads side by side", draw_heads_panel},
      {PanelKind::kRows, "Rows", "One token's attention as bars", draw_rows_panel},
      {PanelKind::kWords, "Words", "Nearest words of any vector", draw_words_panel},
      {PanelKind::kTrain, "Train",
       "Paint the attention you want and let gradient descent find the weights", draw_train_panel},
      {PanelKind::kExport, "Files", "Open and save, pictures of the sheet", draw_export_panel},
  }};
  return infos;
}

const PanelInfo& panel_info(PanelKind kind) {
  for (const PanelInfo& info : panel_infos()) {
    if (info.kind == kind) return info;
  }
  return panel_infos().front();
}

// By the table: a call through a pointer is never inlined, so each panel can arrive late.
void draw_panel(Context& context, const Rect& rect) {
  if (context.view.panel == PanelKind::kNone) return;
  if (const auto draw = panel_info(context.view.panel).draw) draw(context, rect);
}

}  // namespace ap::ui
