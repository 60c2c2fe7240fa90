#include "ui/shell/bars.hpp"

#include <algorithm>
#include <cmath>
#include <imgui_internal.h>

#include "ui/lessons/player.hpp"
#include "ui/panels/panels.hpp"
#include "ui/shell/keyboard_map.hpp"
#include "ui/widgets/style.hpp"

namespace ap::ui {
namespace {

Icon icon_of(PanelKind kind) {
  switch (kind) {
    case PanelKind::kExplain: return Icon::kExplain;
    case PanelKind::kModel: return Icon::kModel;
    case PanelKind::kGraph: return Icon::kGraph;
    case PanelKind::kArcs: return Icon::kArcs;
    case PanelKind::kHeads: return Icon::kHeads;
    case PanelKind::kRows: return Icon::kRows;
    case PanelKind::kWords: return Icon::kWords;
    case PanelKind::kLessons: return Icon::kLearn;
    case PanelKind::kTrain: return Icon::kTrain;
    default: return Icon::kExport;
  }
}

void rail_item(Context& context, const PanelInfo& info, ImVec2 size, bool label) {
  const Theme& t = context.theme;
  ViewState& v = context.view;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::PushID(info.name);
  if (ImGui::InvisibleButton("rail", size)) {
    if (info.kind == PanelKind::kLessons) {
      if (context.lessons != nullptr) context.lessons->toggle();
    } else {
      context.open_panel(v.panel == info.kind ? PanelKind::kNone : info.kind);
    }
  }
  const bool over = ImGui::IsItemHovered();
  if (over) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  const bool on = v.panel == info.kind || (info.kind == PanelKind::kLessons &&
                                           context.lessons != nullptr && context.lessons->shown());
  ImDrawList& list = *ImGui::GetWindowDrawList();
  if (on || over) {
    list.AddRectFilled({at.x + 4, at.y + 2}, {at.x + size.x - 4, at.y + size.y - 2},
                       im(t.panel_soft), 8);
  }
  const Rgba ink = on ? t.accent : over ? t.ink : t.ink_soft;
  const float cx = at.x + size.x / 2;
  draw_icon(list, icon_of(info.kind), {cx, at.y + size.y / 2 - (label ? 8.F : 0.F)}, 18, im(ink));
  if (label) {
    const Font font = fonts().get(on ? FontRole::kSmallBold : FontRole::kSmall);
    constexpr float kSize = 12;
    const float w = font.font->CalcTextSizeA(kSize, 1e9F, 0, info.name).x;
    list.AddText(font.font, kSize, {std::round(cx - w / 2), at.y + size.y / 2 + 6}, im(ink),
                 info.name);
  }
  tooltip(info.about);
  ImGui::PopID();
}

}  // namespace

void draw_rail(Context& context, const Regions& regions) {
  const Rect& r = regions.rail;
  const Theme& t = context.theme;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled({r.x, r.y}, {r.right(), r.bottom()}, im(t.panel));
  const auto& infos = panel_infos();
  if (regions.narrow) {
    list.AddLine({r.x, r.y}, {r.right(), r.y}, im(t.line));
    ImGui::SetCursorScreenPos({r.x, r.y});
    ImGui::BeginChild("##rail", {r.w, r.h}, ImGuiChildFlags_None,
                      ImGuiWindowFlags_HorizontalScrollbar | ImGuiWindowFlags_NoScrollbar |
                          ImGuiWindowFlags_NoBackground);
    const float each = std::max(48.F, r.w / static_cast<float>(infos.size()));
    for (const PanelInfo& info : infos) {
      rail_item(context, info, {each, r.h}, true);
      ImGui::SameLine(0, 0);
    }
    // A finger drags the row of tabs.
    if (ImGui::IsWindowHovered(ImGuiHoveredFlags_AllowWhenBlockedByActiveItem) &&
        ImGui::IsMouseDragging(0, 6)) {
      ImGui::SetScrollX(ImGui::GetScrollX() - ImGui::GetIO().MouseDelta.x);
    }
    ImGui::EndChild();
    return;
  }
  list.AddLine({r.x + 0.5F, r.y}, {r.x + 0.5F, r.bottom()}, im(t.line));
  const bool label = r.w > 60;
  const float each = std::clamp((r.h - 8) / static_cast<float>(infos.size()), 34.F, 56.F);
  float y = r.y + 4;
  for (const PanelInfo& info : infos) {
    ImGui::SetCursorScreenPos({r.x, y});
    rail_item(context, info, {r.w, each}, label && each >= 44);
    y += each;
  }
}

void draw_status(Context& context, SheetView& sheet, const Rect& r) {
  if (r.empty()) return;
  const Theme& t = context.theme;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const Font font = fonts().get(FontRole::kSmall);
  const float y = std::round(r.y + (r.h - font.size) / 2) - 1;
  const std::string hint = sheet.hint(context);
  const float side = 26;
  const bool table = context.ports.has_table();
  const float right = r.right() - (table ? 5.F : 4.F) * side - (table ? 68.F : 64.F);
  list.PushClipRect({r.x, r.y}, {right - 8, r.bottom()}, true);
  list.AddText(font.font, font.size, {r.x + 16, y}, im(t.ink_soft), hint.c_str());
  list.PopClipRect();
  const auto tool = [&](const char* id, Icon icon, float x, const char* tip) {
    ImGui::SetCursorScreenPos({x, r.y + (r.h - side) / 2});
    const bool hit = ImGui::InvisibleButton(id, {side, side});
    const bool over = ImGui::IsItemHovered();
    if (over) {
      list.AddRectFilled(ImGui::GetItemRectMin(), ImGui::GetItemRectMax(), im(t.panel_soft), 5);
      ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
    }
    draw_icon(list, icon, {x + side / 2, r.y + r.h / 2}, 14, im(over ? t.ink : t.ink_soft));
    tooltip(tip);
    return hit;
  };
  ViewState& v = context.view;
  if (tool("minus", Icon::kMinus, right, "Smaller  (-)")) sheet.zoom(v, 0.8F);
  const std::string percent =
      std::to_string(static_cast<int>(std::lround(v.camera.zoom * 100))) + " %";
  const float w = font.font->CalcTextSizeA(font.size, 1e9F, 0, percent.c_str()).x;
  list.AddText(font.font, font.size, {std::round(right + side + (48 - w) / 2), y}, im(t.ink_soft),
               percent.c_str());
  if (tool("plus", Icon::kPlus, right + side + 48, "Larger  (+)")) sheet.zoom(v, 1.25F);
  if (tool("fit", Icon::kFit, right + 2 * side + 52, "Fit the whole sheet  (F)")) {
    v.step.reset();
    sheet.fit(v);
  }
  if (tool("help", Icon::kHelp, right + 3 * side + 56, "Keys  (?)")) v.help = !v.help;
  if (table && tool("table", Icon::kTable, right + 4 * side + 60, "The numbers as a table")) {
    context.ports.show_table();
  }
}

void draw_help(Context& context, float width, float height) {
  ViewState& v = context.view;
  const Theme& t = context.theme;
  const auto lines = keyboard_map();
  const float w = std::min(560.F, width - 16);
  const float h = std::min(height - 16, 84 + static_cast<float>(lines.size()) * 23 + 3 * 34);
  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize({width, height});
  ImGui::Begin("##help-ground", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoBackground |
                   ImGuiWindowFlags_NoSavedSettings);
  ImGui::BringWindowToDisplayFront(ImGui::GetCurrentWindow());
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled({0, 0}, {width, height}, im(t.shadow.with_alpha(0.35F)));
  const ImVec2 at((width - w) / 2, (height - h) / 2);
  list.AddRectFilled(at, {at.x + w, at.y + h}, im(t.panel), 12);
  list.AddRect(at, {at.x + w, at.y + h}, im(t.line), 12);
  ImGui::SetCursorScreenPos({at.x + w - 44, at.y + 8});
  bool close = icon_button("close-help", Icon::kClose, t, "Close (Escape)");
  ImGui::SetCursorScreenPos({at.x + 24, at.y + 18});
  text_line("Keys", FontRole::kLeadBold, t.ink);
  ImGui::SetCursorScreenPos({at.x + 24, at.y + 54});
  ImGui::BeginChild("##keys", {w - 40, h - 66}, ImGuiChildFlags_None,
                    ImGuiWindowFlags_NoBackground);
  const char* group = "";
  for (const KeyLine& line : lines) {
    if (std::string_view(group) != line.group) {
      group = line.group;
      ImGui::Dummy({1, 2});
      heading(group, t);
    }
    const ImVec2 p = ImGui::GetCursorScreenPos();
    const Font font = fonts().get(FontRole::kSmall);
    ImDrawList& out = *ImGui::GetWindowDrawList();
    out.AddText(font.font, font.size, p, im(t.ink), line.keys);
    out.AddText(font.font, font.size, {p.x + std::min(200.F, w * 0.42F), p.y}, im(t.ink_soft),
                line.does);
    ImGui::Dummy({1, 15});
  }
  ImGui::EndChild();
  const ImVec2 m = ImGui::GetIO().MousePos;
  const bool outside = m.x < at.x || m.y < at.y || m.x > at.x + w || m.y > at.y + h;
  close = close || (ImGui::IsMouseClicked(0) && outside && !ImGui::IsWindowAppearing()) ||
          ImGui::IsKeyPressed(ImGuiKey_Escape, false);
  ImGui::End();
  if (close) {
    v.help = false;
    context.ports.request_frame();
  }
}

void draw_welcome(Context& context, const Rect& r) {
  if (r.empty()) return;
  const Theme& t = context.theme;
  const bool coarse = context.ports.coarse_pointer();
  const char* lines[] = {coarse ? "Tap a number to see where it comes from"
                                : "Hover a number to see where it comes from",
                         "Drag a number of X or a W sideways to change it",
                         "Type another sentence at the top"};
  const bool row = r.h < 60;
  const Rect box{r.x + 12, r.y + 2, r.w - 24, r.h - 6};
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled({box.x, box.y}, {box.right(), box.bottom()}, im(t.panel), 8);
  list.AddRect({box.x + 0.5F, box.y + 0.5F}, {box.right() - 0.5F, box.bottom() - 0.5F}, im(t.line),
               8);
  const Font font = fonts().get(FontRole::kSmall);
  float x = box.x + 20;
  float y = row ? box.centre().y - 8 : box.y + 9;
  for (const char* text : lines) {
    list.AddCircleFilled({x, std::round(y + 8)}, 2.5F, im(t.accent));
    list.AddText(font.font, font.size, {x + 12, std::round(y)}, im(t.ink), text);
    if (row)
      x += font.font->CalcTextSizeA(font.size, 1e9F, 0, text).x + 48;
    else
      y += 21;
  }
  const float side = target_height();
  ImGui::SetCursorScreenPos({box.right() - side - 3, row ? box.centre().y - side / 2 : box.y + 3});
  if (icon_button("welcome-close", Icon::kClose, t, "Put away")) {
    context.view.welcome_done = true;
    context.ports.request_frame();
  }
}

void draw_notice(Context& context, const Rect& region) {
  Notice& n = context.notice;
  if (n.text.empty()) return;
  if (context.ports.now() > n.until) {
    n = {};
    return;
  }
  const Theme& t = context.theme;
  const Font font = fonts().get(FontRole::kSmall);
  const float wrap = std::min(380.F, region.w - 48);
  const ImVec2 size = font.font->CalcTextSizeA(font.size, 1e9F, wrap, n.text.c_str());
  Rect box{region.centre().x - size.x / 2 - 12, region.bottom() - size.y - 32, size.x + 24,
           size.y + 16};
  if (n.cell) {
    const Rect cell = cell_rect(context.sheet, *n.cell);
    if (!cell.empty()) {
      const Rect at = to_screen(context.view.camera, region, cell);
      box.x = at.centre().x - box.w / 2;
      box.y = at.bottom() + 8;
      if (box.bottom() > region.bottom() - 4) box.y = at.y - box.h - 8;
    }
  }
  box.x = std::round(
      std::clamp(box.x, region.x + 6, std::max(region.x + 6, region.right() - box.w - 6)));
  box.y = std::round(
      std::clamp(box.y, region.y + 6, std::max(region.y + 6, region.bottom() - box.h - 6)));
  ImDrawList& list = *ImGui::GetForegroundDrawList();
  const Rgba edge = n.error ? t.warn : t.line;
  list.AddRectFilled({box.x, box.y}, {box.right(), box.bottom()}, im(t.panel), 8);
  list.AddRect({box.x, box.y}, {box.right(), box.bottom()}, im(edge), 8, 0, n.error ? 1.5F : 1.F);
  list.AddText(font.font, font.size, {box.x + 12, box.y + 8}, im(n.error ? t.warn : t.ink),
               n.text.c_str(), nullptr, wrap);
}

}  // namespace ap::ui
