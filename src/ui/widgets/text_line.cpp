#include "ui/widgets/text_line.hpp"

#include <algorithm>
#include <cmath>
#include <imgui_internal.h>

#include "base/late.hpp"

namespace ap::ui {
namespace {

bool is_blank(ImWchar c) { return c == ' ' || c == '\t' || c == 0x3000; }

void select_word(ImGuiInputTextState& state, int at) {
  int from = std::min(at, state.CurLenW);
  int to = from;
  while (from > 0 && !is_blank(state.TextW[from - 1])) --from;
  while (to < state.CurLenW && !is_blank(state.TextW[to])) ++to;
  state.Stb.select_start = from;
  state.Stb.select_end = state.Stb.cursor = to;
}

/// Does again, by where the letters are seen, what ImGui did by its own widths.
void caret_by_mouse(ImGuiInputTextState& state, const LabelSpans& spans, float x0) {
  const ImGuiIO& io = ImGui::GetIO();
  if (state.SelectedAllMouseLock) return;
  const int at = boundary_at(spans, io.MousePos.x - x0);
  if (ImGui::IsItemHovered() && io.MouseClicked[0]) {
    if (io.MouseClickedCount[0] == 2) return select_word(state, at);
    if (io.MouseClickedCount[0] > 2) return;
    if (!io.KeyShift) state.Stb.select_start = at;
    state.Stb.cursor = state.Stb.select_end = at;
  } else if (ImGui::IsMouseDragging(0, 2)) {
    state.Stb.cursor = state.Stb.select_end = at;
  }
}

void draw_selection(const ImGuiInputTextState& state, const LabelSpans& spans, ImVec2 at,
                    float height) {
  const int last = static_cast<int>(spans.size()) - 1;
  const int from = std::clamp(std::min(state.Stb.select_start, state.Stb.select_end), 0, last);
  const int to = std::clamp(std::max(state.Stb.select_start, state.Stb.select_end), 0, last);
  const ImU32 colour = ImGui::GetColorU32(ImGuiCol_TextSelectedBg);
  for (int i = from; i < to; ++i) {
    const platform::LabelSpan s = spans[static_cast<std::size_t>(i)];
    ImGui::GetWindowDrawList()->AddRectFilled({at.x + std::min(s.from, s.to), at.y},
                                              {at.x + std::max(s.from, s.to), at.y + height},
                                              colour);
  }
}

void draw_caret(const ImGuiInputTextState& state, ImVec2 at, float height) {
  ImGuiContext& g = *ImGui::GetCurrentContext();
  // A window of an input method opens beside it.
  g.PlatformImeData.InputPos = at;
  g.PlatformImeData.InputLineHeight = height;
  const bool seen = !g.IO.ConfigInputTextCursorBlink || state.CursorAnim <= 0 ||
                    std::fmod(state.CursorAnim, 1.2F) <= 0.8F;
  if (seen) {
    ImGui::GetWindowDrawList()->AddLine(at, {at.x, at.y + height},
                                        ImGui::GetColorU32(ImGuiCol_Text));
  }
}

}  // namespace

HiddenText::HiddenText() {
  ImGui::PushStyleColor(ImGuiCol_Text, 0);
  ImGui::PushStyleColor(ImGuiCol_TextSelectedBg, 0);
}
HiddenText::~HiddenText() { ImGui::PopStyleColor(2); }

int boundary_at(const LabelSpans& spans, float x) {
  int best = 0;
  float distance = 1e9F;
  for (std::size_t i = 0; i < spans.size(); ++i) {
    const float d = std::abs(spans[i].from - x);
    if (d < distance) {
      distance = d;
      best = static_cast<int>(i);
    }
  }
  return best;
}

AP_LATE void draw_text_line(Labels& labels, Font font, const std::string& text, float& scroll) {
  const ImVec2 padding = ImGui::GetStyle().FramePadding;
  const ImVec2 from = ImGui::GetItemRectMin();
  const ImVec2 to = ImGui::GetItemRectMax();
  const float width = to.x - from.x - 2 * padding.x;
  const LabelSpans spans = labels.spans(text, Face::kText, font.size);
  ImGuiInputTextState* state =
      ImGui::IsItemActive() ? ImGui::GetInputTextState(ImGui::GetItemID()) : nullptr;
  float caret = 0;
  if (state != nullptr && !spans.empty()) {
    caret_by_mouse(*state, spans, from.x + padding.x - scroll);
    const auto i = static_cast<std::size_t>(std::max(0, state->Stb.cursor));
    caret = spans[std::min(i, spans.size() - 1)].from;
    scroll = std::clamp(scroll, std::max(0.F, caret - width), caret);
  }
  const float shift = state != nullptr ? scroll : 0;
  const ImVec2 at(from.x + padding.x - shift, std::round((from.y + to.y - font.size) / 2));
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.PushClipRect({from.x + padding.x - 1, from.y}, {to.x - padding.x + 1, to.y}, true);
  const float line = font.size * 1.25F;  // above and below the letters
  const float top = std::round((from.y + to.y - line) / 2);
  if (state != nullptr) draw_selection(*state, spans, {at.x, top}, line);
  labels.draw(list, at, ImGui::GetColorU32(ImGuiCol_Text), text, Face::kText, font.size);
  if (state != nullptr) draw_caret(*state, {at.x + caret, top}, line);
  list.PopClipRect();
}

}  // namespace ap::ui
