// scores -> scaled -> capped -> masked -> weights -> head_out, a head at a time. Whole runs of rows
// go through the fused kernel; single columns and later stages alone go step by step. The bits are
// the same either way.
#include <algorithm>

#include "attention/forward/steps.hpp"

namespace ap::steps {
namespace {

/// The first step that has to be done again.
enum Level { kFromScores, kFromScaled, kFromCapped, kFromMasked, kFromWeights };

struct Item {
  Rect rect;  // in the head's T x S
  Level from;
};

/// Rectangles of one head's scores with the step to begin at.
class Work {
 public:
  void add(Rect rect, Level from) noexcept {
    if (!rect.empty()) items_[count_++] = {rect, from};
  }
  [[nodiscard]] std::span<const Item> items() const noexcept { return {items_.data(), count_}; }
  [[nodiscard]] bool touches_row(int row) const noexcept {
    return std::ranges::any_of(items(), [row](const Item& item) {
      return row >= item.rect.row && row < item.rect.row + item.rect.rows;
    });
  }
  [[nodiscard]] bool covers(Rect whole) const noexcept {
    return std::ranges::any_of(items(), [&](const Item& item) {
      return item.from == kFromScores && item.rect.contains(whole);
    });
  }

 private:
  std::array<Item, 24> items_{};  // q, k and mask: 6 rectangles each, and one for each option
  std::size_t count_ = 0;
};

bool touches_columns(const Rect& r, int first, int width) noexcept {
  return r.col < first + width && r.col + r.cols > first;
}

/// One head: its windows into the layer's matrices.
struct Head {
  ConstView q, k, v;
  View scores, scaled, capped, masked, weights, out;
  ConstView mask;   // T x S or empty
  ConstView alibi;  // T x S or empty
  float scale, softcap, inv_temperature;

  [[nodiscard]] Rect all() const noexcept { return {0, 0, scores.rows, scores.cols}; }
};

View head_rows(Matrix& m, int head, int rows) noexcept {
  if (m.rows() == 0) return {};
  return view(m).block(head * rows, 0, rows, static_cast<int>(m.cols()));
}

ConstView head_columns(const Matrix& m, int head, int width) noexcept {
  return view(m).block(0, head * width, static_cast<int>(m.rows()), width);
}

Head make_head(Pass& pass, int layer, int h) {
  Trace& trace = pass.trace;
  const Model& m = trace.model;
  LayerTrace& t = trace.layers[static_cast<std::size_t>(layer)];
  const int rows = trace.queries();
  const int kv = m.kv_head(h);
  const bool rope = pass.plan.rope;
  return {
      .q = head_columns(rope ? t.q_rotated : t.q, h, m.key_width),
      .k = head_columns(rope ? t.k_rotated : t.k, kv, m.key_width),
      .v = head_columns(t.v, kv, m.value_width),
      .scores = head_rows(t.scores, h, rows),
      .scaled = head_rows(t.scaled, h, rows),
      .capped = head_rows(t.capped, h, rows),
      .masked = head_rows(t.masked, h, rows),
      .weights = head_rows(t.weights, h, rows),
      .out = view(t.concat).block(0, h * m.value_width, rows, m.value_width),
      .mask = std::as_const(trace).mask(layer),
      .alibi = pass.plan.alibi ? trace.tensor({0, Stage::kPositions, h}) : ConstView{},
      .scale = m.score_scale(),
      .softcap = m.softcap,
      .inv_temperature = 1.0F / m.temperature(layer, h),
  };
}

Work find_work(Pass& pass, int layer, int h, const Dirty& q, const Dirty& k, const Dirty& mask) {
  const Model& m = pass.model();
  const Changes& c = pass.changes;
  const int rows = pass.trace.queries();
  const int cols = pass.trace.keys();
  const Rect all{0, 0, rows, cols};
  const int width = m.key_width;
  Work work;
  if (c.all) work.add(all, kFromScores);
  if (c.all) return work;
  for (const Rect& r : q.rects()) {
    if (touches_columns(r, h * width, width)) work.add({r.row, 0, r.rows, cols}, kFromScores);
  }
  for (const Rect& r : k.rects()) {
    if (touches_columns(r, m.kv_head(h) * width, width)) {
      work.add({0, r.row, rows, r.rows}, kFromScores);
    }
  }
  for (const Rect& r : mask.rects()) work.add(r, kFromMasked);
  if (c.scale) work.add(all, kFromScaled);
  if (c.softcap) work.add(all, kFromCapped);
  if (c.mask_toggled) work.add(all, kFromMasked);
  for (const Rect& r : pass.layer_changes(layer).temperature.rects()) {
    if (touches_columns(r, h, 1)) work.add(all, kFromWeights);
  }
  return work;
}

/// The steps from `from` to masked for columns [col, col + n) of a row.
void score_steps(const Head& head, int row, int col, int n, Level from) noexcept {
  const auto at = [row, col](const auto& v) { return v.row(row) + col; };
  const float* last = at(head.scores);
  if (head.scaled.data != nullptr) {
    if (from <= kFromScaled) scale_row(last, at(head.scaled), n, head.scale);
    last = at(head.scaled);
  }
  if (head.capped.data != nullptr) {
    if (from <= kFromCapped) softcap_row(last, at(head.capped), n, head.softcap);
    last = at(head.capped);
  }
  if (head.masked.data != nullptr && from <= kFromMasked) {
    float* masked = at(head.masked);
    const ConstView first = head.mask.empty() ? head.alibi : head.mask;
    sum_row(last, at(first), masked, n);
    if (!head.mask.empty() && !head.alibi.empty()) add_row(at(head.alibi), masked, n);
  }
}

void do_scores(Pass& pass, const Head& head, const Item& item) noexcept {
  const Rect& r = item.rect;
  if (item.from == kFromScores) {
    gemm_bt(head.q.block(r.row, 0, r.rows, head.q.cols),
            head.k.block(r.col, 0, r.cols, head.k.cols),
            head.scores.block(r.row, r.col, r.rows, r.cols), pass.scratch);
  }
  for (int i = r.row; i < r.row + r.rows; ++i) score_steps(head, i, r.col, r.cols, item.from);
  pass.cells += static_cast<std::size_t>(r.rows) * static_cast<std::size_t>(r.cols);
}

const View& last_scores(const Head& head) noexcept {
  if (head.masked.data != nullptr) return head.masked;
  if (head.capped.data != nullptr) return head.capped;
  return head.scaled.data != nullptr ? head.scaled : head.scores;
}

/// softmax and weights V for rows [first, end).
void do_rows(Pass& pass, const Head& head, int first, int end) noexcept {
  const View& from = last_scores(head);
  const int n = from.cols;
  for (int i = first; i < end; ++i) {
    softmax_row(from.row(i), head.weights.row(i), n, head.inv_temperature);
  }
  gemm(head.weights.block(first, 0, end - first, n), head.v,
       head.out.block(first, 0, end - first, head.out.cols), pass.scratch);
  pass.cells += static_cast<std::size_t>(end - first) * static_cast<std::size_t>(n + head.out.cols);
}

/// All stages of all rows at once.
void do_all(Pass& pass, const Head& head) noexcept {
  attention_head({.q = head.q,
                  .k = head.k,
                  .v = head.v,
                  .scale = head.scale,
                  .softcap = head.softcap,
                  .mask = head.mask,
                  .inv_temperature = head.inv_temperature},
                 {.scores = head.scores,
                  .scaled = head.scaled,
                  .capped = head.capped,
                  .masked = head.masked,
                  .weights = head.weights,
                  .out = head.out},
                 pass.scratch);
  pass.cells += static_cast<std::size_t>(head.scores.rows) *
                static_cast<std::size_t>(4 * head.scores.cols + head.out.cols);
}

/// The rows of head_out that were done again: from the first to the last of them, and how many.
struct Done {
  int first = 0;
  int end = 0;
  int rows = 0;
};

Done do_work(Pass& pass, const Head& head, const Work& work) noexcept {
  const int rows = head.scores.rows;
  if (head.alibi.empty() && work.covers(head.all())) {
    do_all(pass, head);
    return {0, rows, rows};
  }
  for (const Item& item : work.items()) do_scores(pass, head, item);
  Done done;
  for (int i = 0; i < rows; ++i) {
    if (!work.touches_row(i)) continue;
    int end = i + 1;
    while (end < rows && work.touches_row(end)) ++end;
    do_rows(pass, head, i, end);
    if (done.rows == 0) done.first = i;
    done.end = end;
    done.rows += end - i;
    i = end;
  }
  return done;
}

/// Columns of V that changed, in rows that the weights did not already bring up to date.
void do_values(Pass& pass, const Head& head, const Done& done, int first_value, const Dirty& v,
               int first_out, Dirty& concat) {
  const int width = head.out.cols;
  if (done.rows == head.out.rows) return;
  for (const Rect& r : v.rects()) {
    if (!touches_columns(r, first_value, width)) continue;
    const int begin = std::max(r.col, first_value) - first_value;
    const int n = std::min(r.col + r.cols, first_value + width) - first_value - begin;
    gemm(head.weights, head.v.block(0, begin, head.v.rows, n),
         head.out.block(0, begin, head.out.rows, n), pass.scratch);
    pass.cells += static_cast<std::size_t>(head.out.rows) * static_cast<std::size_t>(n);
    concat.add({0, first_out + begin, head.out.rows, n});
  }
}

}  // namespace

Dirty heads(Pass& pass, int layer, const Dirty& q, const Dirty& k, const Dirty& v,
            const Dirty& mask) {
  const Model& m = pass.model();
  Dirty concat;
  if (pass.trace.queries() == 0) return concat;
  if (pass.trace.keys() == 0) {  // nothing to look at: zeros, as in a fully masked row
    Matrix& out = pass.trace.layers[static_cast<std::size_t>(layer)].concat;
    out.setZero();
    if (pass.changes.all)
      concat.add_all(static_cast<int>(out.rows()), static_cast<int>(out.cols()));
    return concat;
  }
  for (int h = 0; h < m.heads; ++h) {
    const Head head = make_head(pass, layer, h);
    const Done done = do_work(pass, head, find_work(pass, layer, h, q, k, mask));
    const int first = h * m.value_width;
    concat.add({done.first, first, done.end - done.first, m.value_width});
    do_values(pass, head, done, m.kv_head(h) * m.value_width, v, first, concat);
  }
  return concat;
}

}  // namespace ap::steps
