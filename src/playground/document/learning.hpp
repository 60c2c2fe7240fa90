// Learning as a part of the document: what rows should come out as, for one or several sentences,
// how to go down the slope, and which single cells stay. Whole matrices stay by Document::locked.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "attention/learning/optimizer.hpp"
#include "attention/model/tensor_id.hpp"
#include "playground/document/sentence.hpp"

namespace ap {

struct Document;

/// One painted row of one sentence.
struct Target {
  Stage stage = Stage::kWeights;  // kWeights (cross-entropy) or kOutput (squared error)
  int layer = 0;
  int head = 0;  // 0 for an output
  int row = 0;   // the token, counted over the whole sentence
  SharedMatrix
      values;  // weights: 1 x S shares, at least 0 (used as parts of their sum); output: 1 x D
  std::string word;  // output: whose vector `values` is; empty: given by numbers
};

/// A further sentence to learn from.
struct Example {
  Sentence query;
  Sentence source;  // cross-attention only
  std::vector<Target> targets;
};

/// How the descent goes. Their names in JSON: each_learn_option.
struct LearnOptions {
  Optimizer optimizer = Optimizer::kAdam;
  float rate = 0.05F;
  float momentum = 0.9F;
  float weight_decay = 0.0F;
  std::uint64_t seed = 1;    // of the order of the sentences, when they come in batches
  int batch = 0;             // sentences a step; 0: all
  bool embeddings = false;   // the shown sentence's embeddings learn too
  bool temperature = false;  // temperatures learn too
  bool operator==(const LearnOptions&) const = default;
};

/// Calls f(key, option) for each.
template <class O, class F>
void each_learn_option(O& options, F f) {
  f("optimizer", options.optimizer);
  f("rate", options.rate);
  f("momentum", options.momentum);
  f("weight_decay", options.weight_decay);
  f("seed", options.seed);
  f("batch", options.batch);
  f("embeddings", options.embeddings);
  f("temperature", options.temperature);
}

struct Learning : LearnOptions {
  std::vector<Target> targets;    // of the sentence on the sheet: example 0
  std::vector<Example> examples;  // 1, 2, ...
};
/// Equal in every bit, matrices compared by content.
[[nodiscard]] bool operator==(const Learning& a, const Learning& b);

inline constexpr int kMaxExamples = 500;
inline constexpr std::size_t kMaxLockedCells = 65536;

/// Sorted; null: none.
using LockedCells = std::shared_ptr<const std::vector<CellId>>;

[[nodiscard]] bool is_locked_cell(const Document& document, CellId cell);
/// The targets of an example; 0 is the sentence on the sheet. Null if there is no such example.
[[nodiscard]] const std::vector<Target>* targets_of(const Document& document, int example);
/// Any target in any example?
[[nodiscard]] bool has_targets(const Document& document);

/// Options in range, sentences that fit, targets and locked cells that exist.
[[nodiscard]] Result<void> check_learning(const Document& document);

}  // namespace ap
