#include <algorithm>
#include <cmath>

#include "ui/shell/bars.hpp"
#include "ui/widgets/style.hpp"
#include "view/card/card.hpp"

namespace ap::ui {
namespace {

constexpr double kStepSeconds = 3.2;

/// The word under examination: the walk's, else the selected row's, else the one with most to show.
int row_of(const Context& context) {
  const ViewState& v = context.view;
  if (v.playing) return v.play_row;
  if (v.selection) {
    const Block* b = context.sheet.find(v.selection->focus.tensor);
    if (b != nullptr && b->row_axis == Axis::kQueries) return v.selection->focus.row;
  }
  return clearest_row(context.trace(), v.layer, context.head());
}

std::string sentence_of(const Context& context) {
  const ViewState& v = context.view;
  if (context.tokens.queries.empty()) return {};
  const int last = static_cast<int>(context.tokens.queries.size()) - 1;
  const int row = std::clamp(row_of(context), 0, last);
  return v.step
             ? step_sentence(*v.step, context.trace(), context.tokens, v.layer, context.head(), row)
             : overview_sentence(context.trace(), context.tokens, v.layer, context.head(), row);
}

void sentence_at(Context& context, Rect r) {
  const std::string text = sentence_of(context);
  if (text.empty()) return;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.PushClipRect({r.x, r.y}, {r.right(), r.bottom()}, true);
  const float size = 13;
  const Font font = fonts().get(FontRole::kSmall);
  const ImVec2 need = font.font->CalcTextSizeA(size, 1e9F, r.w, text.c_str());
  const ImVec2 at(r.x, std::round(r.y + std::max(0.F, (r.h - need.y) / 2)));
  if (fonts().draws(text)) {
    list.AddText(font.font, size, at, im(context.theme.ink), text.c_str(), nullptr, r.w);
  } else {
    context.labels.draw(list, at, im(context.theme.ink), text, Face::kText, size);
  }
  list.PopClipRect();
}

}  // namespace

void StepBar::advance(Context& context, SheetView& sheet) {
  ViewState& v = context.view;
  if (!v.playing) return;
  const double now = context.ports.now();
  if (next_ == 0) next_ = now + kStepSeconds;
  if (now < next_) {
    context.ports.request_frame_after(next_ - now);
    return;
  }
  next_ = now + kStepSeconds;
  const int i = v.step ? static_cast<int>(*v.step) + 1 : 0;
  if (i >= kStepCount) {
    v.playing = false;
    sheet.show_step(v, std::nullopt);
    return;
  }
  sheet.show_step(v, static_cast<Step>(i));
  context.ports.request_frame_after(kStepSeconds);
}

/// Who cannot see the sentence hears it when the step changes.
void StepBar::tell(Context& context) {
  if (told_ == context.view.step) return;
  told_ = context.view.step;
  if (told_) context.ports.announce(sentence_of(context));
}

void StepBar::draw(Context& context, SheetView& sheet, const Regions& regions) {
  tell(context);
  const Rect& r = regions.steps;
  if (r.h < 20) return;
  const Theme& t = context.theme;
  ViewState& v = context.view;
  const float bar = std::min(r.h, 48.F);
  const float h = std::min(target_height(), bar - 4);
  const bool tight = r.w < 700;
  ImGui::SetCursorScreenPos({r.x + (tight ? 4.F : 12.F), r.y + (bar - h) / 2});
  // On a phone the steps scroll sideways.
  ImGui::BeginChild("##steps", {r.w - 8 - (tight ? 0.F : 8.F), h}, ImGuiChildFlags_None,
                    ImGuiWindowFlags_HorizontalScrollbar | ImGuiWindowFlags_NoScrollbar |
                        ImGuiWindowFlags_NoBackground);
  if (icon_button("play", v.playing ? Icon::kPause : Icon::kPlay, t,
                  v.playing ? "Stop" : "Walk one word through all steps")) {
    if (!v.playing) v.play_row = row_of(context);
    v.playing = !v.playing;
    next_ = context.ports.now() + kStepSeconds;
    if (v.playing) {
      v.pinned.clear();
      sheet.show_step(v, Step::kEmbed);
      context.ports.request_frame_after(kStepSeconds);
    }
  }
  float right = ImGui::GetItemRectMax().x;
  for (int i = 0; i < kStepCount; ++i) {
    const auto step = static_cast<Step>(i);
    ImGui::SameLine(0, tight ? 0.F : 2.F);
    ImGui::PushID(i);
    const bool on = v.step == step;
    if (quiet_button("step", name(step), t, on)) {
      v.playing = false;
      sheet.show_step(v, on ? std::nullopt : std::optional(step));
    }
    const ImVec2 to = ImGui::GetItemRectMax();
    right = to.x;
    if (on) {
      const ImVec2 from = ImGui::GetItemRectMin();
      ImGui::GetWindowDrawList()->AddRectFilled({from.x + 10, to.y - 3}, {to.x - 10, to.y - 1},
                                                im(t.accent), 1);
    }
    ImGui::PopID();
  }
  ImGui::EndChild();
  if (r.h > bar + 10) {
    sentence_at(context, {r.x + 20, r.y + bar - 4, r.w - 40, r.h - bar});
  } else if (r.right() - right > 240) {
    sentence_at(context, {right + 20, r.y, r.right() - right - 32, r.h});
  }
}

}  // namespace ap::ui
