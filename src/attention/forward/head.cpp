// After the last layer: final, and the logits and probabilities of the rows that someone asks for.
#include <algorithm>

#include "attention/forward/steps.hpp"

namespace ap::steps {
namespace {

/// Transform, activation and norm, as far as they are on; returns what changed in `final`.
Dirty finish(Pass& pass, const Dirty& output) {
  Trace& t = pass.trace;
  const Plan& p = pass.plan;
  const Language& l = *t.model.language;
  const LanguageDirty& changes = pass.changes.language;
  const int rows = t.queries();
  const TensorId last{static_cast<int>(t.layers.size()) - 1, Stage::kOutput, 0};
  ConstView x = t.tensor(last);
  Dirty dirty = output;
  if (p.transform) {
    dirty = linear(pass, {0, Stage::kTransformed}, x, dirty, l.transform, changes.transform,
                   live(t.transformed, rows));
    x = live(std::as_const(t.transformed), rows);
    if (p.activation) {
      if (changes.activation) dirty.add_all(rows, x.cols);
      dirty = activate(pass, {0, Stage::kActivated}, l.activation, {}, {}, x, dirty,
                       live(t.activated, rows));
      x = live(std::as_const(t.activated), rows);
    }
  }
  if (!p.final_norm) return dirty;
  return normalize(pass, {0, Stage::kFinal}, x, dirty, l.final_norm, changes.final_norm,
                   live(t.final, rows));
}

/// The rows wanted, in the order of the text.
std::vector<int> wanted(const Input& input) {
  std::vector<int> rows;
  if (!input.logit_rows) return rows;
  for (const int row : *input.logit_rows) {
    if (row >= 0 && row < input.queries()) rows.push_back(row);
  }
  std::ranges::sort(rows);
  rows.erase(std::ranges::unique(rows).begin(), rows.end());
  return rows;
}

bool in_rows(const Dirty& dirty, int row) noexcept {
  return std::ranges::any_of(dirty.rects(),
                             [row](const Rect& r) { return row >= r.row && row < r.row + r.rows; });
}

/// Moves the rows that were there to where they stand among the new ones; which those are.
std::vector<bool> rearrange(LogitTrace& t, const std::vector<int>& rows, int vocabulary,
                            bool capped, bool keep) {
  std::vector<bool> held(rows.size(), keep);
  const auto count = static_cast<Eigen::Index>(rows.size());
  if (keep && rows == t.rows) return held;
  LogitTrace next{.rows = rows,
                  .uncapped = Matrix(capped ? count : 0, capped ? vocabulary : 0),
                  .logits = Matrix(count, vocabulary),
                  .probabilities = Matrix(count, vocabulary)};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const int from = keep ? t.find(rows[i]) : -1;
    held[i] = from >= 0;
    if (from < 0) continue;
    const auto to = static_cast<Eigen::Index>(i);
    if (capped) next.uncapped.row(to) = t.uncapped.row(from);
    next.logits.row(to) = t.logits.row(from);
    next.probabilities.row(to) = t.probabilities.row(from);
  }
  t = std::move(next);
  return held;
}

/// Logits of some rows and columns, before the cap.
void multiply(Pass& pass, int at, int first, int cols) {
  Trace& t = pass.trace;
  const Language& l = *t.model.language;
  LogitTrace& out = t.logits;
  const ConstView x = t.row({0, Stage::kFinal, 0}, out.rows[static_cast<std::size_t>(at)]);
  const ConstView u = view(l.output_table()).block(first, 0, cols, x.cols);
  const View all = view(pass.plan.logits_capped ? out.uncapped : out.logits);
  const View y = all.block(at, first, 1, cols);
  gemm_bt(x, u, y, pass.scratch);
  if (l.bias) add_row(l.bias->data() + first, y.row(0), cols);
  pass.cells += static_cast<std::size_t>(cols);
}

/// Rows one after another in the text: one product for all, the same bits.
void multiply_rows(Pass& pass, int at, int rows) {
  Trace& t = pass.trace;
  const Language& l = *t.model.language;
  const int first = t.logits.rows[static_cast<std::size_t>(at)];
  const ConstView all = t.tensor({0, Stage::kFinal, 0});
  const View to = view(pass.plan.logits_capped ? t.logits.uncapped : t.logits.logits);
  const View y = to.block(at, 0, rows, to.cols);
  gemm_bt(all.block(first, 0, rows, all.cols), view(l.output_table()), y, pass.scratch);
  for (int i = 0; l.bias && i < rows; ++i) add_row(l.bias->data(), y.row(i), y.cols);
  pass.cells += static_cast<std::size_t>(rows) * static_cast<std::size_t>(y.cols);
}

/// The cap and the softmax of a row.
void end_row(Pass& pass, int at) {
  LogitTrace& t = pass.trace.logits;
  const int n = static_cast<int>(t.logits.cols());
  const auto held = [&](Stage stage, Matrix& m) {
    pass.held.apply_row({0, stage}, t.rows[static_cast<std::size_t>(at)], 0, n, &m(at, 0));
  };
  if (pass.plan.logits_capped) {
    held(Stage::kUncapped, t.uncapped);
    softcap_row(&t.uncapped(at, 0), &t.logits(at, 0), n, pass.model().language->softcap);
  }
  held(Stage::kLogits, t.logits);
  softmax_row(&t.logits(at, 0), &t.probabilities(at, 0), n, 1.0F);
  held(Stage::kProbabilities, t.probabilities);
  pass.cells += static_cast<std::size_t>(n);
}

}  // namespace

void head(Pass& pass, const Dirty& output) {
  const Dirty final = finish(pass, output);
  Trace& t = pass.trace;
  const LanguageDirty& changes = pass.changes.language;
  const std::vector<int> rows = wanted(t.input);
  const bool keep = !pass.changes.all;
  const std::vector<bool> held =
      rearrange(t.logits, rows, t.model.language->vocabulary(), pass.plan.logits_capped, keep);
  // A row that is intervened in is done as a whole, so that nothing is applied twice.
  bool intervened = false;
  for (const Stage stage : {Stage::kUncapped, Stage::kLogits, Stage::kProbabilities}) {
    intervened |= pass.held.touches({0, stage});
  }
  const auto fresh = [&](std::size_t i) {
    return intervened || !held[i] || in_rows(final, rows[i]);
  };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!fresh(i)) continue;
    std::size_t end = i + 1;
    while (end < rows.size() && rows[end] == rows[end - 1] + 1 && fresh(end)) ++end;
    multiply_rows(pass, static_cast<int>(i), static_cast<int>(end - i));
    i = end - 1;
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const int at = static_cast<int>(i);
    bool again = fresh(i) || changes.softcap;
    if (!fresh(i)) {
      for (const Rect& r : changes.unembedding.rects()) multiply(pass, at, r.row, r.rows);
      for (const Rect& r : changes.bias.rects()) multiply(pass, at, r.col, r.cols);
      again |= !changes.unembedding.none() || !changes.bias.none();
    }
    if (again) end_row(pass, at);
  }
}

}  // namespace ap::steps
