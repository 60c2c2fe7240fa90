// What a stranger meets: the default example on a page of 1280 x 800 has numbers in every cell, large
// enough to be read without zooming.
#include <catch2/catch_test_macros.hpp>

#include "playground/session.hpp"
#include "ui/layout.hpp"
#include "ui/sheet_model.hpp"
#include "view/card.hpp"
#include "view/font.hpp"
#include "view/sheet_draw.hpp"

using namespace ap;

namespace {

struct FirstView {
  Session session;
  ui::SheetModel model;
  Rect region;
  Camera camera;

  FirstView(float width, float height, bool hints) {
    ui::LayoutInput in;
    in.width = width;
    in.height = height;
    in.hints = hints;
    region = ui::arrange(in).sheet;
    model.update(session, ui::ViewState{}, 0, region, EstimatedMeasure());
    camera = fit(model.sheet().bounds, region);
  }
  [[nodiscard]] NumberDetail numbers(std::size_t block) const {
    const Block& b = model.sheet().blocks[block];
    const BlockValues& v = model.values().blocks[block];
    return number_detail(b.cell_w * camera.zoom, b.cell_h * camera.zoom, v.high, v.low);
  }
};

}  // namespace

TEST_CASE("at 1280 x 800 every cell of the default example shows its number") {
  for (const bool hints : {false, true}) {
    const FirstView first(1280, 800, hints);
    CHECK(first.camera.zoom > 0.9F);
    for (std::size_t i = 0; i < first.model.sheet().blocks.size(); ++i) {
      const Block& b = first.model.sheet().blocks[i];
      INFO(name(b.id.stage) << ", hints " << hints << ", cells " << b.cell_w * first.camera.zoom
                            << " x " << b.cell_h * first.camera.zoom);
      CHECK(first.numbers(i).size >= 11);
    }
  }
}

TEST_CASE("on larger pages the numbers grow, on smaller ones they go before they crowd") {
  const FirstView large(2560, 1440, false);
  for (std::size_t i = 0; i < large.model.sheet().blocks.size(); ++i)
    CHECK(large.numbers(i).size >= 13);
  const FirstView small(640, 480, false);
  for (std::size_t i = 0; i < small.model.sheet().blocks.size(); ++i) {
    const NumberDetail n = small.numbers(i);
    const Block& b = small.model.sheet().blocks[i];
    if (n.size > 0) CHECK(n.size <= b.cell_h * small.camera.zoom);
  }
}

TEST_CASE("the sentence over the figure speaks of the clearest row") {
  const Session session;
  SheetLabels labels;
  for (const TokenEntry& token : session.document().query.tokens) labels.queries.push_back(token.text);
  labels.keys = labels.queries;
  const int row = clearest_row(session.trace(), 0, 0);
  CHECK(labels.queries[static_cast<std::size_t>(row)] == "it");
  CHECK(overview_sentence(session.trace(), labels, 0, 0, row) ==
        "“it” looks most at “cat”: 65 % of its attention.");
}
