// Attention as a directed graph: tokens as nodes, weights as arrows from who looks to what it looks
// at.
#include "view/figures/graph.hpp"

#include "ui/panels/panels.hpp"
#include "ui/widgets/draw_adapter.hpp"
#include "ui/widgets/panel_parts.hpp"
#include "ui/widgets/style.hpp"

namespace ap::ui {

void draw_graph_panel(Context& context, const Rect& rect) {
  const Trace& trace = context.trace();
  const Theme& theme = context.theme;
  if (trace.input.cross()) {
    note("Queries and keys are two sentences here: Arcs shows them side by side.", theme);
    return;
  }
  const ConstView weights = trace.tensor(context.tensor(Stage::kWeights));
  if (weights.empty()) return note("There are no tokens: type a sentence.", theme);
  slider(context, "##threshold", "Leave out weights below", context.view.threshold, 0.0F, 0.5F,
         "%.2f");
  const float side = std::clamp(rect.w - 2 * kSpace4, 160.0F, std::max(160.0F, rect.h - 120));
  const Rect area = take_canvas(side);
  const std::optional<Point> pointer = pointer_on_canvas();
  const GraphLayout layout =
      layout_graph(weights, context.tokens.keys, area.grown(-4), context.labels,
                   {.threshold = context.view.threshold, .past = trace.input.past_length()});
  const int node = pointer ? node_at(layout, *pointer) : -1;
  DrawList list;
  draw_graph(list, layout, theme, node);
  draw(context, list, area);
  const int query = node - trace.input.past_length();
  if (node >= 0 && query >= 0) {
    context.point_at({context.tensor(Stage::kWeights), query, node});
    if (ImGui::IsMouseClicked(ImGuiMouseButton_Left)) choose_row(context, query);
  }
  if (layout.below_threshold > 0) {
    note(std::to_string(layout.below_threshold) + " weaker arrows are left out.", theme);
  }
  note(
      "An arrow runs from a token to one it looks at; its width is the weight. Point at a token to "
      "see its own arrows.",
      theme);
}

}  // namespace ap::ui
