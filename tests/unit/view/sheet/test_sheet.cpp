#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cmath>

#include "attention/forward/forward.hpp"
#include "base/rng.hpp"
#include "view/paint/number.hpp"
#include "view/sheet/draw.hpp"
#include "view/sheet/hit.hpp"
#include "view/sheet/render.hpp"

using namespace ap;

namespace {

SharedMatrix random_matrix(int rows, int cols, Rng& rng) {
  Matrix m(rows, cols);
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < cols; ++j) m(i, j) = rng.normal();
  return share(std::move(m));
}

Trace make_trace(int tokens, int width, int heads, int layers = 1) {
  Rng rng(3);
  Model m;
  m.width = width;
  m.heads = m.kv_heads = heads;
  m.key_width = m.value_width = width / heads;
  m.causal = true;
  for (int l = 0; l < layers; ++l) {
    Layer layer;
    for (Linear* w : {&layer.q, &layer.k, &layer.v, &layer.o})
      w->weight = random_matrix(width, width, rng);
    m.layers.push_back(layer);
  }
  Input in;
  in.embeddings = random_matrix(tokens, width, rng);
  return forward(m, in);
}

SheetLabels make_labels(int tokens) {
  SheetLabels l;
  for (int i = 0; i < tokens; ++i) l.queries.push_back("w" + std::to_string(i));
  l.keys = l.queries;
  return l;
}

struct Drawn {
  Trace trace;
  Sheet sheet;
  SheetValues values;
  SheetLabels labels;
  Rect viewport{0, 0, 1280, 720};

  Drawn(int tokens, int width, int heads)
      : trace(make_trace(tokens, width, heads)), labels(make_labels(tokens)) {
    sheet = layout_sheet(sheet_spec(trace, 0, 0),
                         {.width = 1280, .height = 720, .folded = {}, .expanded = {}});
    values = sheet_values(sheet, trace, 1);
  }
  DrawList draw(const Camera& camera, const SheetStyle& style = {}) const {
    DrawList list;
    draw_sheet(list, sheet, values, labels, camera, viewport, style);
    return list;
  }
};

template <class T>
int count(const DrawList& list) {
  int n = 0;
  for (const Shape& s : list.shapes()) n += std::holds_alternative<T>(s) ? 1 : 0;
  return n;
}

}  // namespace

TEST_CASE("a sheet has the stages of its model in order, with their shapes", "[sheet]") {
  const Drawn d(11, 8, 2);
  const auto shape = [&](Stage s) {
    const int i = d.sheet.index_of({0, s, 0});
    return i < 0 ? std::string("-") : d.sheet.blocks[static_cast<std::size_t>(i)].shape;
  };
  CHECK(shape(Stage::kEmbeddings) == "11 × 8");
  CHECK(shape(Stage::kWq) == "8 × 4");
  CHECK(shape(Stage::kQ) == "11 × 4");
  CHECK(shape(Stage::kMasked) == "11 × 11");
  CHECK(shape(Stage::kConcat) == "11 × 8");
  CHECK(shape(Stage::kMask) == "-");  // the causal rule alone: a tab
  CHECK(shape(Stage::kCapped) == "-");
  CHECK(d.sheet.thumbnails.size() == 2);
  // Without positions the embeddings are X.
  CHECK(plain(d.sheet.find({0, Stage::kEmbeddings, 0})->title) == "X");
  CHECK(plain(d.sheet.find({0, Stage::kWq, 0})->title) == "W_Q");
}

TEST_CASE("row i stands at the same height in all matrices of a row of blocks", "[sheet]") {
  const Drawn d(11, 8, 2);
  const Block* scores = d.sheet.find({0, Stage::kScores, 0});
  const Block* q = d.sheet.find({0, Stage::kQ, 0});
  CHECK(scores->cell(5, 0).y == q->cell(5, 0).y);
  CHECK(scores->header.y == q->header.y);
}

TEST_CASE("a hit on any cell gives that cell back", "[sheet]") {
  const Drawn d(11, 8, 2);
  const Camera camera = fit(d.sheet.bounds, d.viewport);
  for (const Block& b : d.sheet.blocks) {
    for (const auto& [row, col] :
         {std::pair{0, 0}, {b.rows - 1, b.cols - 1}, {b.rows / 2, b.cols / 3}}) {
      const CellId cell{b.id, row, col};
      const Point p = to_screen(camera, d.viewport, cell_rect(d.sheet, cell).centre());
      REQUIRE(hit_cell(d.sheet, camera, d.viewport, p) == cell);
    }
  }
  const Block& b = d.sheet.blocks.front();
  const auto title =
      hit_sheet(d.sheet, camera, d.viewport, to_screen(camera, d.viewport, b.header.centre()));
  REQUIRE(title);
  CHECK(title->kind == HitKind::kTitle);
  const auto head = hit_sheet(d.sheet, camera, d.viewport,
                              to_screen(camera, d.viewport, d.sheet.thumbnails[1].rect.centre()));
  REQUIRE(head);
  CHECK(head->kind == HitKind::kThumbnail);
  CHECK(head->thumbnail == 1);
}

TEST_CASE("a finger may miss by its slop, a mouse may not", "[sheet]") {
  const Drawn d(4, 4, 1);
  const Camera camera{1, 0, 0};
  const Block& b = d.sheet.blocks.back();
  const Point beside{b.matrix.right() + 6, b.matrix.y + 2};
  CHECK_FALSE(hit_cell(d.sheet, camera, d.viewport, beside));
  CHECK(hit_cell(d.sheet, camera, d.viewport, beside, 12) == CellId{b.id, 0, b.cols - 1});
}

TEST_CASE("keys move within a block and from block to block", "[sheet]") {
  const Drawn d(5, 4, 1);
  const TensorId q{0, Stage::kQ, 0};
  CHECK(next_cell(d.sheet, {q, 1, 1}, Arrow::kRight) == CellId{q, 1, 2});
  CHECK(next_cell(d.sheet, {q, 0, 0}, Arrow::kUp) == CellId{q, 0, 0});
  CHECK(next_cell(d.sheet, {q, 0, 0}, Arrow::kDown, 100) == CellId{q, 4, 0});
  CellId at{d.sheet.blocks[0].id, 2, 1};
  std::set<TensorId> seen;
  for (std::size_t i = 0; i < d.sheet.blocks.size(); ++i) {
    seen.insert(at.tensor);
    at = next_block(d.sheet, at);
  }
  CHECK(seen.size() == d.sheet.blocks.size());
  CHECK(at.tensor == d.sheet.blocks[0].id);
  CHECK(next_block(d.sheet, next_block(d.sheet, at), true).tensor == at.tensor);
  CHECK(next_editable(d.sheet, {q, 0, 0}).tensor.stage == Stage::kWo);
}

TEST_CASE("numbers appear by the size of a cell on the screen, and only for visible cells",
          "[sheet]") {
  CHECK(number_detail(8, 8, 1.5F, 1.5F).size == 0);
  CHECK(number_detail(21, 20, 0.8F, 0).size == 9);
  // As the first view has them: two digits and a sign at 11 px, a weight without its zero.
  CHECK(number_detail(24.6F, 18, 2.5F, 2.5F).size == 11);
  CHECK(number_detail(24.6F, 18, 2.5F, 2.5F).style.decimals == 1);
  CHECK(format(0.65F, number_detail(24.6F, 18, 0.65F, 0).style).view() == ".65");
  const NumberDetail large = number_detail(90, 60, 1.5F, 1.5F);
  CHECK(large.size >= 16);
  CHECK(large.style.decimals >= 2);
  for (float w = 4; w < 200; w += 0.7F) {
    for (const float largest : {1e-6F, 0.03F, 0.999F, 7.0F, 123.4F, 1e7F}) {
      const NumberDetail n = number_detail(w, w, largest, largest);
      if (n.size > 0) REQUIRE(number_width(format(-largest, n.style)) * n.size <= w);
      if (n.size > 0) REQUIRE(n.size <= 0.68F * w);
    }
  }
  const Drawn d(64, 64, 4);
  const Block* x = d.sheet.find({0, Stage::kEmbeddings, 0});
  const Camera close{60 / x->cell_w, x->matrix.x, x->matrix.y};
  const int shown = count<TextShape>(d.draw(close));
  CHECK(shown > 20);
  CHECK(shown < 1500);
}

TEST_CASE("words stay at the edge when their block is scrolled away", "[sheet]") {
  const Drawn d(24, 24, 1);
  const Block* scores = d.sheet.find({0, Stage::kScores, 0});
  const Camera inside{40 / scores->cell_w, scores->matrix.x + scores->matrix.w * 0.3F,
                      scores->matrix.y + scores->matrix.h * 0.3F};
  const DrawList list = d.draw(inside);
  int left = 0;
  int top = 0;
  for (const Shape& shape : list.shapes()) {
    const auto* t = std::get_if<TextShape>(&shape);
    if (!t || list.string(*t) != "w10") continue;
    left += t->style.align == Align::kEnd && t->at.x < kLabelMax + 10 ? 1 : 0;
    top += t->style.align == Align::kMiddle && t->at.y < 28 ? 1 : 0;
  }
  INFO("left " << left << " top " << top);
  CHECK(left >= 1);
  CHECK(top >= 1);
}

TEST_CASE("sources and consumers are outlined, other steps fade", "[sheet]") {
  const Drawn d(6, 4, 1);
  const Camera camera = fit(d.sheet.bounds, d.viewport);
  const CellId cell{{0, Stage::kScores, 0}, 3, 1};
  const auto why = explain(d.trace, cell);
  REQUIRE(why);
  SheetStyle style;
  const int before = count<RectShape>(d.draw(camera, style));
  style.sources = why->sources;
  CHECK(count<RectShape>(d.draw(camera, style)) == before + 4);  // two rows, each with its halo
  style.sources = {};
  style.focus = Step::kSoftmax;
  int faded = 0;
  const DrawList list = d.draw(camera, style);
  for (const Shape& s : list.shapes())
    if (const auto* h = std::get_if<HeatmapShape>(&s))
      faded += h->dim > 0 && h->values.rows > 1 ? 1 : 0;
  CHECK(faded == static_cast<int>(d.sheet.blocks.size()) - 1);
}

TEST_CASE("compare shows the difference from the baseline", "[sheet]") {
  const Drawn d(5, 4, 1);
  Model changed = d.trace.model;
  Matrix w = *changed.layers[0].q.weight;
  w(1, 2) += 0.5F;
  changed.layers[0].q.weight = share(std::move(w));
  const Trace now = forward(changed, d.trace.input);
  const SheetValues v = sheet_values(d.sheet, now, 2, &d.trace);
  const auto at = [&](Stage s) {
    return v.blocks[static_cast<std::size_t>(d.sheet.index_of({0, s, 0}))];
  };
  CHECK(at(Stage::kWq).numbers(1, 2) == Catch::Approx(0.5));
  CHECK(at(Stage::kWq).numbers(0, 0) == 0);
  CHECK(at(Stage::kK).largest == 0);
  CHECK(at(Stage::kWeights).map == MapKind::kDiverging);
}

TEST_CASE("a large sheet is drawn in well under a frame", "[sheet]") {
  const Drawn d(1024, 32, 1);
  const Camera camera = fit(d.sheet.bounds, d.viewport);
  DrawList list = d.draw(camera);
  CHECK(count<HeatmapShape>(list) < 40);
  double best = 1e9;
  for (int i = 0; i < 20; ++i) {
    list.clear();
    const auto start = std::chrono::steady_clock::now();
    draw_sheet(list, d.sheet, d.values, d.labels, camera, d.viewport, {});
    best = std::min(
        best, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
                  .count());
  }
  CHECK(best < 4);  // measured about 0.1 ms optimised; the bound holds for sanitised builds too
}

TEST_CASE("the sheet becomes an SVG with its titles", "[sheet]") {
  const Trace trace = make_trace(4, 4, 2);
  const std::string svg = render_sheet_svg(trace, make_labels(4), EstimatedMeasure(), "Sheet");
  CHECK(svg.find("<svg") != std::string::npos);
  CHECK(svg.find("scores 4 × 4") != std::string::npos);
  CHECK(svg.find(">+ ") == std::string::npos);  // nothing to press in a picture
}

TEST_CASE("the camera keeps a point under the pointer, fits and interpolates", "[camera]") {
  const Rect view{10, 20, 800, 600};
  const Camera c = fit({0, 0, 2000, 500}, view, 16);
  CHECK(c.zoom == Catch::Approx(768.0 / 2000));
  CHECK(to_screen(c, view, Point{1000, 250}).x == Catch::Approx(410));
  const Point under = to_sheet(c, view, {300, 200});
  const Camera closer = zoom_at(c, view, {300, 200}, 3);
  CHECK(to_sheet(closer, view, {300, 200}).x == Catch::Approx(under.x).margin(1e-3));
  CHECK(zoom_at(c, view, {0, 0}, 1e9F).zoom == kMaxZoom);
  CHECK(lerp(c, closer, view, 0) == c);
  CHECK(lerp(c, closer, view, 1) == closer);
  CHECK(lerp(c, closer, view, 0.5F).zoom == Catch::Approx(c.zoom * std::sqrt(3.0F)));
  const Camera lost = clamp(Camera{1, 1e6F, -1e6F}, {0, 0, 500, 500}, view, 64);
  CHECK(intersect(visible(lost, view), {0, 0, 500, 500}).w == Catch::Approx(64));
  const Camera moved = reveal(Camera{1, 0, 0}, {2000, 10, 50, 20}, view, 24);
  CHECK(visible(moved, view).contains(Rect{2000, 10, 50, 20}));
  CHECK(ease(0) == 0);
  CHECK(ease(1) == 1);
}

TEST_CASE("a deeper layer's X is captioned as what the layer before put out", "[sheet]") {
  const Trace trace = make_trace(4, 6, 2, 3);
  const auto caption = [&](int layer) {
    const Sheet sheet = layout_sheet(sheet_spec(trace, layer, 0),
                                     {.width = 1280, .height = 720, .folded = {}, .expanded = {}});
    const Block* x = sheet.find({layer, Stage::kInput, 0});
    return x != nullptr ? plain(x->formula) : std::string("no X");
  };
  CHECK(caption(1) == "output of layer 1");
  CHECK(caption(2) == "output of layer 2");
  CHECK(plain(formula_of({0, Stage::kInput, 0})) == "E + P");
}

TEST_CASE("cells too narrow for a sign still show numbers that have none", "[sheet]") {
  const NumberDetail weights = number_detail(18.7F, 16, 0.64F, 0);
  CHECK(weights.size == 9);
  CHECK(number_width(format(0.64F, weights.style)) * weights.size <= 18.7F - 2);
  CHECK(format(0.64F, weights.style).view() == ".64");
  CHECK(number_detail(18.7F, 16, 2.5F, 2.5F).size == 0);
  CHECK(number_detail(15, 16, 0.64F, 0).size == 0);  // no room for two digits
  // Small type has no zero before the point, so that signs of neighbours stand apart.
  CHECK(format(-0.4F, number_detail(19.7F, 16, 2.5F, 2.5F).style).view() == "\u2013.4");
  CHECK(format(-0.4F, number_detail(24.6F, 18, 2.5F, 2.5F).style).view() == "\u20130.4");
  CHECK(number_detail(18.7F, 12, 0.64F, 0).size == 0);
}

TEST_CASE("a look at a step goes near enough to read its numbers, and no nearer than six times") {
  for (const auto& [tokens, width] : {std::pair{3, 8}, {10, 32}, {12, 96}, {40, 64}}) {
    const Drawn drawn(tokens, width, 2);
    for (int i = 0; i < kStepCount; ++i) {
      const Step step = static_cast<Step>(i);
      CAPTURE(tokens, width, i);
      const float zoom = step_zoom(drawn.sheet, step);
      CHECK((zoom >= 2.2F && zoom <= 6));
      for (const Block& b : drawn.sheet.blocks)
        if (b.step == step && zoom < 6) CHECK(b.cell_w * zoom >= 39.9F);
    }
  }
}
