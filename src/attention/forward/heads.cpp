// scores -> scaled -> capped -> masked -> weights -> head_out, a head at a time. Whole runs of rows
// go through the fused kernel; single columns and later stages alone go step by step. The bits are
// the same either way.
#include <algorithm>
#include <cmath>

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
  explicit Work(Rect all) noexcept : all_(all) {}
  void add(Rect rect, Level from) noexcept {
    if (rect.empty()) return;
    if (count_ == items_.size()) {  // many interventions: all of it
      items_[0] = {all_, kFromScores};
      count_ = 1;
      return;
    }
    items_[count_++] = {rect, from};
  }
  [[nodiscard]] std::span<const Item> items() const noexcept { return {items_.data(), count_}; }
  [[nodiscard]] bool covers(Rect whole) const noexcept {
    return std::ranges::any_of(items(), [&](const Item& item) {
      return item.from == kFromScores && item.rect.contains(whole);
    });
  }

 private:
  std::array<Item, 24> items_{};  // q, k and mask: 6 rectangles each, and one for each option
  std::size_t count_ = 0;
  Rect all_;
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
  int layer, index;
  bool held;  // something between scores and head_out is intervened in, or was

  [[nodiscard]] Rect all() const noexcept { return {0, 0, scores.rows, scores.cols}; }
};

ConstView head_columns(ConstView all, int head, int width) noexcept {
  return all.block(0, head * width, all.rows, width);
}

/// What Q and K are when they meet.
const Matrix& last_queries(const Plan& p, const LayerTrace& t) noexcept {
  return p.rope ? t.q_rotated : p.qk_norm ? t.q_normed : t.q;
}
const Matrix& last_keys(const Plan& p, const LayerTrace& t) noexcept {
  return p.rope ? t.k_rotated : p.qk_norm ? t.k_normed : t.k;
}

constexpr std::pair<Stage, Level> kScoreStages[] = {{Stage::kScores, kFromScores},
                                                    {Stage::kScaled, kFromScaled},
                                                    {Stage::kCapped, kFromCapped},
                                                    {Stage::kMasked, kFromMasked},
                                                    {Stage::kWeights, kFromWeights}};

bool is_held(const Pass& pass, int layer, int h) noexcept {
  if (pass.held.none()) return false;
  bool any = pass.held.touches({layer, Stage::kHeadOut});
  for (const auto& [stage, level] : kScoreStages) any |= pass.held.touches({layer, stage, h});
  return any;
}

Head make_head(Pass& pass, int layer, int h) {
  Trace& trace = pass.trace;
  const Model& m = trace.model;
  LayerTrace& t = trace.layers[static_cast<std::size_t>(layer)];
  const int rows = trace.queries();
  const int keys = trace.keys();
  const int kv = m.kv_head(h);
  const auto scores = [&](Matrix& all) { return live_head(all, h, m.heads, rows, keys); };
  return {
      .q = head_columns(live(last_queries(pass.plan, t), rows), h, m.key_width),
      .k = head_columns(live(last_keys(pass.plan, t), keys), kv, m.key_width),
      .v = head_columns(live(std::as_const(t.v), keys), kv, m.value_width),
      .scores = scores(t.scores),
      .scaled = scores(t.scaled),
      .capped = scores(t.capped),
      .masked = scores(t.masked),
      .weights = scores(t.weights),
      .out = live(t.concat, rows).block(0, h * m.value_width, rows, m.value_width),
      .mask = std::as_const(trace).mask(layer),
      .alibi = pass.plan.alibi ? trace.tensor({0, Stage::kPositions, h}) : ConstView{},
      .scale = m.score_scale(),
      .softcap = m.softcap,
      .inv_temperature = 1.0F / m.temperature(layer, h),
      .layer = layer,
      .index = h,
      .held = is_held(pass, layer, h),
  };
}

Work find_work(Pass& pass, int layer, int h, const Dirty& q, const Dirty& k, const Dirty& mask) {
  const Model& m = pass.model();
  const Changes& c = pass.changes;
  const int rows = pass.trace.queries();
  const int cols = pass.trace.keys();
  const Rect all{0, 0, rows, cols};
  const int width = m.key_width;
  Work work(all);
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
  if (!is_held(pass, layer, h)) return work;
  for (const auto& [stage, level] : kScoreStages) {
    Dirty forced;
    pass.held.add_forced({layer, stage, h}, forced);
    for (const Rect& r : forced.rects()) work.add(r, level);
  }
  Dirty forced;
  pass.held.add_forced({layer, Stage::kHeadOut}, forced);
  for (const Rect& r : forced.rects()) work.add({r.row, 0, r.rows, cols}, kFromWeights);
  return work;
}

/// The steps from `from` to masked for columns [col, col + n) of a row.
void score_steps(const Pass& pass, const Head& head, int row, int col, int n, Level from) noexcept {
  const auto held = [&](Stage stage, float* y) {
    if (head.held) pass.held.apply_row({head.layer, stage, head.index}, row, col, n, y);
  };
  const auto at = [row, col](const auto& v) { return v.row(row) + col; };
  if (from <= kFromScores) held(Stage::kScores, at(head.scores));
  const float* last = at(head.scores);
  if (head.scaled.data != nullptr) {
    if (from <= kFromScaled) {
      scale_row(last, at(head.scaled), n, head.scale);
      held(Stage::kScaled, at(head.scaled));
    }
    last = at(head.scaled);
  }
  if (head.capped.data != nullptr) {
    if (from <= kFromCapped) {
      softcap_row(last, at(head.capped), n, head.softcap);
      held(Stage::kCapped, at(head.capped));
    }
    last = at(head.capped);
  }
  if (head.masked.data != nullptr && from <= kFromMasked) {
    float* masked = at(head.masked);
    const ConstView first = head.mask.empty() ? head.alibi : head.mask;
    sum_row(last, at(first), masked, n);
    if (!head.mask.empty() && !head.alibi.empty()) add_row(at(head.alibi), masked, n);
    held(Stage::kMasked, masked);
  }
}

/// Are these scores of a row all hidden? Then its weights are 0 there, and nothing else of it moves
/// with them: an edit of a token leaves the rows before it alone in a causal text.
bool is_hidden(const Head& head, int row, int col, int n) noexcept {
  if (head.masked.data == nullptr) return false;
  const float* masked = head.masked.row(row) + col;
  return std::ranges::all_of(masked, masked + n, [](float x) { return x == -INFINITY; });
}

/// The scores of an item; marks the rows whose weights follow. Columns from `kept` on are new.
void do_scores(Pass& pass, const Head& head, const Item& item) noexcept {
  const Rect& r = item.rect;
  const bool all = pass.changes.all || pass.changes.mask_toggled;  // masked holds nothing yet
  const int kept = all ? 0 : pass.changes.kept >= 0 ? pass.changes.kept : pass.keys();
  std::vector<unsigned char>& touched = pass.trace.touched;
  if (item.from == kFromScores) {
    gemm_bt(head.q.block(r.row, 0, r.rows, head.q.cols),
            head.k.block(r.col, 0, r.cols, head.k.cols),
            head.scores.block(r.row, r.col, r.rows, r.cols), pass.scratch);
  }
  for (int i = r.row; i < r.row + r.rows; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const int old = std::clamp(kept - r.col, 0, r.cols);
    const bool was_hidden = !head.held && i < kept && is_hidden(head, i, r.col, old);
    score_steps(pass, head, i, r.col, r.cols, item.from);
    if (was_hidden && is_hidden(head, i, r.col, r.cols)) {
      if (touched[at] == 0) std::fill_n(head.weights.row(i) + r.col, r.cols, 0.0F);
    } else {
      touched[at] = 1;
    }
  }
  pass.cells += static_cast<std::size_t>(r.rows) * static_cast<std::size_t>(r.cols);
}

const View& last_scores(const Head& head) noexcept {
  if (head.masked.data != nullptr) return head.masked;
  if (head.capped.data != nullptr) return head.capped;
  return head.scaled.data != nullptr ? head.scaled : head.scores;
}

/// Interventions in head_out, in these rows and columns of the head.
void hold_out(const Pass& pass, const Head& head, int first, int end, int col, int n) noexcept {
  if (!head.held) return;
  const int at = head.index * head.out.cols + col;
  for (int i = first; i < end; ++i) {
    pass.held.apply_row({head.layer, Stage::kHeadOut}, i, at, n, head.out.row(i) + col);
  }
}

/// softmax and weights V for rows [first, end).
void do_rows(Pass& pass, const Head& head, int first, int end) noexcept {
  const View& from = last_scores(head);
  const int n = from.cols;
  for (int i = first; i < end; ++i) {
    softmax_row(from.row(i), head.weights.row(i), n, head.inv_temperature);
    if (head.held) {
      pass.held.apply_row({head.layer, Stage::kWeights, head.index}, i, 0, n, head.weights.row(i));
    }
  }
  gemm(head.weights.block(first, 0, end - first, n), head.v,
       head.out.block(first, 0, end - first, head.out.cols), pass.scratch);
  hold_out(pass, head, first, end, 0, head.out.cols);
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

/// Does the row look at any of these keys?
bool looks_at(const Head& head, int row, int first, int n) noexcept {
  const float* weights = head.weights.row(row) + first;
  return std::ranges::any_of(weights, weights + n, [](float w) { return w != 0.0F; });
}

/// Brings a head up to date; the rows of head_out that were done again are marked, and added.
void do_work(Pass& pass, const Head& head, const Work& work, int first_out, Dirty& concat) {
  const int rows = head.scores.rows;
  std::vector<unsigned char>& touched = pass.trace.touched;
  if (head.alibi.empty() && !head.held && work.covers(head.all())) {
    do_all(pass, head);
    touched.assign(static_cast<std::size_t>(rows), 1);
    return concat.add({0, first_out, rows, head.out.cols});
  }
  touched.assign(static_cast<std::size_t>(rows), 0);
  for (const Item& item : work.items()) do_scores(pass, head, item);
  int first = rows;
  int last = 0;
  for (int i = 0; i < rows; ++i) {
    if (touched[static_cast<std::size_t>(i)] == 0) continue;
    int end = i + 1;
    while (end < rows && touched[static_cast<std::size_t>(end)] != 0) ++end;
    do_rows(pass, head, i, end);
    first = std::min(first, i);
    last = end;
    i = end;
  }
  concat.add({first, first_out, last - first, head.out.cols});
}

/// Columns of V that changed, in rows that look at them and that the weights did not already bring
/// up to date.
void do_values(Pass& pass, const Head& head, int first_value, const Dirty& v, int first_out,
               Dirty& concat) {
  const int width = head.out.cols;
  const std::vector<unsigned char>& touched = pass.trace.touched;
  for (const Rect& r : v.rects()) {
    if (!touches_columns(r, first_value, width)) continue;
    const int begin = std::max(r.col, first_value) - first_value;
    const int n = std::min(r.col + r.cols, first_value + width) - first_value - begin;
    const auto stays = [&](int i) {
      return touched[static_cast<std::size_t>(i)] != 0 || !looks_at(head, i, r.row, r.rows);
    };
    int first = 0;
    int end = head.out.rows;
    while (first < end && stays(first)) ++first;
    while (first < end && stays(end - 1)) --end;
    if (first == end) continue;
    gemm(head.weights.block(first, 0, end - first, head.weights.cols),
         head.v.block(0, begin, head.v.rows, n), head.out.block(first, begin, end - first, n),
         pass.scratch);
    hold_out(pass, head, first, end, begin, n);
    pass.cells += static_cast<std::size_t>(end - first) * static_cast<std::size_t>(n);
    concat.add({first, first_out + begin, end - first, n});
  }
}

}  // namespace

Dirty heads(Pass& pass, int layer, const Dirty& q, const Dirty& k, const Dirty& v,
            const Dirty& mask) {
  const Model& m = pass.model();
  Dirty concat;
  if (pass.trace.queries() == 0) return concat;
  const int rows = pass.queries();
  if (pass.keys() == 0) {  // nothing to look at: zeros, as in a fully masked row
    Matrix& out = pass.trace.layers[static_cast<std::size_t>(layer)].concat;
    out.setZero();
    if (pass.changes.all) concat.add_all(rows, static_cast<int>(out.cols()));
    return concat;
  }
  for (int h = 0; h < m.heads; ++h) {
    const Head head = make_head(pass, layer, h);
    const int first = h * m.value_width;
    do_work(pass, head, find_work(pass, layer, h, q, k, mask), first, concat);
    do_values(pass, head, m.kv_head(h) * m.value_width, v, first, concat);
  }
  return concat;
}

}  // namespace ap::steps
