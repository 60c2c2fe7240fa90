#include "attention/forward/held.hpp"

#include <algorithm>

#include "attention/forward/plan.hpp"

namespace ap::steps {
namespace {

/// Stages that hold one head's T x S each; the others have all heads side by side.
bool is_score(Stage stage) noexcept { return stage >= Stage::kScores && stage <= Stage::kWeights; }

int head_width(const Model& m, Stage stage) noexcept {
  switch (stage) {
    case Stage::kV:
    case Stage::kHeadOut: return m.value_width;
    default: return m.key_width;
  }
}

bool covered(const Dirty& dirty, int i, int j) noexcept {
  return std::ranges::any_of(dirty.rects(), [i, j](const Rect& r) {
    return i >= r.row && i < r.row + r.rows && j >= r.col && j < r.col + r.cols;
  });
}

/// Clipped to what there is of the stage now: the text may have become shorter.
Held clipped(const Trace& trace, Held held) noexcept {
  const auto [rows, cols] = trace.shape({held.site.layer, held.site.stage, held.site.head});
  Rect& r = held.rect;
  r.rows = std::min(r.rows, rows - r.row);
  if (is_score(held.site.stage)) r.cols = std::min(r.cols, cols - r.col);
  return held;
}

}  // namespace

Held place(const Trace& trace, const Intervention& change) noexcept {
  const TensorId id = trace.resolve(change.tensor);
  const auto [rows, cols] = trace.shape(id);
  const Plan p = plan(trace.model, has_mask(trace.model, trace.input));
  Held held{.site = {id.layer, id.stage, is_score(id.stage) ? id.head : 0},
            .rect = {change.row, change.col, change.rows, change.cols},
            .change = &change};
  if (id.stage == Stage::kOutput) held.site.stage = p.last();
  Rect& r = held.rect;
  r.rows = std::min(r.rows < 0 ? rows : r.rows, rows - r.row);
  r.cols = std::min(r.cols < 0 ? cols : r.cols, cols - r.col);
  if (per_head(id.stage) && !is_score(id.stage))
    r.col += id.head * head_width(trace.model, id.stage);
  return held;
}

std::vector<Held> places(const Trace& trace) {
  std::vector<Held> list;
  if (!trace.input.interventions) return list;
  for (const Intervention& i : *trace.input.interventions) {
    if (i.on) list.push_back(place(trace, i));
  }
  return list;
}

Interventions::Interventions(const Trace& trace, const std::vector<Held>& before)
    : held_(places(trace)) {
  std::size_t same = 0;
  while (same < std::min(before.size(), held_.size()) && before[same].site == held_[same].site &&
         *before[same].change == *held_[same].change) {
    ++same;
  }
  for (std::size_t i = same; i < before.size(); ++i) forced_.push_back(clipped(trace, before[i]));
  for (std::size_t i = same; i < held_.size(); ++i) forced_.push_back(held_[i]);
}

bool Interventions::touches(Site site) const noexcept {
  const auto at = [&site](const Held& h) { return h.site == site; };
  return std::ranges::any_of(held_, at) || std::ranges::any_of(forced_, at);
}

void Interventions::add_forced(Site site, Dirty& dirty) const noexcept {
  for (const Held& h : forced_) {
    if (h.site == site) dirty.add(h.rect);
  }
}

void Interventions::apply(Site site, const Dirty& dirty, const View& y) const noexcept {
  for (const Held& h : held_) {
    if (h.site != site) continue;
    const Rect& r = h.rect;
    for (int i = r.row; i < r.row + r.rows; ++i) {
      for (int j = r.col; j < r.col + r.cols; ++j) {
        if (covered(dirty, i, j)) y(i, j) = h.change->applied(y(i, j), i - r.row, j - r.col);
      }
    }
  }
}

void Interventions::apply_row(Site site, int row, int col, int n, float* y) const noexcept {
  for (const Held& h : held_) {
    const Rect& r = h.rect;
    if (h.site != site || row < r.row || row >= r.row + r.rows) continue;
    for (int j = std::max(col, r.col); j < std::min(col + n, r.col + r.cols); ++j) {
      y[j - col] = h.change->applied(y[j - col], row - r.row, j - r.col);
    }
  }
}

}  // namespace ap::steps
