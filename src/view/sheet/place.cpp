// Items into rows. Left: X, then W beside what it makes; right of them the rest, wrapped like
// words. All items of a row have their matrices' tops on one line.
#include <algorithm>
#include <cmath>
#include <utility>

#include "view/sheet/arrange.hpp"

namespace ap::detail {
namespace {

const Item& item_at(const Parts& parts, int i) { return parts.items[static_cast<std::size_t>(i)]; }

float labelled(const Parts& parts, int i) { return item_at(parts, i).labelled_width; }

float widest(const Parts& parts, const std::vector<int>& items) {
  float w = 0;
  for (const int i : items) w = std::max(w, labelled(parts, i));
  return w;
}

class Rows {
 public:
  explicit Rows(const Parts& parts) : parts_(parts) {
    rows_.reserve(kUsualRows);
    tops_.reserve(kUsualRows);
    out_.row_tops.reserve(kUsualRows);
    out_.ascents.reserve(kUsualRows);
    out_.spots.reserve(parts.items.size());
  }

  /// Next to another matrix of the same words, an item needs no words of its own.
  [[nodiscard]] bool needs_labels(int row, int item) const {
    const Item& it = item_at(parts_, item);
    const Axis axis = axis_of(it);
    if (it.always_labels || row >= static_cast<int>(rows_.size())) return true;
    const Axis before = rows_[static_cast<std::size_t>(row)].words;
    const bool words = before == Axis::kQueries || before == Axis::kKeys;
    return !words || (before != axis && !parts_.same_tokens);
  }

  void put(int row, int item, float x, bool labels) {
    const Item& it = item_at(parts_, item);
    while (static_cast<int>(rows_.size()) <= row) rows_.push_back({});
    Row& r = rows_[static_cast<std::size_t>(row)];
    if (const Axis axis = axis_of(it); axis == Axis::kQueries || axis == Axis::kKeys)
      r.words = axis;
    r.ascent = std::max(r.ascent, it.ascent);
    r.descent = std::max(r.descent, it.descent);
    out_.spots.push_back({item, x, 0, labels, row});
    out_.width = std::max(out_.width, x + (labels ? it.labelled_width : it.width));
  }

  /// `wait`: this row begins below y (the heads strip), if it is that row.
  Placement finish(int strip_after, Rect strip, bool strip_blocks_next) {
    float y = 0;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const bool below_strip = static_cast<int>(i) > strip_after && !strip.empty();
      if (below_strip && (strip_blocks_next || static_cast<int>(i) >= first_free_))
        y = std::max(y, strip.bottom() + kRowGap);
      out_.row_tops.push_back(y);
      tops_.push_back(y + kCaptionHeight + rows_[i].ascent);
      const float bottom = tops_.back() + rows_[i].descent;
      if (static_cast<int>(i) == strip_after)
        strip.y = bottom_of_spot(strip_after, strip.w) + kRowGap;
      y = bottom + kRowGap;
    }
    for (Placement::Spot& s : out_.spots) s.y = tops_[static_cast<std::size_t>(s.row)];
    out_.height = std::max(y - kRowGap, strip.bottom());
    if (!parts_.last_ghosts.empty()) out_.height += kGhostHeight + 8;
    for (const Row& r : rows_) out_.ascents.push_back(r.ascent);
    out_.width = std::max(out_.width, strip.right());
    out_.strip = strip;
    return std::move(out_);
  }

  /// Rows from this one on use the space below the left column.
  void set_first_free(int row) { first_free_ = row; }

 private:
  struct Row {
    float ascent = 0;
    float descent = 0;
    Axis words = Axis::kOne;  // of the last matrix with tokens as rows
  };

  [[nodiscard]] Axis axis_of(const Item& item) const {
    return item.blocks.empty() ? Axis::kOne
                               : parts_.blocks[static_cast<std::size_t>(item.blocks[0])].row_axis;
  }

  /// Bottom of what stands over the heads strip in a row.
  [[nodiscard]] float bottom_of_spot(int row, float width) const {
    float bottom = tops_.back();
    for (const Placement::Spot& s : out_.spots)
      if (s.row == row && s.x < width)
        bottom = std::max(bottom, tops_.back() + item_at(parts_, s.item).descent);
    return bottom;
  }

  static constexpr std::size_t kUsualRows = 8;
  const Parts& parts_;
  std::vector<Row> rows_;
  std::vector<float> tops_;
  int first_free_ = 0;
  Placement out_;
};

/// Left columns; returns the x where the rest may start, a row.
std::vector<float> place_left(Rows& rows, const Parts& parts, const Plan& plan, Rect& strip) {
  float x = 0;
  if (!parts.queries.empty() || parts.strip_layers > 0) {
    const float column =
        std::max(widest(parts, parts.queries), parts.strip_layers > 0 ? 132.F : 0.F);
    for (std::size_t i = 0; i < parts.queries.size(); ++i)
      rows.put(static_cast<int>(i), parts.queries[i], 0, true);
    if (parts.strip_layers > 0) strip = strip_size(parts, column);
    x += std::max(column, strip.w) + plan.gap();
  }
  if (!parts.sources.empty()) {
    for (std::size_t i = 0; i < parts.sources.size(); ++i)
      rows.put(static_cast<int>(i), parts.sources[i], x, true);
    x += widest(parts, parts.sources) + plan.gap();
  }
  std::vector<std::vector<int>> groups;
  for (const std::vector<int>& p : parts.projected) groups.push_back(p);
  if (plan.two_rows) {
    groups[1].insert(groups[1].end(), groups[2].begin(), groups[2].end());
    groups.pop_back();
  }
  std::size_t columns = 0;
  for (const auto& g : groups) columns = std::max(columns, g.size());
  std::vector<float> start(groups.size(), x);
  for (std::size_t j = 0; j < columns; ++j) {
    float w = 0;
    for (const auto& g : groups)
      if (j < g.size()) w = std::max(w, labelled(parts, g[j]));
    for (std::size_t i = 0; i < groups.size(); ++i) {
      if (j >= groups[i].size()) continue;
      rows.put(static_cast<int>(i), groups[i][j], x, true);
      start[i] = x + w + plan.gap();
    }
    x += w + (j == 0 || (plan.two_rows && j + 2 == columns) ? plan.pair_gap() : plan.gap());
  }
  if (!plan.two_rows)
    std::fill(start.begin(), start.end(), *std::max_element(start.begin(), start.end()));
  return start;
}

Placement place_wide(const Parts& parts, const Plan& plan) {
  Rows rows(parts);
  Rect strip;
  const std::vector<float> start = place_left(rows, parts, plan, strip);
  const int left_rows = static_cast<int>(start.size());
  const int column_rows = static_cast<int>(std::max(parts.queries.size(), parts.sources.size()));
  const float beside = widest(parts, parts.queries) + plan.gap() +
                       (parts.sources.empty() ? 0 : widest(parts, parts.sources) + plan.gap());
  const auto start_of = [&](int row) {
    if (row < left_rows) return start[static_cast<std::size_t>(row)];
    return row < column_rows ? beside : 0;
  };
  rows.set_first_free(left_rows);
  int row = 0;
  float x = start_of(0);
  bool first = true;
  for (const int i : parts.rest) {
    const Item& item = item_at(parts, i);
    const bool wrap = x + (first ? item.labelled_width : item.width) > plan.right;
    if (!first && (wrap || (plan.break_at_mix && item.break_preferred))) {
      x = start_of(++row);
      first = true;
    }
    rows.put(row, i, x, first);
    x += (first ? item.labelled_width : item.width) + plan.gap();
    first = false;
  }
  const int strip_after = static_cast<int>(parts.queries.size()) - 1;
  return rows.finish(strip_after, strip, false);
}

/// Items one after the other, wrapped like words.
class Wrap {
 public:
  Wrap(Rows& rows, const Parts& parts, const Plan& plan)
      : rows_(rows), parts_(parts), plan_(plan) {}
  void put(int i, bool break_before) {
    const Item& item = item_at(parts_, i);
    const auto width = [&] {
      return rows_.needs_labels(row_, i) ? item.labelled_width : item.width;
    };
    if (row_ < 0 || break_before || x_ + width() > plan_.right) {
      ++row_;
      x_ = 0;
    }
    const float w = width();
    rows_.put(row_, i, x_, w == item.labelled_width);
    x_ += w + (item.pair ? plan_.pair_gap() : plan_.gap());
  }
  [[nodiscard]] int row() const noexcept { return row_; }

 private:
  Rows& rows_;
  const Parts& parts_;
  const Plan& plan_;
  int row_ = -1;
  float x_ = 0;
};

/// Two lines of reading: from X to the weights, then what the weights mix, up to the output.
Placement place_lines(const Parts& parts, const Plan& plan) {
  Rows rows(parts);
  Wrap flow(rows, parts, plan);
  for (const int i : parts.queries) flow.put(i, false);
  for (const int i : parts.projected[0]) flow.put(i, false);
  const auto mix =
      std::ranges::find_if(parts.rest, [&](int i) { return item_at(parts, i).break_preferred; });
  for (auto i = parts.rest.begin(); i != mix; ++i) flow.put(*i, false);
  bool first = true;
  const auto next = [&](int i) { flow.put(i, std::exchange(first, false)); };
  for (const int i : parts.sources) next(i);
  for (const int i : parts.projected[1]) next(i);
  for (const int i : parts.projected[2]) next(i);
  for (auto i = mix; i != parts.rest.end(); ++i) next(*i);
  Rect strip;
  if (parts.strip_layers > 0) strip = strip_size(parts, plan.right, true);
  Placement placed = rows.finish(-1, strip, true);
  placed.strip_in_line = true;
  return placed;
}

Placement place_stacked(const Parts& parts, const Plan& plan) {
  Rows rows(parts);
  Wrap lines(rows, parts, plan);
  const auto flow = [&](const std::vector<int>& items, bool joined = false) {
    for (const int i : items) lines.put(i, !joined && item_at(parts, i).break_before);
  };
  flow(parts.queries);
  flow(parts.sources);
  Rect strip;
  if (parts.strip_layers > 0) strip = strip_size(parts, plan.right);
  const int strip_after = lines.row();
  flow(parts.projected[0], plan.joined && parts.sources.empty());
  flow(parts.projected[1]);
  flow(parts.projected[2], plan.joined);
  flow(parts.rest);
  return rows.finish(strip_after, strip, true);
}

}  // namespace

Placement place(const Parts& parts, const Plan& plan) {
  if (plan.stacked) return place_stacked(parts, plan);
  return plan.lines ? place_lines(parts, plan) : place_wide(parts, plan);
}

namespace {

/// Side of a thumbnail, and where the first one is in the strip.
struct StripMeasure {
  float side;
  float left;
  float top;
};
StripMeasure strip_measure(const Parts& parts, bool in_line) noexcept {
  const int count = parts.strip_layers * parts.strip_heads;
  const float side = count <= 4 ? (in_line ? 36.F : 44.F) : count <= 16 ? 30 : 22;
  const float title = parts.strip_layers > 1 ? 148 : 84;
  return {side, in_line ? title : 18, in_line ? 0.F : 20.F};
}

}  // namespace

Rect strip_size(const Parts& parts, float width, bool in_line) noexcept {
  const auto [side, left, top] = strip_measure(parts, in_line);
  const int per_line =
      std::clamp(static_cast<int>((width - left) / (side + 4)), 1, parts.strip_heads);
  const int lines = (parts.strip_heads + per_line - 1) / per_line * parts.strip_layers;
  const float gaps = static_cast<float>(parts.strip_layers - 1) * 4;
  return {0, 0, std::max(60.F, left + static_cast<float>(per_line) * (side + 4)),
          top + static_cast<float>(lines) * (side + 4) + gaps};
}

void fill_strip(Sheet& sheet, const Parts& parts, const Rect& strip, bool in_line) {
  sheet.heads_strip = strip;
  sheet.strip_in_line = in_line;
  if (strip.empty()) return;
  const auto [side, left, top] = strip_measure(parts, in_line);
  const int per_line = std::max(1, static_cast<int>(std::lround((strip.w - left) / (side + 4))));
  float y = strip.y + top;
  for (int layer = 0; layer < parts.strip_layers; ++layer) {
    for (int head = 0; head < parts.strip_heads; ++head) {
      const int column = head % per_line;
      if (head > 0 && column == 0) y += side + 4;
      sheet.thumbnails.push_back(
          {layer, head, {strip.x + left + static_cast<float>(column) * (side + 4), y, side, side}});
    }
    y += side + 8;
  }
}

}  // namespace ap::detail
