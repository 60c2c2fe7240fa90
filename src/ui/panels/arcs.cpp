// Queries left, keys right, a curve for every weight above the threshold, in its head's colour.
#include "view/figures/arcs.hpp"

#include "ui/panels/panels.hpp"
#include "ui/widgets/draw_adapter.hpp"
#include "ui/widgets/panel_parts.hpp"
#include "ui/widgets/style.hpp"

namespace ap::ui {
namespace {

/// Heads in their colours; a click shows one alone, another click all of them.
void head_chips(Context& context) {
  const int heads = context.trace().model.heads;
  if (heads == 1) return;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float edge = ImGui::GetCursorScreenPos().x + ImGui::GetContentRegionAvail().x;
  for (int h = 0; h < heads; ++h) {
    ImGui::PushID(h);
    const std::string text = "Head " + std::to_string(h + 1);
    const bool shown = !context.view.isolate_head || context.view.head == h;
    if (h > 0 && ImGui::GetItemRectMax().x + kSpace1 + 80 < edge) ImGui::SameLine(0, kSpace1);
    if (quiet_button("head", "   " + text, context.theme, shown)) {
      const bool same = context.view.isolate_head && context.view.head == h;
      context.view.isolate_head = !same;
      context.view.head = h;
      context.ports.request_frame();
    }
    const ImVec2 min = ImGui::GetItemRectMin();
    const ImVec2 max = ImGui::GetItemRectMax();
    const Rgba colour = head_colour(h, context.theme.mode).with_alpha(shown ? 1.0F : 0.35F);
    list.AddCircleFilled({min.x + 12, (min.y + max.y) / 2}, 4, im(colour));
    ImGui::PopID();
  }
}

}  // namespace

void draw_arcs_panel(Context& context, const Rect& rect) {
  const Trace& trace = context.trace();
  const Theme& theme = context.theme;
  if (trace.queries() == 0 || trace.keys() == 0) {
    return note("There are no tokens: type a sentence.", theme);
  }
  head_chips(context);
  slider(context, "##threshold", "Leave out weights below", context.view.threshold, 0.0F, 0.5F,
         "%.2f");
  std::vector<HeadWeights> heads;
  for (int h = 0; h < trace.model.heads; ++h) {
    if (context.view.isolate_head && h != context.head()) continue;
    heads.push_back({h, trace.tensor({context.view.layer, Stage::kWeights, h})});
  }
  const int most = std::max(trace.queries(), trace.keys());
  const float wanted = static_cast<float>(most) * 26 + 16;
  const Rect area = take_canvas(std::clamp(wanted, 80.0F, std::max(220.0F, rect.h - 190)));
  const std::optional<Point> pointer = pointer_on_canvas();
  const ArcsLayout layout = layout_arcs(heads, context.tokens.queries, context.tokens.keys, area,
                                        context.labels, {.threshold = context.view.threshold});
  const ArcHit hit = pointer ? row_at(layout, *pointer) : ArcHit{};
  DrawList list;
  draw_arcs(list, layout, theme, hit);
  draw(context, list, area);
  if (hit.side == ArcSide::kQuery && ImGui::IsMouseClicked(ImGuiMouseButton_Left)) {
    choose_row(context, hit.index);
  }
  if (layout.not_shown > 0) {
    note(std::to_string(layout.not_shown) + " weaker arcs are left out.", theme);
  }
  note("Left: the token that looks. Right: what it looks at. Point at a token for its own arcs.",
       theme);
}

}  // namespace ap::ui
