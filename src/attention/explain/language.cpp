// The stages around the layers of a language model: rows of the table, the head, the next word.
#include <algorithm>
#include <cmath>

#include "attention/explain/build.hpp"

namespace ap::explaining {
namespace {

/// A vocabulary's softmax is told by its largest terms and the rest in one line.
constexpr int kShownTerms = 20;

void explain_embedding(Builder& b) {
  const Language& l = *b.model().language;
  const int id = (*b.trace.input.ids)[static_cast<std::size_t>(b.row())];
  const bool scaled = l.table_scale != 1.0F;
  b.out.operation = scaled ? Operation::kScale : Operation::kCopy;
  b.single({0, Stage::kTable, 0}, id, b.col());
  if (!scaled) return;
  b.constant("scale", l.table_scale);
  b.out.terms.back().value *= l.table_scale;
}

void explain_logit(Builder& b) {
  b.dot_rows(b.id(Stage::kFinal), b.id(Stage::kUnembedding), b.col());
  const TensorId bias{0, Stage::kUnembeddingBias, 0};
  if (!b.trace.tensor(bias).empty()) b.single(bias, 0, b.col());
}

void explain_probability(Builder& b) {
  const TensorId from{0, Stage::kLogits, 0};
  const ConstView row = b.trace.row(from, b.row());
  std::vector<int> shown(static_cast<std::size_t>(row.cols));
  for (int j = 0; j < row.cols; ++j) shown[static_cast<std::size_t>(j)] = j;
  const int count = std::min(kShownTerms, row.cols);
  std::ranges::partial_sort(shown, shown.begin() + count, [&row](int x, int y) {
    return row(0, x) != row(0, y) ? row(0, x) > row(0, y) : x < y;
  });
  shown.resize(static_cast<std::size_t>(count));
  const double top = row(0, shown[0]);
  if (std::ranges::find(shown, b.col()) == shown.end()) shown.back() = b.col();
  const auto share = [&](int j) { return std::exp(static_cast<double>(row(0, j)) - top); };
  double sum = 0.0;
  double in_terms = 0.0;
  for (int j = 0; j < row.cols; ++j) sum += share(j);
  b.out.operation = Operation::kSoftmax;
  for (const int j : shown) {
    if (j == b.col()) b.out.own = static_cast<int>(b.out.terms.size());
    b.out.terms.push_back({.a = {{from, b.row(), j}, row(0, j)}, .value = share(j)});
    in_terms += share(j);
  }
  b.out.rest = {row.cols - static_cast<int>(shown.size()), sum - in_terms};
  b.constant("max", top);
  b.constant("temperature", 1.0);
  b.constant("sum", sum);
  b.source(from, b.row(), 0, 1, row.cols);
}

}  // namespace

void explain_language(Builder& b) {
  const Stage last = Stage::kOutput;
  const TensorId output{static_cast<int>(b.trace.layers.size()) - 1, last, 0};
  switch (b.cell().tensor.stage) {
    case Stage::kEmbeddings: return explain_embedding(b);
    case Stage::kTransformed:
      return b.dot(output, {0, Stage::kHeadTransform, 0}, {0, Stage::kHeadTransformBias, 0});
    case Stage::kActivated:
      b.out.operation = operation_of(b.model().language->activation);
      b.single({0, Stage::kTransformed, 0}, b.row(), b.col());
      b.out.terms.back().value = b.out.cell.value;
      return;
    case Stage::kFinal:
      return explain_norm(b, b.id(Stage::kActivated), Stage::kFinalNormGain, Stage::kFinalNormBias);
    case Stage::kLogits:
      if (!b.plan.logits_capped) return explain_logit(b);
      b.out.operation = Operation::kCap;
      b.constant("cap", b.model().language->softcap);
      return b.single({0, Stage::kUncapped, 0}, b.row(), b.col());
    case Stage::kUncapped: return explain_logit(b);
    default: return explain_probability(b);
  }
}

}  // namespace ap::explaining
