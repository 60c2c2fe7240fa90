// The words nearest to a token's vector, before and after attention.
#include <algorithm>

#include "ui/panels/panels.hpp"
#include "ui/widgets/panel_parts.hpp"
#include "ui/widgets/style.hpp"

namespace ap::ui {
namespace {

constexpr int kMost = 10;

struct Found {
  std::string word;
  float cosine = 0;
};

/// The last lists, since looking through 10,000 words a frame would be felt.
struct Cache {
  std::uint64_t revision = 0;
  const WordVectors* words = nullptr;
  TensorId tensor;
  int row = -1;
  std::vector<Found> found;
};

const std::vector<Found>& nearest(const Context& context, TensorId tensor, int row, Cache& cache) {
  const WordVectors* words = context.session.words();
  if (cache.revision == context.session.revision() && cache.words == words &&
      cache.tensor == tensor && cache.row == row) {
    return cache.found;
  }
  cache = {context.session.revision(), words, tensor, row, {}};
  const ConstView v = context.trace().tensor(tensor);
  if (words == nullptr || row >= v.rows || v.cols > words->width()) return cache.found;
  for (const auto& n : words->nearest(v.row(row), v.cols, kMost)) {
    cache.found.push_back({std::string(words->word(n.index)), n.cosine});
  }
  return cache.found;
}

void list_words(Context& context, std::string_view title, const std::vector<Found>& found,
                Rgba colour, float label_width) {
  heading(title, context.theme);
  if (found.empty()) return note("A vector of zeros has no direction.", context.theme);
  for (const Found& f : found) {
    char text[16];
    std::snprintf(text, sizeof text, "%.2f", static_cast<double>(f.cosine));
    ImGui::PushID(&f);
    bar_row(context, f.word, f.cosine, text, colour, label_width, &f == &found.front());
    ImGui::PopID();
  }
}

}  // namespace

void draw_words_panel(Context& context, const Rect& rect) {
  static Cache before;
  static Cache after;
  const Trace& trace = context.trace();
  const Theme& theme = context.theme;
  if (trace.queries() == 0) return note("There are no tokens: type a sentence.", theme);
  if (context.session.words() == nullptr) return note("The word list has not come yet.", theme);
  if (trace.model.width > WordVectors::kWidth) {
    return note("The word list has vectors of up to 100 numbers; this model is wider.", theme);
  }
  int row = current_row(context);
  if (chooser(context, "##token", context.tokens.queries[static_cast<std::size_t>(row)],
              context.tokens.queries, row)) {
    choose_row(context, row);
  }
  const int last = static_cast<int>(trace.layers.size()) - 1;
  const float label_width = std::min(120.0F, rect.w * 0.36F);
  const TensorId in{0, Stage::kEmbeddings, 0};
  const TensorId out{last, Stage::kOutput, 0};
  list_words(context, "Before attention: its embedding", nearest(context, in, row, before), theme.x,
             label_width);
  ImGui::Dummy({0, kSpace2});
  list_words(context, "After attention: its output", nearest(context, out, row, after), theme.out,
             label_width);
  const std::string dims = std::to_string(trace.model.width);
  note("By cosine over the first " + dims + " of 100 numbers, among " +
           std::to_string(context.session.words()->size()) +
           " words. More dimensions (Model) tell words apart better. The output is in the words' "
           "space when W_V and W_O are near the identity.",
       theme);
}

}  // namespace ap::ui
