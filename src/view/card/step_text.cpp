// One sentence a step, with the words and numbers of the present sentence.
#include <algorithm>
#include <cmath>

#include "view/card/text.hpp"
#include "view/paint/number.hpp"

namespace ap {
namespace {

struct Best {
  int col = -1;
  float value = 0;
};

Best largest_in_row(ConstView v, int row) noexcept {
  Best best;
  for (int j = 0; row < v.rows && j < v.cols; ++j)
    if (std::isfinite(v(row, j)) && (best.col < 0 || v(row, j) > best.value)) best = {j, v(row, j)};
  return best;
}

std::string quoted(const std::string& word) { return "“" + word + "”"; }

std::string percent(float share) {
  return std::to_string(static_cast<int>(std::lround(share * 100))) + " %";
}

std::string number(float value) {
  return std::string(format(value, choose_style(value, Digits::kShort)).view());
}

std::string count(int n, std::string_view what) {
  return std::to_string(n) + " " + std::string(what) + (n == 1 ? "" : "s");
}

std::string embed(const Trace& t, int layer, const std::string& word) {
  if (layer > 0) {
    return "Layer " + std::to_string(layer + 1) + " begins with what layer " +
           std::to_string(layer) + " put out: " + word + " is one row of X, " +
           count(t.model.width, "number") + ".";
  }
  std::string text = "Each of the " + count(t.queries(), "word") + " becomes a row of " +
                     count(t.model.width, "number") + ": " + word + " is one row of X";
  if (t.has({0, Stage::kInput, 0})) text += ", its embedding plus its position";
  return text + ".";
}

/// What the cap makes of a scaled score; empty where there is none.
std::string capped(const Trace& t, int layer, int head, int row, int col) {
  const TensorId id{layer, Stage::kCapped, head};
  if (!t.has(id)) return {};
  return ", capped within ±" + number(t.model.softcap) + " to " + number(t.tensor(id)(row, col));
}

std::string unscaled(const Trace& t, int layer, int head, int row) {
  const Best b = largest_in_row(t.tensor({layer, Stage::kScores, head}), row);
  if (b.col < 0 || !t.has({layer, Stage::kCapped, head}))
    return "No scaling: the scores stay as they are.";
  return "No scaling: the score " + number(b.value) + " is only" +
         capped(t, layer, head, row, b.col).substr(1) + ".";
}

std::string mask(const Trace& t, const SheetLabels& labels, int layer, int row,
                 const std::string& word) {
  const ConstView mask = t.mask(layer);
  if (mask.empty()) return "No mask: " + word + " may look at every word.";
  int hidden = 0;
  for (int j = 0; j < t.keys(); ++j) hidden += hides(mask(row, j)) ? 1 : 0;
  if (hidden == 0) return word + " may look at all " + count(t.keys(), "word") + ".";
  if (hidden == t.keys()) {
    const bool nothing = std::none_of(mask.row(row), mask.row(row) + mask.cols,
                                      [](float x) { return std::isfinite(x); });
    return "Every word is hidden from " + word +
           (nothing ? ": its weights are all 0."
                    : ", but by finite numbers: its weights still add up to 1.");
  }
  std::string text =
      word + " may look at " + std::to_string(t.keys() - hidden) + " of " + count(t.keys(), "word");
  if (t.model.causal && row + 1 < t.queries())
    text += "; what comes after it, such as " +
            quoted(detail::label(labels, Axis::kQueries, row + 1)) + ", is hidden";
  return text + ".";
}

std::string combine(const Trace& t, const std::string& word) {
  std::string text = t.model.heads > 1 ? "The " + count(t.model.heads, "head") +
                                             " are laid side by side and mixed by W_O"
                                       : std::string("W_O turns the mixed values");
  text += " into the new vector of " + word;
  if (t.model.residual) text += ", added to what it was";
  return text + ".";
}

}  // namespace

int clearest_row(const Trace& t, int layer, int head) noexcept {
  const ConstView weights = t.tensor({layer, Stage::kWeights, head});
  int row = 0;
  float most = 0;
  for (int i = 0; i < weights.rows; ++i) {
    const Best best = largest_in_row(weights, i);
    // That a word sees itself says less than that it sees another.
    const float said = weights.rows == weights.cols && best.col == i ? best.value / 4 : best.value;
    if (best.col >= 0 && said > most) most = said, row = i;
  }
  return row;
}

std::string overview_sentence(const Trace& t, const SheetLabels& labels, int layer, int head,
                              int row) {
  const Best best = largest_in_row(t.tensor({layer, Stage::kWeights, head}), row);
  if (best.col < 0) return {};
  return quoted(detail::label(labels, Axis::kQueries, row)) + " looks most at " +
         quoted(detail::label(labels, Axis::kKeys, best.col)) + ": " + percent(best.value) +
         " of its attention.";
}

std::string step_sentence(Step step, const Trace& t, const SheetLabels& labels, int layer, int head,
                          int row) {
  if (t.queries() == 0 || t.keys() == 0) return "Type a sentence to see it computed.";
  const int i = std::clamp(row, 0, t.queries() - 1);
  const std::string word = quoted(detail::label(labels, Axis::kQueries, i));
  const auto key = [&](int j) { return quoted(detail::label(labels, Axis::kKeys, j)); };
  const auto best = [&](Stage stage) { return largest_in_row(t.tensor({layer, stage, head}), i); };
  switch (step) {
    case Step::kEmbed: return embed(t, layer, word);
    case Step::kProject:
      return "Three learned matrices make three vectors of each word: what " + word +
             " looks for (Q), what it offers (K), what it hands over (V).";
    case Step::kScore: {
      const Best b = best(Stage::kScores);
      if (b.col < 0) break;
      return "The query of " + word + " is multiplied with every key: it fits " + key(b.col) +
             " best, " + number(b.value) + ".";
    }
    case Step::kScale: {
      if (!t.has({layer, Stage::kScaled, head})) return unscaled(t, layer, head, i);
      const std::string by = t.model.scale == ScaleKind::kInverseSqrt
                                 ? "divided by √" + std::to_string(t.model.key_width)
                                 : "multiplied by " + number(t.model.score_scale());
      const Best b = best(Stage::kScores);
      if (b.col < 0) break;
      return "Scores are " + by + ", so that softmax stays soft: " + number(b.value) + " becomes " +
             number(t.tensor({layer, Stage::kScaled, head})(i, b.col)) +
             capped(t, layer, head, i, b.col) + ".";
    }
    case Step::kMask: return mask(t, labels, layer, i, word);
    case Step::kSoftmax: {
      const Best b = best(Stage::kWeights);
      if (b.col < 0) break;
      return "Each row of weights adds up to 1: " + word + " gives " + key(b.col) + " " +
             percent(b.value) + ".";
    }
    case Step::kMix: {
      const Best b = best(Stage::kWeights);
      if (b.col < 0) break;
      return "The values are mixed by these weights: " + percent(b.value) + " of what " + word +
             " takes up comes from " + key(b.col) + ".";
    }
    case Step::kCombine: return combine(t, word);
  }
  return std::string(name(step)) + ".";
}

}  // namespace ap
