// Attention as a directed graph: tokens on an ellipse in reading order, clockwise from the top; an
// edge from a query to each key it looks at, its width the weight, its arrow at the key. Pure
// geometry, then one drawing. For queries and keys of one sequence; cross-attention is shown as
// arcs (arcs.hpp).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "tensor/matrix.hpp"
#include "view/paint/draw_list.hpp"
#include "view/paint/theme.hpp"

namespace ap {

struct GraphNode {
  Point centre;
  float radius = 0;
  Rect label;        // empty where there was no room
  std::string text;  // as it is drawn there, perhaps shortened
};

struct GraphEdge {
  int from = 0;  // query
  int to = 0;    // key
  float weight = 0;
  Bezier
      curve;  // from the edge of one node to the edge of the other; a loop where they are the same
  float width = 0;
};

struct GraphLayout {
  Rect area;
  float label_size = 0;
  std::vector<GraphNode> nodes;  // one a source token
  std::vector<GraphEdge> edges;  // weakest first, so that the strongest are drawn on top
  int below_threshold = 0;       // weights above zero that are not shown
};

struct GraphOptions {
  float threshold = 0.05F;  // weights below are not drawn
  float label_size = 13;
  float widest = 7;  // of an edge of weight 1
  int past = 0;      // query i is node past + i
};

/// weights: T x S, S nodes. Everything lies inside `area`; labels overlap neither each other nor
/// nodes.
[[nodiscard]] GraphLayout layout_graph(ConstView weights, std::span<const std::string> labels,
                                       Rect area, const TextMeasure& measure,
                                       const GraphOptions& options = {});

/// The node under the pointer, or -1.
[[nodiscard]] int node_at(const GraphLayout& layout, Point p) noexcept;

/// isolated: only this node's edges keep their strength (its own in colour, those to it in the
/// colour of consumers); -1 for all alike.
void draw_graph(DrawList& list, const GraphLayout& layout, const Theme& theme, int isolated = -1);

}  // namespace ap
