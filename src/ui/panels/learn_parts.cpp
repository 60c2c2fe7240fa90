#include "ui/panels/learn_parts.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "ui/widgets/panel_parts.hpp"
#include "ui/widgets/style.hpp"

namespace ap::ui {
namespace {

/// The next of 1, 2, 5, 10, ... at or above x.
double nice(double x) {
  const double power = std::pow(10.0, std::floor(std::log10(std::max(x, 1e-12))));
  for (const double m : {1.0, 2.0, 5.0}) {
    if (m * power >= x * 0.999) return m * power;
  }
  return 10 * power;
}

void put(ImDrawList& list, ImVec2 at, float align, double value, Rgba ink) {
  char text[24];
  std::snprintf(text, sizeof text, "%.4g", value);
  const Font font = fonts().get(FontRole::kMono11);
  const float w = font.font->CalcTextSizeA(font.size, 1e9F, 0, text).x;
  list.AddText(font.font, font.size, {std::round(at.x - align * w), std::round(at.y)}, im(ink),
               text);
}

}  // namespace

void draw_loss_curve(Context& context, std::span<const float> history, int stride) {
  const Theme& t = context.theme;
  const Rect canvas = take_canvas(128);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const Rect plot{canvas.x + 46, canvas.y + 8, canvas.w - 54, canvas.h - 28};
  float most = 0;
  for (const float x : history) most = std::max(most, std::isfinite(x) ? x : 0.F);
  const double top = most > 0 ? nice(static_cast<double>(most)) : 1.0;
  const int last = std::max(1, static_cast<int>(history.size()) - 1) * std::max(1, stride);
  const double across = nice(last);
  constexpr int kLines = 2;
  for (int i = 0; i <= kLines; ++i) {
    const float share = static_cast<float>(i) / kLines;
    const float y = std::round(plot.bottom() - plot.h * share) + 0.5F;
    list.AddLine({plot.x, y}, {plot.right(), y}, im(t.line));
    put(list, {plot.x - 6, y - 7}, 1, top * static_cast<double>(share), t.ink_soft);
    const float x = plot.x + plot.w * share;
    put(list, {x, plot.bottom() + 4}, share, across * static_cast<double>(share), t.ink_soft);
  }
  const Font font = fonts().get(FontRole::kSmall);
  list.AddText(font.font, 11, {plot.x + 6, plot.y}, im(t.ink_soft),
               history.empty() ? "loss, by step" : "loss");
  for (std::size_t i = 0; i < history.size(); ++i) {
    const float x = plot.x + plot.w * static_cast<float>(static_cast<double>(i) * stride / across);
    const double y = std::clamp(static_cast<double>(history[i]) / top, 0.0, 1.0);
    list.PathLineTo({x, plot.bottom() - plot.h * static_cast<float>(y)});
  }
  if (history.size() > 1)
    list.PathStroke(im(t.accent), 0, 1.8F);
  else
    list.PathClear();
}

ShareBar share_bar(Context& context, std::string_view label, float share, float now) {
  const Theme& t = context.theme;
  ShareBar bar{share, false, false, false};
  const float h = std::max(24.F, target_height() - 8);
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const float label_w = std::min(84.F, width * 0.3F);
  const float x = start.x + label_w + kSpace2;
  const float room = std::max(20.F, width - label_w - 46 - 2 * kSpace2);
  ImGui::InvisibleButton("share", {width, h});
  bar.began = ImGui::IsItemActivated();
  bar.ended = ImGui::IsItemDeactivated();
  if (ImGui::IsItemHovered() || ImGui::IsItemActive())
    ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
  if (ImGui::IsItemActive()) {
    const float wanted = std::clamp((ImGui::GetIO().MousePos.x - x) / room, 0.F, 1.F);
    bar.share = std::round(wanted * 100) / 100;
    bar.changed = bar.share != share;
  }
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled({x, start.y + 5}, {x + room, start.y + h - 5}, im(t.panel_soft), 3);
  list.AddRectFilled({x, start.y + 5},
                     {x + room * std::clamp(bar.share, 0.F, 1.F), start.y + h - 5},
                     im(t.weights.with_alpha(0.75F)), 3);
  const float tick = x + room * std::clamp(now, 0.F, 1.F);
  list.AddLine({tick, start.y + 2}, {tick, start.y + h - 2}, im(t.ink), 2);
  list.PushClipRect(start, {start.x + label_w, start.y + h}, true);
  const float size = fonts().get(FontRole::kSmall).size;
  const float text_w = context.labels.width(label, Face::kText, size);
  context.labels.draw(list,
                      {std::max(start.x, start.x + label_w - text_w), start.y + (h - size) / 2},
                      im(t.ink), label, Face::kText, size);
  list.PopClipRect();
  put(list, {start.x + width, start.y + (h - 13) / 2}, 1, static_cast<double>(bar.share), t.ink);
  return bar;
}

std::string stage_label(Stage stage) {
  switch (stage) {
    case Stage::kWq: return "W_Q";
    case Stage::kWk: return "W_K";
    case Stage::kWv: return "W_V";
    case Stage::kWo: return "W_O";
    case Stage::kWGate: return "W_gate";
    case Stage::kWUp: return "W_up";
    default: return "W_down";
  }
}

void show_gradient_toggle(Context& context) {
  bool on = context.view.gradient;
  if (toggle("gradient", "Colour by the loss's slope", on, context.theme)) switch_gradient(context);
  if (context.view.gradient) {
    note(
        "Every matrix, given or computed: red where more of the number makes the loss larger, blue "
        "where it "
        "makes it smaller. Each legend says how much.",
        context.theme);
  }
}

}  // namespace ap::ui
