#include "ui/widgets/style.hpp"

#include <algorithm>
#include <cmath>

namespace ap::ui {
namespace {

bool coarse_targets = false;
bool waiting = false;  // a tooltip's item is hovered, its time has not come

ImVec4 vec(Rgba c) { return ImGui::ColorConvertU32ToFloat4(im(c)); }

void set_colours(ImGuiStyle& s, const Theme& t) {
  const ImVec4 none(0, 0, 0, 0);
  for (ImVec4& colour : s.Colors) colour = none;
  auto set = [&](ImGuiCol index, Rgba colour) { s.Colors[index] = vec(colour); };
  set(ImGuiCol_Text, t.ink);
  set(ImGuiCol_TextDisabled, t.ink_soft);
  set(ImGuiCol_WindowBg, t.panel);
  set(ImGuiCol_PopupBg, t.panel);
  set(ImGuiCol_Border, t.line);
  set(ImGuiCol_FrameBg, t.panel_soft);
  set(ImGuiCol_FrameBgHovered, mix(t.panel_soft, t.line, 0.5F));
  set(ImGuiCol_FrameBgActive, t.panel_soft);
  set(ImGuiCol_ScrollbarGrab, t.line);
  set(ImGuiCol_ScrollbarGrabHovered, t.control);
  set(ImGuiCol_ScrollbarGrabActive, t.control);
  set(ImGuiCol_CheckMark, t.accent);
  set(ImGuiCol_SliderGrab, t.accent);
  set(ImGuiCol_SliderGrabActive, t.accent);
  set(ImGuiCol_Button, t.panel_soft);
  set(ImGuiCol_ButtonHovered, mix(t.panel_soft, t.line, 0.6F));
  set(ImGuiCol_ButtonActive, t.line);
  set(ImGuiCol_Header, t.panel_soft);
  set(ImGuiCol_HeaderHovered, t.panel_soft);
  set(ImGuiCol_HeaderActive, t.line);
  set(ImGuiCol_Separator, t.line);
  set(ImGuiCol_TextSelectedBg, t.accent.with_alpha(0.28F));
  set(ImGuiCol_NavHighlight, t.accent);
  set(ImGuiCol_PlotHistogram, t.accent);
  set(ImGuiCol_TableBorderLight, t.line);
  set(ImGuiCol_TableBorderStrong, t.line);
  set(ImGuiCol_ModalWindowDimBg, t.shadow);
}

/// A button's body without looks: hovered, pressed, its rectangle.
struct Body {
  bool pressed;
  bool hovered;
  bool held;
  ImVec2 from;
  ImVec2 to;
};
Body body(const char* id, ImVec2 size) {
  const bool pressed = ImGui::InvisibleButton(id, size);
  Body b{pressed, ImGui::IsItemHovered(), ImGui::IsItemActive(), ImGui::GetItemRectMin(),
         ImGui::GetItemRectMax()};
  if (b.hovered) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  if (ImGui::IsItemFocused() && ImGui::GetIO().NavVisible) {
    ImGui::GetWindowDrawList()->AddRect(b.from, b.to, ImGui::GetColorU32(ImGuiCol_NavHighlight), 6,
                                        0, 2);
  }
  return b;
}

void centred(const Body& b, std::string_view text, FontRole role, Rgba colour) {
  const Font font = fonts().get(role);
  const ImVec2 size =
      font.font->CalcTextSizeA(font.size, 1e9F, 0, text.data(), text.data() + text.size());
  ImGui::GetWindowDrawList()->AddText(
      font.font, font.size,
      {std::round((b.from.x + b.to.x - size.x) / 2), std::round((b.from.y + b.to.y - size.y) / 2)},
      im(colour), text.data(), text.data() + text.size());
}

float text_width(std::string_view text, FontRole role) {
  const Font font = fonts().get(role);
  return font.font->CalcTextSizeA(font.size, 1e9F, 0, text.data(), text.data() + text.size()).x;
}

}  // namespace

void apply_style(const Theme& theme, bool coarse) {
  coarse_targets = coarse;
  ImGuiStyle& s = ImGui::GetStyle();
  s.WindowPadding = {0, 0};
  s.WindowRounding = 0;
  s.WindowBorderSize = 0;
  s.WindowMinSize = {1, 1};
  s.ChildRounding = 0;
  s.ChildBorderSize = 0;
  s.PopupRounding = 8;
  s.PopupBorderSize = 1;
  s.FramePadding = {8, coarse ? 10.F : 6.F};
  s.FrameRounding = 6;
  s.FrameBorderSize = 0;
  s.ItemSpacing = {8, 8};
  s.ItemInnerSpacing = {8, 4};
  s.ScrollbarSize = coarse ? 6.F : 10.F;
  s.ScrollbarRounding = 5;
  s.GrabMinSize = coarse ? 20.F : 14.F;
  s.GrabRounding = 7;
  s.DisabledAlpha = 0.45F;
  s.HoverStationaryDelay = 0.1F;
  s.HoverDelayShort = 0.25F;
  set_colours(s, theme);
}

float target_height() { return coarse_targets ? 40.F : 32.F; }

bool quiet_button(const char* id, std::string_view text, const Theme& theme, bool on, float width) {
  const FontRole role = on ? FontRole::kSmallBold : FontRole::kSmall;
  const float w = width > 0 ? width : text_width(text, FontRole::kSmallBold) + 2 * kSpace3;
  const Body b = body(id, {w, target_height()});
  if (on || b.hovered || b.held) {
    ImGui::GetWindowDrawList()->AddRectFilled(b.from, b.to,
                                              im(b.held ? theme.line : theme.panel_soft), 6);
  }
  centred(b, text, role, on || b.hovered ? theme.ink : theme.ink_soft);
  return b.pressed;
}

bool strong_button(const char* id, std::string_view text, const Theme& theme, float width) {
  const float w = width > 0 ? width : text_width(text, FontRole::kSmallBold) + 2 * kSpace4;
  const Body b = body(id, {w, target_height()});
  ImGui::GetWindowDrawList()->AddRectFilled(
      b.from, b.to, im(b.hovered ? mix(theme.accent, theme.ink, 0.15F) : theme.accent), 6);
  centred(b, text, FontRole::kSmallBold, theme.accent_ink);
  return b.pressed;
}

bool icon_button(const char* id, Icon icon, const Theme& theme, std::string_view tip, bool enabled,
                 bool on) {
  const float side = target_height();
  if (!enabled) ImGui::BeginDisabled();
  const Body b = body(id, {side, side});
  if (enabled && (on || b.hovered)) {
    ImGui::GetWindowDrawList()->AddRectFilled(b.from, b.to,
                                              im(b.held ? theme.line : theme.panel_soft), 6);
  }
  const Rgba ink = on ? theme.accent : b.hovered && enabled ? theme.ink : theme.ink_soft;
  draw_icon(*ImGui::GetWindowDrawList(), icon, {(b.from.x + b.to.x) / 2, (b.from.y + b.to.y) / 2},
            18, im(enabled ? ink : ink.with_alpha(0.4F)));
  if (!enabled) ImGui::EndDisabled();
  tooltip(tip);
  return b.pressed && enabled;
}

bool toggle(const char* id, std::string_view label, bool& on, const Theme& theme) {
  const Body b = body(id, {ImGui::GetContentRegionAvail().x, target_height()});
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float y = (b.from.y + b.to.y) / 2;
  const Font font = fonts().get(FontRole::kBody);
  list.AddText(font.font, font.size, {b.from.x, std::round(y - font.size / 2)}, im(theme.ink),
               label.data(), label.data() + label.size());
  const ImVec2 from(b.to.x - 34, y - 10);
  list.AddRectFilled(from, {b.to.x, y + 10}, im(on ? theme.accent : theme.panel_soft), 10);
  if (!on) list.AddRect(from, {b.to.x, y + 10}, im(theme.control), 10);
  list.AddCircleFilled({on ? b.to.x - 10 : from.x + 10, y}, on ? 7.F : 6.F,
                       im(on ? theme.accent_ink : theme.control));
  if (b.pressed) on = !on;
  return b.pressed;
}

bool segmented(const char* id, std::span<const char* const> choices, int& chosen,
               const Theme& theme, float width) {
  const float w = width > 0 ? width : ImGui::GetContentRegionAvail().x;
  const float h = target_height();
  const ImVec2 start = ImGui::GetCursorScreenPos();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled(start, {start.x + w, start.y + h}, im(theme.panel_soft), 7);
  ImGui::PushID(id);
  bool changed = false;
  const float each = w / static_cast<float>(choices.size());
  for (std::size_t i = 0; i < choices.size(); ++i) {
    ImGui::SetCursorScreenPos({start.x + each * static_cast<float>(i), start.y});
    ImGui::PushID(static_cast<int>(i));
    const Body b = body("choice", {each, h});
    const bool on = chosen == static_cast<int>(i);
    if (on) {
      list.AddRectFilled({b.from.x + 2, b.from.y + 2}, {b.to.x - 2, b.to.y - 2}, im(theme.panel),
                         5);
      list.AddRect({b.from.x + 2, b.from.y + 2}, {b.to.x - 2, b.to.y - 2}, im(theme.line), 5);
    }
    centred(b, choices[i], on ? FontRole::kSmallBold : FontRole::kSmall,
            on || b.hovered ? theme.ink : theme.ink_soft);
    if (b.pressed && !on) {
      chosen = static_cast<int>(i);
      changed = true;
    }
    ImGui::PopID();
  }
  ImGui::PopID();
  return changed;
}

void heading(std::string_view text, const Theme& theme) {
  text_line(text, FontRole::kSmallBold, theme.ink);
}

void note(std::string_view text, const Theme& theme) {
  ImGui::PushFont(fonts().get(FontRole::kSmall).font);
  ImGui::PushStyleColor(ImGuiCol_Text, im(theme.ink_soft));
  ImGui::PushTextWrapPos(0);
  ImGui::TextUnformatted(text.data(), text.data() + text.size());
  ImGui::PopTextWrapPos();
  ImGui::PopStyleColor();
  ImGui::PopFont();
}

void tooltip(std::string_view text) {
  if (text.empty() || coarse_targets) return;
  if (!ImGui::IsItemHovered(ImGuiHoveredFlags_DelayShort | ImGuiHoveredFlags_AllowWhenDisabled)) {
    waiting = waiting || ImGui::IsItemHovered(ImGuiHoveredFlags_AllowWhenDisabled);
    return;
  }
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {10, 6});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 6);
  if (ImGui::BeginTooltip()) {
    ImGui::PushFont(fonts().get(FontRole::kSmall).font);
    ImGui::TextUnformatted(text.data(), text.data() + text.size());
    ImGui::PopFont();
    ImGui::EndTooltip();
  }
  ImGui::PopStyleVar(2);
}

bool tooltip_waits() {
  const bool was = waiting;
  waiting = false;
  return was;
}

void close_on_escape() {
  if (ImGui::IsKeyPressed(ImGuiKey_Escape, false)) ImGui::CloseCurrentPopup();
}

void text_line(std::string_view text, FontRole role, Rgba colour) {
  const Font font = fonts().get(role);
  ImGui::PushFont(font.font);
  ImGui::PushStyleColor(ImGuiCol_Text, im(colour));
  ImGui::TextUnformatted(text.data(), text.data() + text.size());
  ImGui::PopStyleColor();
  ImGui::PopFont();
}

}  // namespace ap::ui
