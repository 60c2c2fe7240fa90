// Cards beside the cell they explain: the hovered one, and those that were pinned by a click. With
// the Explain panel open the pinned ones are shown there instead.
#include <algorithm>
#include <cmath>
#include <imgui.h>
#include <imgui_internal.h>

#include "ui/sheet/card_view.hpp"
#include "ui/sheet/view.hpp"
#include "ui/widgets/style.hpp"

namespace ap::ui {
namespace {

constexpr float kWidth = 316;
constexpr float kPad = 14;
constexpr float kGap = 14;

float overlap(const Rect& a, const Rect& b) {
  const Rect c = intersect(a, b);
  return c.empty() ? 0 : c.w * c.h;
}

/// The place beside the cell that hides the least of what is lit.
Rect place(Rect cell, Rect own, float w, float h, const Rect& region,
           const std::vector<Rect>& avoid) {
  const Rect inner = region.grown(-6);
  const Point c = cell.centre();
  const Rect candidates[] = {
      {cell.right() + kGap, c.y - 28, w, h},     {cell.x - w - kGap, c.y - 28, w, h},
      {c.x - w / 2, cell.bottom() + kGap, w, h}, {c.x - w / 2, cell.y - h - kGap, w, h},
      {cell.right() + kGap, c.y - h + 28, w, h}, {cell.x - w - kGap, c.y - h + 28, w, h},
      {own.right() + kGap, c.y - 28, w, h},      {own.x - w - kGap, c.y - 28, w, h},
      {c.x - w / 2, own.bottom() + kGap, w, h},  {c.x - w / 2, own.y - h - kGap, w, h}};
  Rect best = candidates[0];
  float least = 1e30F;
  for (Rect r : candidates) {
    r.x = std::clamp(r.x, inner.x, std::max(inner.x, inner.right() - w));
    r.y = std::clamp(r.y, inner.y, std::max(inner.y, inner.bottom() - h));
    float cost = 1e4F * overlap(r, cell.grown(6));
    for (const Rect& a : avoid) cost += std::min(overlap(r, a) * 2, 6000.F);
    cost += std::min(overlap(r, own), 40000.F) * 0.05F;
    const Point d = r.centre() - c;
    cost += std::hypot(d.x, d.y) * 2;
    if (cost < least) {
      least = cost;
      best = r;
    }
  }
  return {std::round(best.x), std::round(best.y), w, h};
}

/// A card's window: soft shadow, hairline, rounded.
bool begin_card(const char* id, const Rect& r, const Theme& theme, bool live) {
  ImGui::SetNextWindowPos({r.x, r.y});
  ImGui::SetNextWindowSize({r.w, r.h});
  ImGuiWindowFlags flags = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoSavedSettings |
                           ImGuiWindowFlags_NoFocusOnAppearing | ImGuiWindowFlags_NoNav |
                           ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoBackground |
                           ImGuiWindowFlags_NoScrollWithMouse;
  if (!live) flags |= ImGuiWindowFlags_NoInputs;
  const bool open = ImGui::Begin(id, nullptr, flags);
  ImGui::BringWindowToDisplayFront(ImGui::GetCurrentWindow());
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.PushClipRectFullScreen();
  for (int i = 4; i >= 1; --i) {
    const float grow = static_cast<float>(i) * 2.5F;
    list.AddRectFilled({r.x - grow, r.y - grow + 3}, {r.right() + grow, r.bottom() + grow + 3},
                       im(theme.shadow.with_alpha(0.025F)), 8 + grow);
  }
  list.PopClipRect();
  list.AddRectFilled({r.x, r.y}, {r.right(), r.bottom()}, im(theme.panel), 8);
  list.AddRect({r.x, r.y}, {r.right(), r.bottom()}, im(theme.line), 8);
  return open;
}

}  // namespace

void SheetView::cards(Context& context) {
  ViewState& v = context.view;
  if (drag_ != Drag::kNone && drag_ != Drag::kPressed) return;
  if (editor_.open() || menu_ || context.view.help) return;
  if (ImGui::IsPopupOpen(nullptr, ImGuiPopupFlags_AnyPopupId)) return;
  std::vector<CellId> shown;
  const bool in_panel = v.panel == PanelKind::kExplain;
  if (!in_panel) shown = v.pinned;
  const std::size_t pinned = shown.size();
  const bool painting = v.hover && aims(context, *v.hover);
  // A pinned cell has its card already: beside it, or in the panel.
  const bool has_card = v.hover && std::ranges::find(v.pinned, *v.hover) != v.pinned.end();
  if (v.hover && !painting && !has_card && !(in_panel && v.narrow)) shown.push_back(*v.hover);
  const float width = std::min(kWidth, region_.w - 16);
  std::vector<Rect> avoid;
  for (const Region& r : lit_.sources()) {
    if (const Block* b = model_.sheet().find(r.tensor)) {
      const Rect from = b->cell(r.row, r.col);
      avoid.push_back(to_screen(v.camera, region_,
                                Rect{from.x, from.y, b->cell_w * static_cast<float>(r.cols),
                                     b->cell_h * static_cast<float>(r.rows)}));
    }
  }
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const CellId cell = shown[i];
    const Rect at = cell_rect(model_.sheet(), cell);
    const bool is_lit = lit_.cell() == cell && lit_.card();
    const auto card = is_lit ? lit_.card() : card_of(context, cell);
    if (at.empty() || !card) continue;  // its block is not on the sheet
    const float inner = width - 2 * kPad;
    const float height = card_height(context, *card, inner) + 2 * kPad - 4;
    const Block* block = model_.sheet().find(cell.tensor);
    const Rect own = to_screen(v.camera, region_, block->matrix);
    const Rect box = place(to_screen(v.camera, region_, at), own, width, height, region_, avoid);
    avoid.push_back(box);
    const std::string id = "##card" + std::to_string(i);
    const bool live = i < pinned;
    if (begin_card(id.c_str(), box, context.theme, live)) {
      const auto r = draw_card(context, *card, {box.x + kPad, box.y + kPad - 2}, inner, live);
      if (r.hovered) context.point_at(*r.hovered);
      if (r.clicked) context.go_to(*r.clicked);
      if (live) {
        ImGui::SetCursorScreenPos({box.right() - 34, box.y + 2});
        if (icon_button("close", Icon::kClose, context.theme, "Put away (Escape)")) {
          std::erase(v.pinned, cell);
        }
      }
    }
    ImGui::End();
  }
}

}  // namespace ap::ui
