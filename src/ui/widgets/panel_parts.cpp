#include "ui/widgets/panel_parts.hpp"

#include <cmath>

#include "ui/widgets/style.hpp"

namespace ap::ui {
namespace {

float text_width(std::string_view text, FontRole role) {
  const Font f = fonts().get(role);
  return f.font->CalcTextSizeA(f.size, 1e9F, 0, text.data(), text.data() + text.size()).x;
}

void put_text(ImVec2 at, std::string_view text, FontRole role, Rgba colour) {
  const Font f = fonts().get(role);
  ImGui::GetWindowDrawList()->AddText(f.font, f.size, {std::round(at.x), std::round(at.y)},
                                      im(colour), text.data(), text.data() + text.size());
}

/// One of a chooser's choices, in any script, in a box at `at`.
void put_choice(Context& context, ImDrawList& list, std::string_view text, ImVec2 at, float width,
                float height) {
  const float size = fonts().get(FontRole::kBody).size;
  list.PushClipRect(at, {at.x + width, at.y + height + 4}, true);
  context.labels.draw(list, {at.x, at.y + (height - size) / 2}, im(context.theme.ink), text,
                      Face::kText, size);
  list.PopClipRect();
}

}  // namespace

Rect take_canvas(float height) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = std::max(1.0F, ImGui::GetContentRegionAvail().x);
  ImGui::Dummy({width, height});
  return {at.x, at.y, width, height};
}

std::optional<Point> pointer_on_canvas() {
  if (!ImGui::IsItemHovered()) return std::nullopt;
  const ImVec2 p = ImGui::GetIO().MousePos;
  return Point{p.x, p.y};
}

bool stepper(const char* id, std::string_view label, int& value, int least, int most,
             const Theme& theme) {
  ImGui::PushID(id);
  const float h = target_height();
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  put_text({start.x, start.y + (h - fonts().get(FontRole::kBody).size) / 2}, label, FontRole::kBody,
           theme.ink);
  const float side = h;
  const float number = 40;
  bool changed = false;
  ImGui::SetCursorScreenPos({start.x + width - 2 * side - number, start.y});
  if (icon_button("less", Icon::kMinus, theme, {}, value > least)) {
    --value;
    changed = true;
  }
  const std::string text = std::to_string(value);
  const Font f = fonts().get(FontRole::kMono13);
  put_text({start.x + width - side - number / 2 - text_width(text, FontRole::kMono13) / 2,
            start.y + (h - f.size) / 2},
           text, FontRole::kMono13, theme.ink);
  ImGui::SetCursorScreenPos({start.x + width - side, start.y});
  if (icon_button("more", Icon::kPlus, theme, {}, value < most)) {
    ++value;
    changed = true;
  }
  ImGui::PopID();
  return changed;
}

SliderResult slider(Context& context, const char* id, std::string_view label, float& value,
                    float least, float most, const char* format, bool logarithmic) {
  static std::uint64_t gesture = 0;  // of the slider that is held; there is one pointer
  text_line(label, FontRole::kBody, context.theme.ink);
  ImGui::SetNextItemWidth(-1);
  ImGui::PushFont(fonts().get(FontRole::kMono13).font);
  const ImGuiSliderFlags flags =
      ImGuiSliderFlags_AlwaysClamp | (logarithmic ? ImGuiSliderFlags_Logarithmic : 0);
  const bool changed = ImGui::SliderFloat(id, &value, least, most, format, flags);
  ImGui::PopFont();
  if (ImGui::IsItemActivated()) gesture = context.session.new_gesture();
  if (ImGui::IsItemDeactivated()) context.session.end_gesture();
  return {changed, gesture};
}

BarResult bar_row(Context& context, std::string_view label, float share, std::string_view value,
                  Rgba colour, float label_width, bool strong) {
  const Theme& theme = context.theme;
  const float h = std::max(26.0F, target_height() - 8);
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const float value_width = 56;
  ImGui::PushID(label.data(), label.data() + label.size());
  const bool clicked = ImGui::InvisibleButton("row", {width, h});
  ImGui::PopID();
  const bool hovered = ImGui::IsItemHovered();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  if (hovered) {
    list.AddRectFilled(start, {start.x + width, start.y + h}, im(theme.panel_soft), 4);
  }
  const float x = start.x + label_width + kSpace2;
  const float room = std::max(4.0F, width - label_width - value_width - 2 * kSpace2);
  list.AddRectFilled({x, start.y + 6}, {x + room, start.y + h - 6}, im(theme.panel_soft), 3);
  if (share > 0) {
    list.AddRectFilled({x, start.y + 6},
                       {x + std::max(2.0F, room * std::min(1.0F, share)), start.y + h - 6},
                       im(colour), 3);
  }
  const float size = fonts().get(FontRole::kSmall).size;
  const Face face = strong ? Face::kBold : Face::kText;
  const float text_w = context.labels.width(label, face, size);
  list.PushClipRect(start, {start.x + label_width, start.y + h}, true);
  context.labels.draw(list,
                      {std::max(start.x, start.x + label_width - text_w), start.y + (h - size) / 2},
                      im(strong ? theme.ink : theme.ink_soft), label, face, size);
  list.PopClipRect();
  put_text({start.x + width - text_width(value, FontRole::kMono13),
            start.y + (h - fonts().get(FontRole::kMono13).size) / 2},
           value, FontRole::kMono13, strong ? theme.ink : theme.ink_soft);
  ImGui::SetCursorScreenPos({start.x, start.y + h});
  return {clicked, hovered};
}

bool chooser(Context& context, const char* id, std::string_view shown,
             const std::vector<std::string>& choices, int& chosen) {
  constexpr float kChevron = 14;
  bool changed = false;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const float height = ImGui::GetFrameHeight();
  const float padding = ImGui::GetStyle().FramePadding.x;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  ImGui::SetNextItemWidth(-1);
  // An item reaches half a space beyond its line: without padding the first and last are cut.
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, kSpace1 + 2});
  const bool open =
      ImGui::BeginCombo(id, "", ImGuiComboFlags_HeightLargest | ImGuiComboFlags_NoArrowButton);
  ImGui::PopStyleVar();
  // Not ImGui's own text and arrow: words may be in any script, and the top bar has chevrons.
  put_choice(context, list, shown, {at.x + padding, at.y}, width - 2 * padding - kChevron, height);
  draw_icon(list, Icon::kChevronDown, {at.x + width - padding - kChevron / 2, at.y + height / 2},
            kChevron, im(context.theme.ink_soft));
  if (!open) return false;
  for (int i = 0; i < static_cast<int>(choices.size()); ++i) {
    ImGui::PushID(i);
    const ImVec2 line = ImGui::GetCursorScreenPos();
    const float inner = ImGui::GetContentRegionAvail().x;
    if (ImGui::Selectable("##choice", i == chosen)) {
      changed = i != chosen;
      chosen = i;
    }
    put_choice(context, *ImGui::GetWindowDrawList(), choices[static_cast<std::size_t>(i)], line,
               inner, ImGui::GetTextLineHeight());
    ImGui::PopID();
  }
  if (changed || ImGui::IsWindowAppearing()) context.ports.request_frame();
  ImGui::EndCombo();
  return changed;
}

std::string percent(float share) {
  if (share <= 0) return "0";
  if (share < 0.005F) return "< 1 %";
  return std::to_string(static_cast<int>(std::lround(share * 100))) + " %";
}

int current_row(const Context& context) {
  const Trace& trace = context.trace();
  const auto row_of = [&](const CellId& cell) -> int {
    const bool queries = row_axis(cell.tensor.stage, trace.model) == Axis::kQueries;
    return queries ? cell.row : -1;
  };
  int row = -1;
  if (context.view.selection) row = row_of(context.view.selection->focus);
  if (row < 0 && context.view.hover) row = row_of(*context.view.hover);
  if (row < 0) row = context.view.play_row;
  return std::clamp(row, 0, std::max(0, trace.queries() - 1));
}

void choose_row(Context& context, int row) {
  const TensorId weights = context.tensor(Stage::kWeights);
  const int last = std::max(0, context.trace().keys() - 1);
  context.view.selection = Selection{{weights, row, 0}, {weights, row, last}};
  context.view.play_row = row;
  context.ports.request_frame();
}

}  // namespace ap::ui
