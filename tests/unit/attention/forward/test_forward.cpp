#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>

#include "attention/forward/forward.hpp"
#include "support/random_model.hpp"
#include "support/small_model.hpp"

using namespace ap;
using test::plain_model;

namespace {

bool all_finite(ConstView v) {
  for (int i = 0; i < v.rows; ++i) {
    for (int j = 0; j < v.cols; ++j) {
      if (!std::isfinite(v(i, j))) return false;
    }
  }
  return true;
}

const TensorId kWeightsId{0, Stage::kWeights, 0};
const TensorId kOutputId{0, Stage::kOutput, 0};

}  // namespace

TEST_CASE("similarity only: the numbers of the first lesson") {
  const Input in = test::input_of(test::rows({{1, 0, 1}, {1, 1, 0}, {0, 1, 1}, {0, 0, 1}}));
  const Trace t = forward(plain_model(3), in);
  const double weights[4][4] = {{.475367, .174878, .174878, .174878},
                                {.196612, .534447, .196612, .072329},
                                {.174878, .174878, .475367, .174878},
                                {.296923, .109232, .296923, .296923}};
  const double output[4][3] = {{.650245, .349755, .825122},
                               {.731059, .731059, .465553},
                               {.349755, .650245, .825122},
                               {.406155, .406155, .890768}};
  for (int i = 0; i < 4; ++i) {
    for (int j = 0; j < 4; ++j) CHECK(std::abs(t.tensor(kWeightsId)(i, j) - weights[i][j]) < 1e-6);
    for (int j = 0; j < 3; ++j) CHECK(std::abs(t.tensor(kOutputId)(i, j) - output[i][j]) < 1e-6);
  }
  CHECK(t.tensor({0, Stage::kScores, 0})(0, 0) == 2.0F);
  CHECK_FALSE(t.has({0, Stage::kScaled, 0}));
  CHECK_FALSE(t.has({0, Stage::kMasked, 0}));
  CHECK(t.tensor({0, Stage::kCapped, 0}).data == t.tensor({0, Stage::kScores, 0}).data);
}

TEST_CASE("a causal mask gives exact zeros above the diagonal") {
  test::RandomModel random(5);
  Model m = plain_model(6);
  m.causal = true;
  const Trace t = forward(m, test::input_of(random.matrix(9, 6)));
  const ConstView w = t.tensor(kWeightsId);
  for (int i = 0; i < 9; ++i) {
    float sum = 0;
    for (int j = 0; j < 9; ++j) {
      if (j > i) CHECK(w(i, j) == 0.0F);
      sum += w(i, j);
    }
    CHECK(sum == Catch::Approx(1.0F));
  }
}

TEST_CASE("a row with every key hidden gives zeros, never NaN") {
  Model m = plain_model(2);
  Input in = test::input_of(test::rows({{1, 2}, {3, 4}}));
  in.mask = test::rows({{-INFINITY, -INFINITY}, {0, -INFINITY}});
  const Trace t = forward(m, in);
  CHECK(t.tensor(kWeightsId)(0, 0) == 0.0F);
  CHECK(t.tensor(kWeightsId)(0, 1) == 0.0F);
  CHECK(t.tensor(kOutputId)(0, 0) == 0.0F);
  CHECK(t.tensor(kOutputId)(1, 1) == 2.0F);
}

TEST_CASE("huge logits stay finite") {
  Model m = plain_model(2);
  m.scale = ScaleKind::kFree;
  m.free_scale = 1e30F;
  const Trace t = forward(m, test::input_of(test::rows({{1, 2}, {-3, 4}, {5, -6}})));
  CHECK(all_finite(t.tensor(kWeightsId)));
  CHECK(all_finite(t.tensor(kOutputId)));
  CHECK(t.tensor({0, Stage::kScaled, 0})(0, 0) == Catch::Approx(5e30F));
  CHECK(t.tensor(kWeightsId)(0, 0) + t.tensor(kWeightsId)(0, 1) + t.tensor(kWeightsId)(0, 2) ==
        1.0F);
}

TEST_CASE("no token, one token, 512 tokens") {
  const Model m = plain_model(4);
  CHECK(forward(m, test::input_of(share(Matrix(0, 4)))).tensor(kOutputId).rows == 0);
  const Trace one = forward(m, test::input_of(test::rows({{1, 2, 3, 4}})));
  CHECK(one.tensor(kWeightsId)(0, 0) == 1.0F);
  CHECK(one.tensor(kOutputId)(0, 3) == 4.0F);
  test::RandomModel random(3);
  const Trace many = forward(m, test::input_of(random.matrix(512, 4, 3.0F)));
  CHECK(all_finite(many.tensor(kWeightsId)));
  CHECK(all_finite(many.tensor(kOutputId)));
}

TEST_CASE("cross-attention to an empty source gives zeros") {
  Input in = test::input_of(test::rows({{1, 2}}));
  in.source = share(Matrix(0, 2));
  const Trace t = forward(plain_model(2), in);
  CHECK(t.tensor(kWeightsId).cols == 0);
  CHECK(t.tensor(kOutputId)(0, 0) == 0.0F);
}

TEST_CASE("permuting the tokens permutes the outputs") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    test::RandomModel random(seed);
    Model m = random.model();
    m.positions.kind = PositionKind::kNone;
    m.positions.learned = nullptr;
    m.causal = false;
    for (Layer& layer : m.layers) layer.window = {};
    const SharedMatrix x = random.matrix(7, m.width);
    std::vector<int> order{0, 1, 2, 3, 4, 5, 6};
    for (int i = 6; i > 0; --i)
      std::swap(order[static_cast<std::size_t>(i)],
                order[random.rng().below(static_cast<std::uint32_t>(i + 1))]);
    Matrix moved(7, m.width);
    for (int i = 0; i < 7; ++i) moved.row(i) = x->row(order[static_cast<std::size_t>(i)]);
    const Trace a = forward(m, test::input_of(x));
    const Trace b = forward(m, test::input_of(share(std::move(moved))));
    const TensorId last{static_cast<int>(m.layers.size()) - 1, Stage::kOutput, 0};
    for (int i = 0; i < 7; ++i) {
      for (int j = 0; j < m.width; ++j) {
        const float from = a.tensor(last)(order[static_cast<std::size_t>(i)], j);
        INFO("seed " << seed);
        CHECK(b.tensor(last)(i, j) == Catch::Approx(from).margin(2e-4).epsilon(2e-4));
      }
    }
  }
}

TEST_CASE("decoding token by token with a cache gives the rows of the whole") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    test::RandomModel random(seed * 31);
    Model m = random.model();
    m.causal = true;
    const int tokens = 8;
    const int cached = random.between(1, tokens - 1);
    const SharedMatrix x = random.matrix(tokens, m.width);
    const Trace whole = forward(m, test::input_of(x));
    const Trace prefix = forward(m, test::input_of(share(x->topRows(cached))));
    Past past;
    for (const LayerTrace& l : prefix.layers) past.layers.push_back({share(l.k), share(l.v)});
    Input rest = test::input_of(share(x->bottomRows(tokens - cached)));
    rest.past = std::make_shared<const Past>(std::move(past));
    REQUIRE(validate(m, rest).has_value());
    const Trace step = forward(m, rest);
    const TensorId last{static_cast<int>(m.layers.size()) - 1, Stage::kOutput, 0};
    CHECK(step.tensor({0, Stage::kK, 0}).rows == tokens);
    for (int i = cached; i < tokens; ++i) {
      for (int j = 0; j < m.width; ++j) {
        INFO("seed " << seed << " row " << i);
        CHECK(step.tensor(last)(i - cached, j) ==
              Catch::Approx(whole.tensor(last)(i, j)).margin(1e-5).epsilon(1e-5));
      }
    }
  }
}

TEST_CASE("an update that changes no shape recomputes little") {
  test::RandomModel random(11);
  Model m = plain_model(16);
  Input in = test::input_of(random.matrix(32, 16));
  Scratch scratch;
  Trace t;
  CHECK(update(t, m, in, scratch).full);
  CHECK(update(t, m, in, scratch).cells == 0);
  Matrix w = *m.layers[0].o.weight;
  w(3, 5) = 2.0F;
  m.layers[0].o.weight = share(std::move(w));
  const UpdateStats stats = update(t, m, in, scratch);
  CHECK_FALSE(stats.full);
  CHECK(stats.cells == 32);  // one column of the output
}
