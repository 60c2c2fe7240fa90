// The column of lessons on the desktop: contents, a step's prose with its links, tasks and widgets,
// laid out word by word, since ImGui has no text of mixed faces.
#include <algorithm>
#include <cmath>
#include <imgui.h>

#include "ui/lessons/view.hpp"
#include "ui/lessons/widgets.hpp"
#include "ui/widgets/style.hpp"

namespace ap::ui {
namespace {

float width_of(std::string_view text, const Font& font) {
  return font.font->CalcTextSizeA(font.size, 1e9F, 0, text.data(), text.data() + text.size()).x;
}

/// Words set one after the other from left to right, in lines of a column.
class Flow {
 public:
  Flow(Context& context, float indent, FontRole role)
      : context_(context), role_(role), from_(ImGui::GetCursorScreenPos()) {
    from_.x += indent;
    width_ = ImGui::GetContentRegionAvail().x - indent;
    line_ = std::round(fonts().get(role).size * 1.5F);
    at_ = from_;
  }
  /// The link that was clicked, or -1.
  int put(const Prose& prose, const LessonScene& scene) {
    int clicked = -1;
    for (const Span& span : prose) {
      if (span.kind == Span::Kind::kLink) {
        if (link(span)) clicked = span.link;
      } else {
        words(span.kind == Span::Kind::kValue ? filled(span.text, scene) : span.text,
              look(span.kind));
      }
    }
    return clicked;
  }
  void end() {
    ImGui::SetCursorScreenPos({from_.x, at_.y});
    ImGui::Dummy({1, line_ + kSpace1});
  }

 private:
  struct Look {
    FontRole role;
    Rgba ink;
    bool ground = false;
  };
  [[nodiscard]] Look look(Span::Kind kind) const {
    const Theme& t = context_.theme;
    switch (kind) {
      case Span::Kind::kStrong: return {FontRole::kBodyBold, t.ink};
      case Span::Kind::kEmphasis: return {role_, t.accent};
      case Span::Kind::kCode: return {FontRole::kMono13, t.ink, true};
      case Span::Kind::kValue: return {FontRole::kBodyBold, t.ink};
      default: return {role_, t.ink};
    }
  }
  void word(std::string_view text, const Look& look) {
    const Font font = fonts().get(look.role);
    (void)fonts().draws(text);
    const float w = width_of(text, font);
    if (at_.x + w > from_.x + width_ && at_.x > from_.x) {
      at_.x = from_.x;
      at_.y += line_;
      if (text == " ") return;
    }
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float y = std::round(at_.y + (line_ - font.size) / 2);
    if (look.ground) {
      list.AddRectFilled({at_.x - 2, y - 2}, {at_.x + w + 2, y + font.size + 3},
                         im(context_.theme.panel_soft), 3);
    }
    list.AddText(font.font, font.size, {at_.x, y}, im(look.ink), text.data(),
                 text.data() + text.size());
    at_.x += w;
  }
  void words(std::string_view text, const Look& look) {
    while (!text.empty()) {
      const std::size_t end = text[0] == ' ' ? 1 : std::min(text.find(' '), text.size());
      word(text.substr(0, end), look);
      text.remove_prefix(end);
    }
  }
  bool link(const Span& span) {
    const Theme& t = context_.theme;
    const Font font = fonts().get(role_);
    const ImVec2 start = at_;
    words(span.text, {role_, t.accent});
    ImDrawList& list = *ImGui::GetWindowDrawList();
    bool clicked = false;
    // A link over several lines is a rectangle in each.
    for (float y = start.y; y <= at_.y; y += line_) {
      const float x0 =
          y == start.y && start.y != at_.y + 1 ? (start.y == y ? start.x : from_.x) : from_.x;
      const float x1 = y == at_.y ? at_.x : from_.x + width_;
      if (x1 <= x0) continue;
      const float under = std::round(y + (line_ + font.size) / 2 + 1);
      list.AddLine({x0, under}, {x1, under}, im(t.accent.with_alpha(0.6F)));
      ImGui::SetCursorScreenPos({x0, y});
      ImGui::PushID(span.link);
      ImGui::PushID(static_cast<int>(y));
      clicked = ImGui::InvisibleButton("link", {x1 - x0, line_}) || clicked;
      if (ImGui::IsItemHovered()) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
      ImGui::PopID();
      ImGui::PopID();
    }
    return clicked;
  }

  Context& context_;
  FontRole role_;
  ImVec2 from_;
  ImVec2 at_;
  float width_ = 0;
  float line_ = 0;
};

/// Which hints and answers were asked for in this step.
struct Asked {
  int step_revision = -1;
  std::vector<int> shown;
};

class Column {
 public:
  Column(Context& context, LessonPlayer& player) : context_(context), player_(player) {}

  void contents() {
    const Theme& t = context_.theme;
    text_line("Lessons", FontRole::kTitle, t.ink);
    static const auto chapters = lesson_chapters();
    for (const Chapter& chapter : chapters) {
      ImGui::Dummy({0, kSpace2});
      heading(chapter.title, t);
      for (const LessonInfo& info : chapter.lessons) entry(info);
    }
  }

  void step() {
    const Theme& t = context_.theme;
    const Lesson& lesson = *player_.lesson();
    const int index = player_.step_index();
    const int count = static_cast<int>(lesson.steps.size());
    if (quiet_button("contents", "All lessons", t)) return player_.close();
    note(lesson.title + "  ·  " + std::to_string(index + 1) + " of " + std::to_string(count), t);
    {
      Flow flow(context_, 0, FontRole::kLeadBold);
      flow.put({{Span::Kind::kText, player_.step().title}}, player_.scene());
      flow.end();
    }
    if (!player_.problem().empty()) note(player_.problem(), t);
    int block_index = 0;
    for (const LessonBlock& block : player_.step().blocks) {
      ImGui::PushID(block_index);
      draw(block, block_index++);
      ImGui::PopID();
    }
    if (clicked_ >= 0) return player_.follow(clicked_);
    if (solve_ >= 0) return player_.solve(solve_);
    ImGui::Dummy({0, kSpace3});
    if (index > 0 && quiet_button("previous", "Previous", t)) return player_.go(index - 1);
    if (index > 0) ImGui::SameLine();
    if (quiet_button("again", "Start over", t)) return player_.go(index);
    ImGui::SameLine();
    if (index + 1 < count) {
      if (strong_button("next", "Next", t)) player_.go(index + 1);
    } else if (strong_button("done", "All lessons", t)) {
      player_.close();
    }
  }

 private:
  void entry(const LessonInfo& info) {
    const Theme& t = context_.theme;
    const int done = player_.progress_of(info.id);
    const std::string label = info.title + (done < 0 ? "  ✓" : done > 0 ? "  …" : "");
    ImGui::PushID(info.id.c_str());
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float w = ImGui::GetContentRegionAvail().x;
    if (ImGui::InvisibleButton("open", {w, 46})) player_.open(info.id, -1);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    if (ImGui::IsItemHovered()) {
      list.AddRectFilled({at.x - 8, at.y}, {at.x + w, at.y + 46}, im(t.panel_soft), 6);
      ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
    }
    const Font body = fonts().get(FontRole::kBodyBold);
    const Font small = fonts().get(FontRole::kSmall);
    list.AddText(body.font, body.size, {at.x, at.y + 5}, im(t.accent), label.c_str());
    list.PushClipRect(at, {at.x + w, at.y + 46}, true);
    list.AddText(small.font, small.size, {at.x, at.y + 25}, im(t.ink_soft), info.about.c_str());
    list.PopClipRect();
    ImGui::PopID();
  }

  void flow(const Prose& prose, float indent = 0, FontRole role = FontRole::kBody) {
    Flow flow(context_, indent, role);
    if (const int link = flow.put(prose, player_.scene()); link >= 0) clicked_ = link;
    flow.end();
  }

  void draw(const LessonBlock& block, int index) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const Theme& t = context_.theme;
    switch (block.kind) {
      case LessonBlock::Kind::kItem:
        list.AddCircleFilled({at.x + 5, at.y + 12}, 2.5F, im(t.ink_soft));
        flow(block.prose, 16);
        break;
      case LessonBlock::Kind::kQuote:
        flow(block.prose, 16);
        list.AddRectFilled(at, {at.x + 3, ImGui::GetCursorScreenPos().y - kSpace3}, im(t.line), 1);
        break;
      case LessonBlock::Kind::kRow: row(block); break;
      case LessonBlock::Kind::kWidget: draw_lesson_widget(context_, block.name); break;
      case LessonBlock::Kind::kTask: task(block, index); break;
      case LessonBlock::Kind::kQuestion:
        flow(block.prose);
        if (asked("answer", "Show the answer")) flow(block.answer, 16);
        break;
      default: flow(block.prose);
    }
  }

  /// A line of a table: cells side by side, each as wide as the others.
  void row(const LessonBlock& block) {
    std::vector<Prose> cells(1);
    for (const Span& span : block.prose) {
      if (span.kind == Span::Kind::kCell)
        cells.emplace_back();
      else
        cells.back().push_back(span);
    }
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float each = ImGui::GetContentRegionAvail().x / static_cast<float>(cells.size());
    float bottom = at.y;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      ImGui::SetCursorScreenPos({at.x, at.y});
      ImGui::BeginGroup();
      ImGui::PushClipRect({at.x + each * static_cast<float>(i), at.y},
                          {at.x + each * static_cast<float>(i + 1) - 4, at.y + 200}, true);
      flow(cells[i], each * static_cast<float>(i), FontRole::kSmall);
      ImGui::PopClipRect();
      ImGui::EndGroup();
      bottom = std::max(bottom, ImGui::GetCursorScreenPos().y);
    }
    ImGui::GetWindowDrawList()->AddLine(
        {at.x, bottom - 6}, {at.x + each * static_cast<float>(cells.size()), bottom - 6},
        im(context_.theme.line));
  }

  void task(const LessonBlock& block, int index) {
    const Theme& t = context_.theme;
    const bool done = player_.achieved(index);
    ImGui::Dummy({0, kSpace1});
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::Indent(14);
    text_line(done ? "Done" : "Try it", FontRole::kSmallBold, t.accent);
    flow(block.prose);
    if (done) {
      if (!block.answer.empty()) flow(block.answer);
    } else {
      for (std::size_t i = 0; i < block.hints.size(); ++i) {
        ImGui::PushID(static_cast<int>(i));
        const bool shown = asked("hint", "A hint");
        if (shown) flow(block.hints[i]);
        ImGui::PopID();
        if (!shown) break;
      }
      if (!block.solve.empty() && quiet_button("solve", "Show me", t)) solve_ = index;
    }
    ImGui::Unindent(14);
    ImGui::GetWindowDrawList()->AddRectFilled({at.x, at.y},
                                              {at.x + 3, ImGui::GetCursorScreenPos().y - 4},
                                              im(done ? t.accent : t.line), 1);
    ImGui::Dummy({0, kSpace1});
  }

  /// A quiet button that, once pressed in this step, stays pressed.
  bool asked(const char* id, const char* label) {
    static Asked now;
    const int key = player_.step_index() * 1000 + static_cast<int>(player_.lesson()->id.size());
    if (now.step_revision != key) now = {key, {}};
    const int me = static_cast<int>(ImGui::GetID(id));
    if (std::find(now.shown.begin(), now.shown.end(), me) != now.shown.end()) return true;
    if (quiet_button(id, label, context_.theme)) {
      now.shown.push_back(me);
      context_.ports.request_frame();
    }
    return false;
  }

  Context& context_;
  LessonPlayer& player_;
  int clicked_ = -1;
  int solve_ = -1;
};

}  // namespace

void draw_lesson_column(Context& context, LessonPlayer& player, const Rect& rect) {
  const Theme& t = context.theme;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled({rect.x, rect.y}, {rect.right(), rect.bottom()}, im(t.panel));
  list.AddLine({rect.right() - 0.5F, rect.y}, {rect.right() - 0.5F, rect.bottom()}, im(t.line));
  ImGui::SetCursorScreenPos({rect.x, rect.y});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {20, 16});
  ImGui::BeginChild("##prose", {rect.w - 1, rect.h}, ImGuiChildFlags_AlwaysUseWindowPadding,
                    ImGuiWindowFlags_NoBackground);
  ImGui::PopStyleVar();
  Column column(context, player);
  if (player.lesson() != nullptr)
    column.step();
  else
    column.contents();
  ImGui::EndChild();
}

}  // namespace ap::ui
