// One query's weights as bars: "it looks at cat 62 %".
#include <algorithm>
#include <numeric>

#include "ui/panels/panels.hpp"
#include "ui/widgets/panel_parts.hpp"
#include "ui/widgets/style.hpp"

namespace ap::ui {
namespace {

/// Tokens that share a word are told apart by their place: "the 5".
std::string numbered(const std::vector<std::string>& words, int index) {
  const auto i = static_cast<std::size_t>(index);
  const bool repeated = std::ranges::count(words, words[i]) > 1;
  return repeated ? words[i] + " " + std::to_string(index + 1) : words[i];
}

void summary(Context& context, ConstView weights, int row) {
  const auto& keys = context.tokens.keys;
  const float* w = weights.row(row);
  const int top = static_cast<int>(std::max_element(w, w + weights.cols) - w);
  const auto& word = context.tokens.queries[static_cast<std::size_t>(row)];
  if (w[top] <= 0)
    return note("“" + word + "” may look at nothing: every key is hidden.", context.theme);
  note("“" + word + "” looks most at “" + keys[static_cast<std::size_t>(top)] +
           "”: " + percent(w[top]) + " of its attention.",
       context.theme);
}

}  // namespace

void draw_rows_panel(Context& context, const Rect& rect) {
  const Trace& trace = context.trace();
  const ConstView weights = trace.tensor(context.tensor(Stage::kWeights));
  if (weights.empty()) return note("There are no tokens: type a sentence.", context.theme);
  int row = current_row(context);
  std::vector<std::string> words;
  for (int i = 0; i < weights.rows; ++i) words.push_back(numbered(context.tokens.queries, i));
  if (chooser(context, "##row", words[static_cast<std::size_t>(row)], words, row)) {
    choose_row(context, row);
  }
  summary(context, weights, row);
  ImGui::Dummy({0, kSpace1});
  const float label_width = std::min(120.0F, rect.w * 0.34F);
  const float* w = weights.row(row);
  const int top = static_cast<int>(std::max_element(w, w + weights.cols) - w);
  // Far more rows than fit are only laid out where they are seen.
  ImGuiListClipper clipper;
  clipper.Begin(weights.cols);
  while (clipper.Step()) {
    for (int j = clipper.DisplayStart; j < clipper.DisplayEnd; ++j) {
      const CellId cell{context.tensor(Stage::kWeights), row, j};
      ImGui::PushID(j);
      const BarResult bar = bar_row(context, numbered(context.tokens.keys, j), w[j], percent(w[j]),
                                    context.theme.weights, label_width, j == top);
      ImGui::PopID();
      if (bar.hovered) context.point_at(cell);
      if (bar.clicked) context.go_to(cell);
    }
  }
}

}  // namespace ap::ui
