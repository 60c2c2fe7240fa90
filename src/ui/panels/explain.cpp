// Where a number comes from: the card of the selected (or hovered) cell, pinned cards to compare,
// the baseline, and how much every cell would move the chosen one.
#include "ui/panels/panels.hpp"
#include "ui/sheet/card_view.hpp"
#include "ui/widgets/panel_parts.hpp"
#include "ui/widgets/style.hpp"

namespace ap::ui {
namespace {

void show_card(Context& context, CellId cell, int most_terms) {
  const std::optional<Card> card = card_of(context, cell, most_terms);
  if (!card) return;
  const float width = ImGui::GetContentRegionAvail().x;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const CardViewResult result = draw_card(context, *card, {at.x, at.y}, width, true);
  ImGui::SetCursorScreenPos(at);
  ImGui::Dummy({width, card_height(context, *card, width)});
  if (result.hovered) context.point_at(*result.hovered);
  if (result.clicked) context.go_to(*result.clicked);
}

/// Another matrix may have come in its place since it was pinned.
bool exists(const Context& context, CellId cell) {
  const ConstView v = context.trace().tensor(cell.tensor);
  return cell.row < v.rows && cell.col < v.cols;
}

/// A heading with a small button at the right end of its line.
bool heading_with(std::string_view text, const char* id, Icon icon, const char* tip,
                  const Context& context) {
  const float top = ImGui::GetCursorPosY();
  heading(text, context.theme);
  const float below = ImGui::GetCursorPosY();
  const float line = ImGui::GetItemRectSize().y;
  const float side = target_height();
  ImGui::SetCursorPos({ImGui::GetContentRegionMax().x - side, top + (line - side) / 2});
  const bool pressed = icon_button(id, icon, context.theme, tip);
  ImGui::SetCursorPosY(below);
  return pressed;
}

bool is_pinned(const Context& context, CellId cell) {
  return std::ranges::find(context.view.pinned, cell) != context.view.pinned.end();
}

void pinned_cards(Context& context) {
  std::erase_if(context.view.pinned, [&](CellId cell) { return !exists(context, cell); });
  const std::vector<CellId> pinned = context.view.pinned;
  for (std::size_t i = 0; i < pinned.size(); ++i) {
    ImGui::PushID(static_cast<int>(i));
    const char* title = pinned.size() > 1 ? (i == 0 ? "Pinned first" : "Pinned second") : "Pinned";
    if (heading_with(title, "unpin", Icon::kClose, "Unpin", context)) {
      std::erase(context.view.pinned, pinned[i]);
    }
    show_card(context, pinned[i], 8);
    ImGui::Dummy({0, kSpace2});
    ImGui::PopID();
  }
}

void influence(Context& context, std::optional<CellId> cell) {
  const bool computed = cell && !is_parameter(cell->tensor.stage);
  bool on = context.view.sensitivity.has_value();
  if (!on && !computed) return;
  if (toggle("influence", "Colour by influence on this cell", on, context.theme)) {
    context.view.sensitivity = on ? cell : std::nullopt;
    context.ports.request_frame();
  }
  if (context.view.sensitivity) {
    note("Exact derivatives: red cells raise it when they grow, blue ones lower it.",
         context.theme);
  }
}

void baseline(Context& context) {
  ImGui::Dummy({0, kSpace1});
  ImGui::Separator();
  ImGui::Dummy({0, kSpace1});
  heading("Compare", context.theme);
  if (!context.session.has_baseline()) {
    note("Keep these numbers, change something, and see every difference.", context.theme);
    if (strong_button("pin", "Keep as baseline", context.theme)) {
      context.session.pin_baseline();
      context.say("Kept. Changes are shown against it when you switch on Differences.");
    }
    return;
  }
  bool difference = context.view.difference;
  if (toggle("difference", "Show differences", difference, context.theme)) {
    context.view.difference = difference;
    context.ports.request_frame();
  }
  bool before = context.view.before;
  if (toggle("before", "Show the baseline itself", before, context.theme)) {
    context.view.before = before;
    context.ports.request_frame();
  }
  if (quiet_button("drop", "Forget the baseline", context.theme)) {
    context.session.clear_baseline();
    context.view.difference = context.view.before = false;
  }
}

}  // namespace

void draw_explain_panel(Context& context, const Rect& /*rect*/) {
  std::optional<CellId> cell;
  if (context.view.selection) cell = context.view.selection->focus;
  if (!cell) cell = context.view.hover;
  if (cell && !exists(context, *cell)) cell.reset();
  pinned_cards(context);
  if (cell && !is_pinned(context, *cell)) {
    if (heading_with("Where it comes from", "pin", Icon::kPin,
                     "Pin this card to compare it with another", context)) {
      context.pin(*cell);
    }
    show_card(context, *cell, 12);
  }
  if (!cell && context.view.pinned.empty()) {
    heading("Where does a number come from?", context.theme);
    note(
        "Click any cell of the sheet: the numbers it is made of light up, and its arithmetic is "
        "spelled out here, term by term.",
        context.theme);
  }
  influence(context, cell);
  baseline(context);
}

}  // namespace ap::ui
