// What a stranger meets: the default example on a page of 1280 x 800 has numbers in every cell,
// large enough to be read without zooming.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "playground/session/session.hpp"
#include "ui/sheet/model.hpp"
#include "ui/shell/layout.hpp"
#include "view/card/card.hpp"
#include "view/paint/font.hpp"
#include "view/sheet/draw.hpp"

using namespace ap;

namespace {

struct FirstView {
  Session session;
  ui::SheetModel model;
  Rect region;
  Camera camera;

  FirstView(float width, float height, bool hints, const std::string& preset = "",
            bool panel = false) {
    if (!preset.empty()) REQUIRE(session.dispatch(action::LoadPreset{preset}));
    arrange(width, height, hints, panel);
  }
  void arrange(float width, float height, bool hints, bool panel) {
    ui::LayoutInput in;
    in.panel_open = panel;
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

TEST_CASE("longer sentences, every switch and an open panel leave a number in every cell") {
  const auto all_numbered = [](const FirstView& v) {
    for (std::size_t i = 0; i < v.model.sheet().blocks.size(); ++i) {
      const Block& b = v.model.sheet().blocks[i];
      INFO(name(b.id.stage) << ", cells " << b.cell_w * v.camera.zoom << " x "
                            << b.cell_h * v.camera.zoom);
      CHECK(v.numbers(i).size >= 9);
    }
  };
  for (const char* preset : {"cat", "street", "causal", "similarity", "translation"}) {
    INFO(preset);
    all_numbered(FirstView(1280, 800, false, preset));
  }
  all_numbered(FirstView(1280, 800, false, "", true));
  all_numbered(FirstView(900, 800, false));
  FirstView switches(1280, 800, false, "causal");
  REQUIRE(switches.session.dispatch(action::SetPositions{PositionKind::kSinusoidal}));
  REQUIRE(switches.session.dispatch(action::SetSoftcap{3}));
  REQUIRE(switches.session.dispatch(action::SetResidual{true}));
  switches.arrange(1280, 800, false, false);
  all_numbered(switches);
}

TEST_CASE("on wide pages no flow line of a preset runs through cells, words or tabs") {
  const auto hit = [](const Sheet& sheet, Point p) {
    const auto of = [&](const Rect& r) { return r.grown(-0.5F).contains(p); };
    return std::ranges::any_of(sheet.blocks,
                               [&](const Block& b) {
                                 return of(b.matrix) || of(b.row_gutter) || of(b.header) ||
                                        of(b.legend);
                               }) ||
           std::ranges::any_of(sheet.ghosts, [&](const Ghost& tab) { return of(tab.rect); });
  };
  for (const char* preset :
       {"it", "cat", "street", "causal", "similarity", "translation", "bank"}) {
    for (const auto& [width, height] :
         {std::pair{1280, 800}, {900, 800}, {1440, 900}, {2560, 1440}}) {
      const FirstView v(static_cast<float>(width), static_cast<float>(height), false, preset);
      const Sheet& sheet = v.model.sheet();
      CHECK(sheet.flows.size() >= 12);
      for (const Flow& flow : sheet.flows) {
        int hits = 0;
        for (int i = 0; i <= 200; ++i)
          hits += hit(sheet, at(flow, static_cast<float>(i) / 200)) ? 1 : 0;
        INFO(preset << " " << width << ": "
                    << name(sheet.blocks[static_cast<std::size_t>(flow.from)].id.stage) << " to "
                    << name(sheet.blocks[static_cast<std::size_t>(flow.to)].id.stage));
        CHECK(hits == 0);
      }
    }
  }
}

TEST_CASE(
    "in a column of text X makes Q on one line, K and V on another; a phone has a line each") {
  const auto level = [](const FirstView& v, Stage a, Stage b) {
    const Block* one = v.model.sheet().find({0, a, 0});
    const Block* other = v.model.sheet().find({0, b, 0});
    REQUIRE(one);
    REQUIRE(other);
    return one->matrix.y == other->matrix.y;
  };
  const FirstView column(600, 800, false);
  CHECK(level(column, Stage::kEmbeddings, Stage::kQ));
  CHECK(level(column, Stage::kK, Stage::kV));
  CHECK_FALSE(level(column, Stage::kQ, Stage::kK));
  for (const Block& b : column.model.sheet().blocks) CHECK(number_size(b.cell_w, b.cell_h) >= 11);
  CHECK_FALSE(level(FirstView(400, 800, false), Stage::kEmbeddings, Stage::kQ));
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
  for (const TokenEntry& token : session.document().query.tokens)
    labels.queries.push_back(token.text);
  labels.keys = labels.queries;
  const int row = clearest_row(session.trace(), 0, 0);
  CHECK(labels.queries[static_cast<std::size_t>(row)] == "it");
  CHECK(overview_sentence(session.trace(), labels, 0, 0, row) ==
        "“it” looks most at “cat”: 65 % of its attention.");
}
