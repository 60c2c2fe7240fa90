#include "ui/panels.hpp"

namespace ap::ui {

const std::array<PanelInfo, kPanelCount - 1>& panel_infos() {
  static constexpr std::array<PanelInfo, kPanelCount - 1> infos = {{
      {PanelKind::kExplain, "Explain", "Where a number comes from, term by term"},
      {PanelKind::kModel, "Model", "Scale, mask, positions and the other switches"},
      {PanelKind::kGraph, "Graph", "Tokens as nodes, attention as arrows"},
      {PanelKind::kArcs, "Arcs", "Who looks at whom"},
      {PanelKind::kHeads, "Heads", "All heads side by side"},
      {PanelKind::kRows, "Rows", "One token's attention as bars"},
      {PanelKind::kWords, "Words", "Nearest words of any vector"},
      {PanelKind::kExport, "Files", "Open and save, pictures of the sheet"},
  }};
  return infos;
}

const PanelInfo& panel_info(PanelKind kind) {
  for (const PanelInfo& info : panel_infos()) {
    if (info.kind == kind) return info;
  }
  return panel_infos().front();
}

void draw_panel(Context& context, const Rect& rect) {
  switch (context.view.panel) {
    case PanelKind::kNone: break;
    case PanelKind::kExplain: draw_explain_panel(context, rect); break;
    case PanelKind::kModel: draw_model_panel(context, rect); break;
    case PanelKind::kGraph: draw_graph_panel(context, rect); break;
    case PanelKind::kArcs: draw_arcs_panel(context, rect); break;
    case PanelKind::kHeads: draw_heads_panel(context, rect); break;
    case PanelKind::kRows: draw_rows_panel(context, rect); break;
    case PanelKind::kWords: draw_words_panel(context, rect); break;
    case PanelKind::kExport: draw_export_panel(context, rect); break;
  }
}

}  // namespace ap::ui
