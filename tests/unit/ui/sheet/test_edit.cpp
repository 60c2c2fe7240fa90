// Editing gestures as numbers: scrubbing, copying, pasting, painting.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <limits>

#include "ui/sheet/edit.hpp"

using namespace ap;
using namespace ap::ui;

TEST_CASE("a scrub's step is round and follows the range") {
  CHECK(scrub_step({-1, 1}) == 0.01F);
  CHECK_THAT(scrub_step({-4.7F, 4.7F}), Catch::Matchers::WithinRel(0.05F, 1e-5F));
  CHECK_THAT(scrub_step({0, 200}), Catch::Matchers::WithinRel(2.F, 1e-5F));
  CHECK(scrub_step({0, 0}) > 0);  // an all-zero matrix can still be scrubbed
}

TEST_CASE("scrubbing lands on the grid, fine and coarse, and within the limits") {
  CHECK(scrubbed(0.123F, 0, 0.01F, false, false) == 0.123F);
  CHECK(scrubbed(0.123F, 10, 0.01F, false, false) == 0.22F);
  CHECK(scrubbed(0.5F, -60, 0.01F, false, false) == -0.1F);
  CHECK(scrubbed(0, 3, 0.01F, true, false) == 0.003F);
  CHECK(scrubbed(0, 3, 0.01F, false, true) == 0.3F);
  CHECK(scrubbed(kMaxCell, 1e6F, 1000, false, false) == kMaxCell);
  CHECK(scrubbed(-kMaxCell, -1e6F, 1000, false, false) == -kMaxCell);
}

TEST_CASE("a selection's text pasted back is the same block") {
  Session session;
  const TensorId x{0, Stage::kEmbeddings, 0};
  const Selection s{{x, 2, 3}, {x, 0, 1}};  // dragged up and left
  CHECK(s.rows() == 3);
  CHECK(s.cols() == 3);
  for (const BlockFormat format :
       {BlockFormat::kTsv, BlockFormat::kCsv, BlockFormat::kNumpy, BlockFormat::kPython}) {
    const auto text = copy_selection(session.trace(), s, format);
    REQUIRE(text);
    const auto action = paste_action(session.trace(), s, *text);
    REQUIRE(action);
    const auto* block = std::get_if<action::SetBlock>(&*action);
    REQUIRE(block != nullptr);
    CHECK(block->at == CellId{x, 0, 1});
    REQUIRE(block->values.rows() == 3);
    REQUIRE(block->values.cols() == 3);
    const ConstView all = session.trace().tensor(x);
    for (int r = 0; r < 3; ++r) {
      for (int c = 0; c < 3; ++c) CHECK(block->values(r, c) == all(r, c + 1));
    }
  }
}

TEST_CASE("one number fills the selection; a block too large is refused with both shapes") {
  Session session;
  const TensorId x{0, Stage::kEmbeddings, 0};
  const auto fill = paste_action(session.trace(), {{x, 0, 0}, {x, 1, 2}}, "0.25");
  REQUIRE(fill);
  const auto& block = std::get<action::SetBlock>(*fill);
  CHECK(block.values.rows() == 2);
  CHECK(block.values.cols() == 3);
  CHECK((block.values.array() == 0.25F).all());

  const ConstView all = session.trace().tensor(x);
  const CellId last{x, all.rows - 1, all.cols - 1};
  const auto wide = paste_action(session.trace(), {last, last}, "1\t2");
  REQUIRE_FALSE(wide);
  CHECK(wide.error().code == ErrorCode::kShape);
  CHECK(wide.error().message.find("1 × 2") != std::string::npos);
  CHECK(wide.error().message.find("1 × 1") != std::string::npos);
}

TEST_CASE("painting knows what was painted, not what causality hides") {
  Session session;
  REQUIRE(session.dispatch(action::SetCausal{true}));
  CHECK_FALSE(painted_hidden(session.document(), 0, 1));
  REQUIRE(session.dispatch(action::PaintMask{1, 0, 1, 1, true}));
  CHECK(painted_hidden(session.document(), 1, 0));
  CHECK_FALSE(painted_hidden(session.document(), 0, 0));
  CHECK_FALSE(painted_hidden(session.document(), -1, 99));
}

TEST_CASE("stages that are off have a switch that turns them on") {
  Session session;
  for (const Stage stage : {Stage::kScaled, Stage::kMasked, Stage::kCapped, Stage::kPositions}) {
    const auto on = switch_on(stage);
    REQUIRE(on);
    REQUIRE(session.dispatch(*on));
    CHECK(session.trace().has({0, stage, 0}));
  }
  CHECK_FALSE(switch_on(Stage::kQ));
}
