#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>

#include "attention/explain/explain.hpp"
#include "attention/forward/forward.hpp"
#include "support/small_model.hpp"

using namespace ap;
using test::plain_model;

namespace {

Trace lesson() {
  return forward(plain_model(3),
                 test::input_of(test::rows({{1, 0, 1}, {1, 1, 0}, {0, 1, 1}, {0, 0, 1}})));
}

}  // namespace

TEST_CASE("a score is a row of Q times a row of K") {
  const Trace t = lesson();
  const auto e = explain(t, {{0, Stage::kScores, 0}, 0, 2});
  REQUIRE(e.has_value());
  CHECK(e->operation == Operation::kDot);
  REQUIRE(e->terms.size() == 3);
  CHECK(e->terms[2].a.cell == CellId{{0, Stage::kQ, 0}, 0, 2});
  CHECK(e->terms[2].b.cell == CellId{{0, Stage::kK, 0}, 2, 2});
  CHECK(evaluate(*e) == 1.0);
  REQUIRE(e->sources.size() == 2);
  CHECK(e->sources[1].row == 2);
  CHECK(e->sources[1].cols == 3);
}

TEST_CASE("a weight is its exp over the sum of its row's") {
  const Trace t = lesson();
  const auto e = explain(t, {{0, Stage::kWeights, 0}, 1, 1});
  CHECK(e->operation == Operation::kSoftmax);
  CHECK(e->own == 1);
  CHECK(e->constant("max") == 2.0);
  CHECK(e->constant("sum") == Catch::Approx(1 + 2 * std::exp(-1.0) + std::exp(-2.0)));
  CHECK(evaluate(*e) == Catch::Approx(.534447).margin(1e-6));
}

TEST_CASE("a masked cell says why") {
  Model m = plain_model(2);
  m.causal = true;
  m.softcap = 2.0F;
  Input in = test::input_of(test::rows({{1, 2}, {3, 4}, {5, 6}}));
  in.mask = test::rows({{0, 0, 0}, {-INFINITY, 0, 0}, {0, 0, 0}});
  in.kv_length = 2;
  const Trace t = forward(m, in);
  const auto why = [&](int i, int j) { return explain(t, {{0, Stage::kMask, 0}, i, j})->reason; };
  CHECK(why(0, 1) == MaskReason::kCausal);
  CHECK(why(1, 0) == MaskReason::kPainted);
  CHECK(why(2, 2) == MaskReason::kPadding);
  CHECK(why(1, 1) == MaskReason::kOpen);
  for (const Stage stage : {Stage::kMasked, Stage::kWeights}) {
    CHECK(explain(t, {{0, stage, 0}, 0, 1})->reason == MaskReason::kCausal);
  }
  // The cap comes before the mask: it knows nothing of it.
  CHECK(explain(t, {{0, Stage::kCapped, 0}, 0, 1})->reason == MaskReason::kNone);
  CHECK(std::isfinite(t.tensor({0, Stage::kCapped, 0})(0, 1)));
}

TEST_CASE("a cell or a matrix that is not there is an error with its place") {
  const Trace t = lesson();
  CHECK(explain(t, {{0, Stage::kScores, 0}, 4, 0}).error().where == "scores[4][0]");
  CHECK(explain(t, {{0, Stage::kScores, 1}, 0, 0}).error().code == ErrorCode::kNotFound);
  CHECK(explain(t, {{3, Stage::kQ, 0}, 0, 0}).error().code == ErrorCode::kNotFound);
  CHECK(explain(t, {{0, Stage::kHidden, 0}, 0, 0}).error().code == ErrorCode::kNotFound);
}

TEST_CASE("what a cell of W_K feeds is a column of K, and that a column of scores") {
  const Trace t = lesson();
  const auto k = consumers(t, {{0, Stage::kWk, 0}, 1, 2});
  REQUIRE(k.size() == 1);
  CHECK(k[0].tensor == TensorId{0, Stage::kK, 0});
  CHECK(k[0].col == 2);
  CHECK(k[0].rows == 4);
  const auto scores = consumers(t, {{0, Stage::kK, 0}, 3, 2});
  REQUIRE(scores.size() == 1);
  CHECK(scores[0].col == 3);
  CHECK(scores[0].cols == 1);
  CHECK(consumers(t, {{0, Stage::kOutput, 0}, 0, 0}).empty());
}

TEST_CASE("stage names are found by their names") {
  for (int s = 0; s < kStageCount; ++s) {
    CHECK(stage_from(name(static_cast<Stage>(s))) == static_cast<Stage>(s));
  }
  CHECK_FALSE(stage_from("W_Q").has_value());
}
