// Windows of layers: what they hide, whose mask is where, what is recomputed and explained.
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <limits>

#include "attention/explain/explain.hpp"
#include "attention/forward/forward.hpp"
#include "support/small_model.hpp"

using namespace ap;
using test::plain_model;

namespace {

constexpr int kTokens = 6;

Input sentence() {
  Matrix x(kTokens, 3);
  for (int i = 0; i < x.size(); ++i) x.data()[i] = std::sin(0.7F * static_cast<float>(i));
  return test::input_of(share(std::move(x)));
}

Model layered(const std::vector<KeyWindow>& windows) {
  Model m = plain_model(3);
  m.layers.resize(windows.size(), m.layers.front());
  for (std::size_t l = 0; l < windows.size(); ++l) m.layers[l].window = windows[l];
  return m;
}

bool same(const Trace& a, const Trace& b) {
  for (int l = 0; l < static_cast<int>(a.layers.size()); ++l) {
    if (a.stages(l) != b.stages(l)) return false;
    for (const Stage stage : a.stages(l)) {
      const ConstView x = a.tensor({l, stage, 0}), y = b.tensor({l, stage, 0});
      if (x.rows != y.rows || x.cols != y.cols) return false;
      for (int i = 0; i < x.rows; ++i) {
        if (!same_bits(x.row(i), y.row(i), x.cols)) return false;
      }
    }
  }
  return true;
}

}  // namespace

TEST_CASE("layers of one window share a mask, at the first of them") {
  const Trace t = forward(layered({{}, {1, 0}, {}, {1, 0}}), sentence());
  CHECK(t.has({0, Stage::kMask, 0}));
  CHECK(t.has({1, Stage::kMask, 0}));
  CHECK_FALSE(t.has({2, Stage::kMask, 0}));
  CHECK(t.resolve({2, Stage::kMask, 0}) == TensorId{0, Stage::kMask, 0});
  CHECK(t.resolve({3, Stage::kMask, 0}) == TensorId{1, Stage::kMask, 0});
  for (int i = 0; i < kTokens; ++i) {
    for (int j = 0; j < kTokens; ++j) {
      const bool seen = j == i || j == i - 1;
      CHECK(t.tensor({2, Stage::kMask, 0})(i, j) == 0.0F);
      CHECK(t.tensor({3, Stage::kMask, 0})(i, j) == (seen ? 0.0F : -INFINITY));
      CHECK((t.tensor({3, Stage::kWeights, 0})(i, j) > 0.0F) == seen);
    }
  }
  CHECK_FALSE(forward(layered({{}, {}}), sentence()).has({0, Stage::kMask, 0}));
}

TEST_CASE("a window is around the place of a query behind cached tokens") {
  Model m = layered({{1, -1}});
  m.causal = true;
  Input in = sentence();
  Past past;
  past.layers.push_back({share(Matrix::Ones(4, 3)), share(Matrix::Ones(4, 3))});
  in.past = std::make_shared<const Past>(std::move(past));
  const Trace t = forward(m, in);
  const ConstView mask = t.tensor({0, Stage::kMask, 0});
  for (int i = 0; i < kTokens; ++i) {
    for (int j = 0; j < mask.cols; ++j) CHECK((mask(i, j) == 0.0F) == (j == i + 4 || j == i + 3));
  }
}

TEST_CASE("another window recomputes what follows, and nothing else") {
  const Input in = sentence();
  Scratch scratch;
  Trace t;
  const std::vector<std::vector<KeyWindow>> turns = {
      {{}, {}}, {{1, 0}, {}}, {{1, 0}, {2, 2}}, {{1, 0}, {1, 0}}, {{}, {1, 0}}, {{}, {}}};
  update(t, layered(turns.front()), in, scratch);
  for (const auto& windows : turns) {
    const Model m = layered(windows);
    const UpdateStats stats = update(t, m, in, scratch);
    CHECK_FALSE(stats.full);
    CHECK(same(t, forward(m, in)));
  }
  // A wider window that hides the same keys changes nothing: its mask has the same bits.
  update(t, layered({{9, 0}, {}}), in, scratch);
  CHECK(update(t, layered({{8, 0}, {}}), in, scratch).cells == 0);
}

TEST_CASE("a cell says that it is outside the window, and the mask whom it feeds") {
  Model m = layered({{1, 1}, {}, {1, 1}});
  const Trace t = forward(m, sentence());
  const auto why = [&](int layer, Stage stage, int i, int j) {
    return explain(t, {{layer, stage, 0}, i, j})->reason;
  };
  CHECK(why(0, Stage::kMask, 0, 2) == MaskReason::kWindow);
  CHECK(why(0, Stage::kMask, 0, 1) == MaskReason::kOpen);
  CHECK(why(1, Stage::kMask, 0, 2) == MaskReason::kOpen);
  CHECK(why(2, Stage::kMasked, 0, 2) == MaskReason::kWindow);
  CHECK(why(2, Stage::kWeights, 0, 2) == MaskReason::kWindow);
  CHECK(explain(t, {{0, Stage::kMask, 0}, 0, 2})->constant("right") == 1);
  const auto fed = consumers(t, {{2, Stage::kMask, 0}, 0, 2});
  REQUIRE(fed.size() == 2);
  CHECK(fed[0].tensor == TensorId{0, Stage::kMasked, 0});
  CHECK(fed[1].tensor == TensorId{2, Stage::kMasked, 0});
  m.causal = true;
  CHECK(explain(forward(m, sentence()), {{0, Stage::kMask, 0}, 0, 2})->reason ==
        MaskReason::kCausal);
}

TEST_CASE("a bound below -1 is refused with its place") {
  const auto refused = validate(layered({{}, {-2, 0}}));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().where == "model.layers[1].window");
}

TEST_CASE("a mask cell may hide with any size, and shows with none beyond 1e6") {
  const Model m = layered({{}});
  Input in = sentence();
  Matrix mask = Matrix::Zero(kTokens, kTokens);
  mask(1, 0) = std::numeric_limits<float>::lowest();
  mask(1, 2) = -1e9F;
  in.mask = share(Matrix(mask));
  REQUIRE(validate(m, in));
  const Trace t = forward(m, in);
  CHECK(t.tensor({0, Stage::kWeights, 0})(1, 0) == 0.0F);
  CHECK(t.tensor({0, Stage::kWeights, 0})(1, 2) == 0.0F);
  CHECK(t.tensor({0, Stage::kMask, 0})(1, 0) == std::numeric_limits<float>::lowest());
  mask(1, 0) = 1e9F;
  in.mask = share(std::move(mask));
  CHECK_FALSE(validate(m, in));
}
