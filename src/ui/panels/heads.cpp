// Every head of every layer as a small map of its weights.
#include <cmath>

#include "ui/panels/panels.hpp"
#include "ui/widgets/draw_adapter.hpp"
#include "ui/widgets/panel_parts.hpp"
#include "ui/widgets/style.hpp"

namespace ap::ui {
namespace {

constexpr float kLabelHeight = 18;

struct Cell {
  Rect map;
  int layer;
  int head;
};

void draw_cell(Context& context, DrawList& list, const Cell& cell, bool hovered) {
  const Theme& theme = context.theme;
  const bool chosen = cell.layer == context.view.layer && cell.head == context.view.head;
  const ConstView weights = context.trace().tensor({cell.layer, Stage::kWeights, cell.head});
  // Ids above the sheet's own, which are small.
  const auto id = 0x48000000U + static_cast<std::uint64_t>(cell.layer * kMaxHeads + cell.head);
  list.heatmap({.rect = cell.map,
                .values = weights,
                .range = {0, 1},
                .map = MapKind::kSequential,
                .mode = theme.mode,
                .id = id,
                .revision = context.session.revision()});
  const Rgba frame = chosen ? theme.accent : hovered ? theme.control : theme.line;
  list.outline(cell.map.grown(1), frame, chosen ? 2 : 1, 2);
  const std::string text =
      context.trace().layers.size() > 1
          ? std::to_string(cell.layer + 1) + "." + std::to_string(cell.head + 1)
          : "Head " + std::to_string(cell.head + 1);
  list.text({cell.map.centre().x, cell.map.bottom() + 4}, text,
            {.face = chosen ? Face::kBold : Face::kText,
             .size = 11,
             .colour = chosen ? theme.ink : theme.ink_soft,
             .align = Align::kMiddle,
             .valign = VAlign::kTop});
}

std::vector<Cell> arrange(const Context& context, Rect area, int columns, float side,
                          float height) {
  std::vector<Cell> cells;
  const int heads = context.trace().model.heads;
  const int layers = static_cast<int>(context.trace().layers.size());
  float y = area.y;
  for (int l = 0; l < layers; ++l) {
    for (int h = 0; h < heads; ++h) {
      const auto column = static_cast<float>(h % columns);
      if (h > 0 && h % columns == 0) y += height + kLabelHeight + kSpace2;
      cells.push_back({{area.x + 2 + column * (side + kSpace2), y + 2, side, height}, l, h});
    }
    y += height + kLabelHeight + kSpace3;
  }
  return cells;
}

}  // namespace

void draw_heads_panel(Context& context, const Rect& rect) {
  const Trace& trace = context.trace();
  if (trace.queries() == 0 || trace.keys() == 0) {
    return note("There are no tokens: type a sentence.", context.theme);
  }
  const int heads = trace.model.heads;
  const int layers = static_cast<int>(trace.layers.size());
  const int columns = std::min(heads, rect.w < 360 ? (heads > 4 ? 4 : 2) : 4);
  const float width = ImGui::GetContentRegionAvail().x - 4;
  const float side = std::min(
      150.0F, (width - kSpace2 * static_cast<float>(columns - 1)) / static_cast<float>(columns));
  const float ratio = static_cast<float>(trace.queries()) / static_cast<float>(trace.keys());
  const float height = std::clamp(side * ratio, 12.0F, 2 * side);
  const int rows = layers * ((heads + columns - 1) / columns);
  const Rect area =
      take_canvas(static_cast<float>(rows) * (height + kLabelHeight + kSpace3) + kSpace2);
  const std::optional<Point> pointer = pointer_on_canvas();
  context.view.preview_head.reset();
  DrawList list;
  for (const Cell& cell : arrange(context, area, columns, side, height)) {
    const bool hovered = pointer && cell.map.contains(*pointer);
    if (hovered && cell.layer == context.view.layer) context.view.preview_head = cell.head;
    if (hovered && ImGui::IsMouseClicked(ImGuiMouseButton_Left)) {
      context.view.layer = cell.layer;
      context.view.head = cell.head;
      context.ports.request_frame();
    }
    if (hovered && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) {
      context.view.isolate_head = true;
      context.open_panel(PanelKind::kArcs);
    }
    draw_cell(context, list, cell, hovered);
  }
  draw(context, list, area);
  note(
      "Rows look, columns are looked at. Point to preview a head on the sheet, click to choose it, "
      "double-click to see it alone as arcs.",
      context.theme);
}

}  // namespace ap::ui
