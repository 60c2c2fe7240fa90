#include "ui/card_view.hpp"

#include <algorithm>
#include <cmath>

namespace ap::ui {
namespace {

constexpr float kLine = 20;
constexpr float kIndent = 14;

struct Type {
  Face face;
  float size;
  float drop = 0;
};
Type type_of(RunRole role, LineKind line) {
  const float size = line == LineKind::kTitle ? 15.F : 13.F;
  switch (role) {
    case RunRole::kHeading: return {Face::kBold, 15};
    case RunRole::kSub: return {Face::kText, 11, 3};
    case RunRole::kNumber: return {Face::kMono, 13};
    case RunRole::kResult: return {Face::kBold, size};
    case RunRole::kSoft: return {Face::kText, 13};
    case RunRole::kSymbol:
    case RunRole::kWord: return {line == LineKind::kTitle ? Face::kBold : Face::kText, size};
    default: return {Face::kText, size};
  }
}

Rgba ink_of(const CardRun& run, const Theme& theme) {
  if (run.hue != Hue::kNeutral) return colour(run.hue, theme);
  return run.role == RunRole::kSoft || run.role == RunRole::kSign ? theme.ink_soft : theme.ink;
}

float line_height(LineKind kind) { return kind == LineKind::kTitle ? 24.F : kLine; }
float space_before(LineKind kind, LineKind before) {
  if (kind == before) return 0;
  if (kind == LineKind::kResult || kind == LineKind::kNote) return 8;
  return kind == LineKind::kTerm || kind == LineKind::kFormula ? 6 : 0;
}

/// Lays the runs out, breaking lines at runs and at blanks; calls emit(run, text, x, y, type).
template <class Emit>
float flow(const Context& context, const CardLine& line, float width, Emit&& emit) {
  float x = line.kind == LineKind::kTerm ? kIndent : 0;
  const float start = x;
  float y = 0;
  for (const CardRun& run : line.runs) {
    const Type type = type_of(run.role, line.kind);
    std::string_view rest = run.text;
    while (!rest.empty()) {
      // Up to and with the next blank: where a line may break.
      std::size_t end = rest.find(' ');
      end = end == std::string_view::npos ? rest.size() : end + 1;
      const std::string_view piece = rest.substr(0, end);
      const float w = context.labels.width(piece, type.face, type.size);
      if (x + w > width + 2 && x > start) {
        x = start + (line.kind == LineKind::kTerm ? 12.F : 0.F);
        y += kLine;
      }
      emit(run, piece, x, y, type);
      x += w;
      rest.remove_prefix(end);
    }
  }
  return y + line_height(line.kind);
}

void draw_bar(ImDrawList& list, const CardLine& line, Rect at, const Theme& theme) {
  const float full = at.w - kIndent;
  const float w = std::max(1.F, full * std::clamp(line.share, 0.F, 1.F));
  const Rgba colour = line.negative ? theme.q : theme.k;
  list.AddRectFilled({at.x + kIndent - 4, at.y + 1}, {at.x + kIndent - 4 + w, at.bottom() - 1},
                     im(mix(theme.panel, colour, 0.14F)), 3);
}

}  // namespace

float card_height(const Context& context, const Card& card, float width) {
  float h = 0;
  LineKind before = LineKind::kTitle;
  for (const CardLine& line : card.lines) {
    h += space_before(line.kind, before);
    h += flow(context, line, width, [](auto&&...) {});
    before = line.kind;
  }
  return h;
}

CardViewResult draw_card(Context& context, const Card& card, Point at, float width, bool live) {
  CardViewResult result;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  const bool reachable = live && ImGui::IsWindowHovered();
  float y = at.y;
  LineKind before = LineKind::kTitle;
  for (const CardLine& line : card.lines) {
    y += space_before(line.kind, before);
    before = line.kind;
    const float h = flow(context, line, width, [](auto&&...) {});
    if (line.kind == LineKind::kTerm && line.share > 0) {
      draw_bar(list, line, {at.x, y, width, h}, context.theme);
    }
    flow(context, line, width,
         [&](const CardRun& run, std::string_view text, float x, float dy, const Type& type) {
           const float px = at.x + x;
           const float py = y + dy;
           const float w = context.labels.width(text, type.face, type.size);
           const float lh = line_height(line.kind);
           const bool over = reachable && run.cell && mouse.x >= px && mouse.x < px + w &&
                             mouse.y >= py && mouse.y < py + lh;
           if (over) {
             result.hovered = run.cell;
             ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
             list.AddLine({px, py + lh - 2}, {px + w, py + lh - 2}, im(ink_of(run, context.theme)));
             if (ImGui::IsMouseClicked(0)) result.clicked = run.cell;
           }
           const float top = py + (lh - type.size) / 2 + type.drop - 1;
           context.labels.draw(list, {px, std::round(top)}, im(ink_of(run, context.theme)), text,
                               type.face, type.size);
         });
    y += h;
  }
  return result;
}

std::optional<Card> card_of(const Context& context, CellId cell, int most_terms) {
  const auto explained = explain(context.trace(), cell);
  if (!explained) return std::nullopt;
  CardOptions options;
  options.most_terms = most_terms;
  return make_card(*explained, context.trace(), context.tokens, options);
}

}  // namespace ap::ui
