// Graph and arcs: inside their area, nothing over anything else, edges where the weights are.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cmath>
#include <string>

#include "base/rng.hpp"
#include "view/figures/arcs.hpp"
#include "view/figures/graph.hpp"

using namespace ap;

namespace {

std::vector<std::string> words(int n) {
  const std::vector<std::string> some = {"The", "cat",   "sat",     "on",
                                         "the", "mat",   "because", "it",
                                         "was", "tired", ".",       "Donaudampfschiff"};
  std::vector<std::string> w;
  for (int i = 0; i < n; ++i) w.push_back(some[static_cast<std::size_t>(i) % some.size()]);
  return w;
}

Matrix random_weights(int rows, int cols, std::uint64_t seed) {
  Rng rng(seed);
  Matrix w(rows, cols);
  for (int i = 0; i < rows; ++i) {
    for (int j = 0; j < cols; ++j) w(i, j) = std::exp(3 * rng.normal());
    w.row(i) /= w.row(i).sum();
  }
  return w;
}

/// The box of a curve with its pen, sampled.
Rect extent(const Bezier& c, float width) {
  Rect box{c.p0.x, c.p0.y, 1e-3F, 1e-3F};
  for (int k = 1; k <= 64; ++k) {
    const Point p = at(c, static_cast<float>(k) / 64);
    box = unite(box, {p.x, p.y, 1e-3F, 1e-3F});
  }
  return box.grown(width / 2);
}

const EstimatedMeasure kMeasure;

}  // namespace

TEST_CASE("a graph of any size stays inside and nothing overlaps") {
  const int n = GENERATE(1, 2, 3, 6, 10, 24, 60, 200);
  const Rect area = GENERATE(Rect{10, 20, 320, 320}, Rect{0, 0, 400, 260}, Rect{5, 5, 900, 700},
                             Rect{0, 0, 150, 300});
  const auto names = words(n);
  const Matrix w = random_weights(n, n, 7);
  const GraphLayout g = layout_graph(view(w), names, area, kMeasure);
  REQUIRE(g.nodes.size() == static_cast<std::size_t>(n));
  std::vector<Rect> boxes;
  for (const GraphNode& node : g.nodes) {
    CHECK(area.contains(Rect{node.centre.x - node.radius, node.centre.y - node.radius,
                             2 * node.radius, 2 * node.radius}));
    if (!node.label.empty()) {
      CHECK(area.contains(node.label));
      boxes.push_back(node.label);
    }
  }
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) REQUIRE_FALSE(boxes[i].overlaps(boxes[j]));
    for (const GraphNode& node : g.nodes)
      REQUIRE_FALSE(boxes[i].grown(-0.1F).contains(node.centre));
  }
  for (const GraphEdge& e : g.edges) {
    CAPTURE(e.from, e.to);
    CHECK(area.grown(0.01F).contains(extent(e.curve, e.width)));
  }
}

TEST_CASE("a sentence's words are all named") {
  const int n = GENERATE(2, 6, 10, 12);
  const auto names = words(n);
  const GraphLayout g =
      layout_graph(view(random_weights(n, n, 1)), names, {0, 0, 340, 340}, kMeasure);
  for (const GraphNode& node : g.nodes) CHECK_FALSE(node.label.empty());
}

TEST_CASE("edges are the weights above the threshold, weakest first, and reach their nodes") {
  const auto names = words(5);
  const Matrix w = random_weights(5, 5, 3);
  GraphOptions options;
  options.threshold = 0.1F;
  const GraphLayout g = layout_graph(view(w), names, {0, 0, 300, 300}, kMeasure, options);
  int above = 0;
  for (int i = 0; i < 5; ++i)
    for (int j = 0; j < 5; ++j) above += w(i, j) >= 0.1F ? 1 : 0;
  CHECK(g.edges.size() == static_cast<std::size_t>(above));
  CHECK(g.below_threshold == 25 - above);
  for (std::size_t k = 0; k < g.edges.size(); ++k) {
    const GraphEdge& e = g.edges[k];
    CHECK(e.weight == w(e.from, e.to));
    if (k > 0) CHECK(e.weight >= g.edges[k - 1].weight);
    const auto gap = [&](Point p, int node) {
      const GraphNode& at_node = g.nodes[static_cast<std::size_t>(node)];
      return std::hypot(p.x - at_node.centre.x, p.y - at_node.centre.y) - at_node.radius;
    };
    CHECK(std::abs(gap(e.curve.p0, e.from) - 1) < 0.01F);
    CHECK(std::abs(gap(e.curve.p3, e.to) - 1) < 0.01F);
  }
}

TEST_CASE("there and back are two lines, and neither crosses another node") {
  const int n = GENERATE(3, 4, 7, 10, 16);
  const auto names = words(n);
  const Matrix w = Matrix::Constant(n, n, 1.0F / static_cast<float>(n));
  GraphOptions all;
  all.threshold = 0;
  const GraphLayout g = layout_graph(view(w), names, {0, 0, 400, 360}, kMeasure, all);
  REQUIRE(g.edges.size() == static_cast<std::size_t>(n * n));
  for (const GraphEdge& a : g.edges) {
    if (a.from == a.to) continue;
    for (int k = 0; k < n; ++k) {
      if (k == a.from || k == a.to) continue;
      const GraphNode& node = g.nodes[static_cast<std::size_t>(k)];
      for (int s = 0; s <= 64; ++s) {
        const Point p = at(a.curve, static_cast<float>(s) / 64);
        REQUIRE(std::hypot(p.x - node.centre.x, p.y - node.centre.y) > node.radius);
      }
    }
    for (const GraphEdge& b : g.edges) {
      if (b.from != a.to || b.to != a.from) continue;
      const Point p = at(a.curve, 0.5F);
      const Point q = at(b.curve, 0.5F);
      CHECK(std::hypot(p.x - q.x, p.y - q.y) > 2);
    }
  }
}

TEST_CASE("nodes mirror at the vertical axis, evenly far apart") {
  const int n = 8;
  const GraphLayout g = layout_graph(ConstView{}, words(n), {0, 0, 500, 300}, kMeasure);
  for (std::size_t i = 1; i < 8; ++i) {
    const Point a = g.nodes[i].centre;
    const Point b = g.nodes[8 - i].centre;
    CHECK(std::abs(a.x + b.x - 500) < 0.5F);
    CHECK(std::abs(a.y - b.y) < 0.5F);
  }
  CHECK(node_at(g, g.nodes[3].centre) == 3);
  CHECK(node_at(g, g.nodes[3].label.centre()) == 3);
  CHECK(node_at(g, {250, 150}) == -1);
}

TEST_CASE("with past keys, queries are the last nodes") {
  GraphOptions options;
  options.past = 3;
  const Matrix w = random_weights(2, 5, 2);
  const GraphLayout g = layout_graph(view(w), words(5), {0, 0, 300, 300}, kMeasure, options);
  for (const GraphEdge& e : g.edges) {
    CHECK(e.from >= 3);
    CHECK(e.weight == w(e.from - 3, e.to));
  }
}

TEST_CASE("arcs stay inside, names do not overlap, arcs end at their rows") {
  const int t = GENERATE(1, 4, 10, 80, 512);
  const int s = GENERATE(1, 7, 40, 512);
  const Rect area = GENERATE(Rect{10, 20, 320, 300}, Rect{0, 0, 700, 500}, Rect{0, 0, 140, 90});
  const Matrix w = random_weights(t, s, 5);
  const std::array<HeadWeights, 1> heads = {HeadWeights{2, view(w)}};
  const ArcsLayout a = layout_arcs(heads, words(t), words(s), area, kMeasure);
  for (const auto* column : {&a.queries, &a.keys}) {
    const ArcLabel* before = nullptr;
    for (const ArcLabel& row : *column) {
      if (row.box.empty()) continue;
      REQUIRE(area.contains(row.box));
      if (before != nullptr) REQUIRE_FALSE(before->box.overlaps(row.box));
      before = &row;
    }
    CHECK(before != nullptr);
  }
  CHECK(a.arcs.size() <= 3000);
  for (const Arc& arc : a.arcs) {
    REQUIRE(area.grown(0.01F).contains(extent(arc.curve, arc.width)));
    REQUIRE(arc.curve.p0.y == a.queries[static_cast<std::size_t>(arc.query)].y);
    REQUIRE(arc.curve.p3.y == a.keys[static_cast<std::size_t>(arc.key)].y);
    REQUIRE(arc.weight == w(arc.query, arc.key));
  }
}

TEST_CASE("only the strongest arcs are kept, and the rest counted") {
  const Matrix w = random_weights(40, 40, 8);
  const std::array<HeadWeights, 2> heads = {HeadWeights{0, view(w)}, HeadWeights{1, view(w)}};
  ArcsOptions options;
  options.threshold = 0;
  options.most = 100;
  const ArcsLayout a =
      layout_arcs(heads, words(40), words(40), {0, 0, 400, 600}, kMeasure, options);
  REQUIRE(a.arcs.size() == 100);
  CHECK(a.not_shown == 2 * 1600 - 100);
  int stronger = 0;
  for (int i = 0; i < 40; ++i)
    for (int j = 0; j < 40; ++j) stronger += w(i, j) > a.arcs.front().weight ? 2 : 0;
  CHECK(stronger <= 100);
}

TEST_CASE("the row under the pointer") {
  const Matrix w = random_weights(4, 6, 1);
  const std::array<HeadWeights, 1> heads = {HeadWeights{0, view(w)}};
  const ArcsLayout a = layout_arcs(heads, words(4), words(6), {0, 0, 300, 300}, kMeasure);
  for (std::size_t i = 0; i < 4; ++i) {
    const ArcHit hit = row_at(a, {5, a.queries[i].y});
    CHECK(hit.side == ArcSide::kQuery);
    CHECK(hit.index == static_cast<int>(i));
  }
  CHECK(row_at(a, {295, a.keys[5].y}).index == 5);
  CHECK(row_at(a, {5, 2}).side == ArcSide::kNone);
  CHECK(row_at(a, {500, 100}).side == ArcSide::kNone);
}
