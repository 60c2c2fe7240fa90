#include "view/figures/arcs.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "view/paint/text_fit.hpp"

namespace ap {
namespace {

constexpr float kGap = 8;             // between a label and its arcs
constexpr float kLabelShare = 0.32F;  // of the width, for one column at most

float widest_label(std::span<const std::string> labels, float size, const TextMeasure& measure) {
  float w = 0;
  for (const std::string& text : labels) w = std::max(w, measure.width(text, Face::kText, size));
  return w;
}

/// A column of rows in the middle of the area's height. Every k-th is named when all do not fit.
std::vector<ArcLabel> column(std::span<const std::string> labels, Rect area, float column_w,
                             bool right_aligned, float size, const TextMeasure& measure,
                             const ArcsOptions& options) {
  std::vector<ArcLabel> rows;
  const auto n = static_cast<float>(labels.size());
  const float step = std::min(area.h / n, options.row_most);
  const float top = area.y + (area.h - step * n) / 2;
  const float line = 1.3F * size;
  const auto every = static_cast<std::size_t>(std::max(1.0F, std::ceil(line / step)));
  for (std::size_t i = 0; i < labels.size(); ++i) {
    ArcLabel row{top + step * (static_cast<float>(i) + 0.5F), {}, {}};
    const Rect box{area.x, row.y - line / 2, 0, line};
    if (i % every == 0 && box.y >= area.y && box.bottom() <= area.bottom()) {
      row.text = elide(labels[i], column_w, Face::kText, size, measure);
      const float w = measure.width(row.text, Face::kText, size);
      row.box = {right_aligned ? area.x + column_w - w : area.right() - column_w, box.y, w, line};
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

ArcsLayout layout_arcs(std::span<const HeadWeights> heads, std::span<const std::string> queries,
                       std::span<const std::string> keys, Rect area, const TextMeasure& measure,
                       const ArcsOptions& options) {
  ArcsLayout layout;
  layout.area = area;
  if (queries.empty() || keys.empty() || area.empty()) return layout;
  layout.label_size = std::min(options.label_size, std::max(area.h / 4, 6.0F));
  const float most_w = area.w * kLabelShare;
  const float left_w = std::min(widest_label(queries, layout.label_size, measure), most_w);
  const float right_w = std::min(widest_label(keys, layout.label_size, measure), most_w);
  layout.queries = column(queries, area, left_w, true, layout.label_size, measure, options);
  layout.keys = column(keys, area, right_w, false, layout.label_size, measure, options);

  const float x0 = area.x + left_w + kGap;
  const float x1 = std::max(x0, area.right() - right_w - kGap);
  // A thick arc stays inside its row.
  const float row = std::min(area.h / static_cast<float>(std::max(queries.size(), keys.size())),
                             options.row_most);
  const float widest = std::min(options.widest, row);
  for (const HeadWeights& h : heads) {
    const int rows = std::min(h.weights.rows, static_cast<int>(queries.size()));
    const int cols = std::min(h.weights.cols, static_cast<int>(keys.size()));
    for (int i = 0; i < rows; ++i) {
      for (int j = 0; j < cols; ++j) {
        const float w = h.weights(i, j);
        if (!(w > 0) || !std::isfinite(w)) continue;
        if (w < options.threshold) {
          ++layout.not_shown;
          continue;
        }
        const float ya = layout.queries[static_cast<std::size_t>(i)].y;
        const float yb = layout.keys[static_cast<std::size_t>(j)].y;
        const float middle = (x0 + x1) / 2;
        layout.arcs.push_back({i,
                               j,
                               h.head,
                               w,
                               {{x0, ya}, {middle, ya}, {middle, yb}, {x1, yb}},
                               std::max(std::min(0.6F, widest), widest * std::min(w, 1.0F))});
      }
    }
  }
  std::sort(layout.arcs.begin(), layout.arcs.end(), [](const Arc& a, const Arc& b) {
    return std::tie(a.weight, a.head, a.query, a.key) < std::tie(b.weight, b.head, b.query, b.key);
  });
  const auto most = static_cast<std::size_t>(std::max(options.most, 0));
  if (layout.arcs.size() > most) {
    const auto drop = static_cast<std::ptrdiff_t>(layout.arcs.size() - most);
    layout.arcs.erase(layout.arcs.begin(), layout.arcs.begin() + drop);
    layout.not_shown += static_cast<int>(drop);
  }
  return layout;
}

ArcHit row_at(const ArcsLayout& layout, Point p) noexcept {
  if (!layout.area.contains(p)) return {};
  const bool left = p.x < layout.area.centre().x;
  const std::vector<ArcLabel>& rows = left ? layout.queries : layout.keys;
  if (rows.empty()) return {};
  const float step = rows.size() > 1 ? rows[1].y - rows[0].y : layout.area.h;
  const float place = std::floor((p.y - rows.front().y) / step + 0.5F);
  if (place < 0 || place >= static_cast<float>(rows.size())) return {};
  return {left ? ArcSide::kQuery : ArcSide::kKey, static_cast<int>(place)};
}

void draw_arcs(DrawList& list, const ArcsLayout& layout, const Theme& theme, ArcHit isolated) {
  const auto in = [&](const Arc& a) {
    return isolated.side == ArcSide::kNone ||
           (isolated.side == ArcSide::kQuery ? a.query : a.key) == isolated.index;
  };
  for (const bool front : {false, true}) {
    for (const Arc& a : layout.arcs) {
      if (in(a) != front) continue;
      const float strength = 0.15F + 0.8F * std::min(a.weight, 1.0F);
      list.bezier(a.curve, head_colour(a.head, theme.mode).with_alpha(front ? strength : 0.05F),
                  a.width);
    }
  }
  const auto names = [&](const std::vector<ArcLabel>& rows, ArcSide side) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].box.empty()) continue;
      const bool chosen = isolated.side == side && isolated.index == static_cast<int>(i);
      list.text({rows[i].box.x, rows[i].y}, rows[i].text,
                {chosen ? Face::kBold : Face::kText, layout.label_size, theme.ink, Align::kStart,
                 VAlign::kMiddle});
    }
  };
  names(layout.queries, ArcSide::kQuery);
  names(layout.keys, ArcSide::kKey);
}

}  // namespace ap
