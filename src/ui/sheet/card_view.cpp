#include "ui/sheet/card_view.hpp"

#include <algorithm>
#include <cmath>

#include "base/late.hpp"

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

/// Terms of the same form stand in columns, numbers to the right: the widest of each.
using Columns = std::vector<float>;
Columns columns_of(const Context& context, const Card& card, float width) {
  Columns columns;
  for (const CardLine& line : card.lines) {
    if (line.kind != LineKind::kTerm) continue;
    if (columns.empty()) columns.resize(line.runs.size());
    if (columns.size() != line.runs.size()) return {};
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const Type type = type_of(line.runs[i].role, line.kind);
      columns[i] =
          std::max(columns[i], context.labels.width(line.runs[i].text, type.face, type.size));
    }
  }
  float all = kIndent;
  for (const float w : columns) all += w;
  return all <= width ? columns : Columns{};
}

/// A term in its columns; one line.
template <class Emit>
float in_columns(const Context& context, const CardLine& line, const Columns& columns,
                 Emit&& emit) {
  float x = kIndent;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const CardRun& run = line.runs[i];
    const Type type = type_of(run.role, line.kind);
    const bool number = run.role == RunRole::kNumber;
    const float own = number ? context.labels.width(run.text, type.face, type.size) : columns[i];
    emit(run, std::string_view(run.text), x + columns[i] - own, 0.F, type);
    x += columns[i];
  }
  return line_height(line.kind);
}

/// Lays the runs out, breaking lines at runs and at blanks; calls emit(run, text, x, y, type).
template <class Emit>
float flow(const Context& context, const CardLine& line, float width, const Columns& columns,
           Emit&& emit) {
  if (line.kind == LineKind::kTerm && !columns.empty()) {
    return in_columns(context, line, columns, emit);
  }
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

AP_LATE float card_height(const Context& context, const Card& card, float width) {
  const Columns columns = columns_of(context, card, width);
  float h = 0;
  LineKind before = LineKind::kTitle;
  for (const CardLine& line : card.lines) {
    h += space_before(line.kind, before);
    h += flow(context, line, width, columns, [](auto&&...) {});
    before = line.kind;
  }
  return h;
}

AP_LATE CardViewResult draw_card(Context& context, const Card& card, Point at, float width,
                                 bool live) {
  CardViewResult result;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  const bool reachable = live && ImGui::IsWindowHovered();
  const Columns columns = columns_of(context, card, width);
  float y = at.y;
  LineKind before = LineKind::kTitle;
  for (const CardLine& line : card.lines) {
    y += space_before(line.kind, before);
    before = line.kind;
    const float h = flow(context, line, width, columns, [](auto&&...) {});
    if (line.kind == LineKind::kTerm && line.share > 0) {
      draw_bar(list, line, {at.x, y, width, h}, context.theme);
    }
    flow(context, line, width, columns,
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

AP_LATE std::optional<Card> card_of(const Context& context, CellId cell, int most_terms) {
  const auto explained = explain(context.trace(), cell);
  if (!explained) return std::nullopt;
  CardOptions options;
  options.most_terms = most_terms;
  return make_card(*explained, context.trace(), context.tokens, options);
}

}  // namespace ap::ui
