// Attention as arcs: queries in a column on the left, keys on the right, a curve for each weight
// above the threshold, wider and stronger with the weight, in the colour of its head. Pure
// geometry, then one drawing.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "tensor/matrix.hpp"
#include "view/paint/draw_list.hpp"
#include "view/paint/theme.hpp"

namespace ap {

struct ArcLabel {
  float y = 0;       // middle of its row; arcs end here
  Rect box;          // empty where rows are too close for all to be named
  std::string text;  // perhaps shortened
};

struct Arc {
  int query = 0;
  int key = 0;
  int head = 0;
  float weight = 0;
  Bezier curve;
  float width = 0;
};

struct ArcsLayout {
  Rect area;
  float label_size = 0;
  std::vector<ArcLabel> queries;
  std::vector<ArcLabel> keys;
  std::vector<Arc> arcs;  // weakest first
  int not_shown = 0;      // weights above zero below the threshold or beyond `most`
};

struct HeadWeights {
  int head = 0;
  ConstView weights;  // T x S
};

struct ArcsOptions {
  float threshold = 0.02F;
  float label_size = 13;
  float widest = 6;     // of an arc of weight 1
  float row_most = 30;  // rows are no further apart: short sentences keep together
  int most = 3000;      // arcs; the strongest are kept
};

[[nodiscard]] ArcsLayout layout_arcs(std::span<const HeadWeights> heads,
                                     std::span<const std::string> queries,
                                     std::span<const std::string> keys, Rect area,
                                     const TextMeasure& measure, const ArcsOptions& options = {});

enum class ArcSide : std::uint8_t { kNone, kQuery, kKey };
struct ArcHit {
  ArcSide side = ArcSide::kNone;
  int index = -1;
};
/// The query or key whose row, on its side, is under the pointer.
[[nodiscard]] ArcHit row_at(const ArcsLayout& layout, Point p) noexcept;

/// With a hit, only that row's arcs keep their strength.
void draw_arcs(DrawList& list, const ArcsLayout& layout, const Theme& theme, ArcHit isolated = {});

}  // namespace ap
