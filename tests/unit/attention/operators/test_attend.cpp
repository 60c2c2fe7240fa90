// attend on numbers by hand: the order of cap and mask, what hides, windows, and values that no
// query sees. The ONNX cases are in tests/golden.
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <limits>

#include "attention/operators/attend.hpp"

using namespace ap;

namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kLowest = std::numeric_limits<float>::lowest();

Array column(std::vector<float> numbers) {
  return {{static_cast<std::int64_t>(numbers.size()), 1}, std::move(numbers)};
}

Array square(std::int64_t rows, std::int64_t cols, std::vector<float> numbers) {
  return {{rows, cols}, std::move(numbers)};
}

/// Keys of zeros: what is seen is shared evenly.
AttendOutput evenly(int queries, const Array& v, AttendInput in, AttendOptions options = {}) {
  const Array q = column(std::vector<float>(static_cast<std::size_t>(queries), 1.0F));
  const Array k = column(std::vector<float>(v.data.size(), 0.0F));
  in.query = &q;
  in.key = &k;
  in.value = &v;
  options.stage = Stage::kWeights;
  auto out = attend(in, options);
  REQUIRE(out);
  return std::move(*out);
}

}  // namespace

TEST_CASE("a finite mask is added to the capped score, not capped with it") {
  // scaled 2, 0; capped 2 tanh(1), 0; masked less 0 and 1.5.
  const Array q = column({1}), k = column({2, 0}), v = column({0, 1});
  const Array mask = square(1, 2, {0, -1.5F});
  AttendOptions options;
  options.scale = 1.0F;
  options.softcap = 2.0F;
  options.stage = Stage::kMasked;
  const auto out = attend({.query = &q, .key = &k, .value = &v, .mask = &mask}, options);
  REQUIRE(out);
  const double seen = std::exp(2 * std::tanh(1.0)), other = std::exp(-1.5);
  CHECK(out->stage.data[1] == -1.5F);
  CHECK(out->y.data[0] == Catch::Approx(other / (seen + other)).epsilon(1e-6));
}

TEST_CASE("what hides is hidden behind a cap too, whatever it hides with") {
  const Array v = column({0, 1000});
  for (const float hidden : {-kInf, kLowest, -1e9F, -65504.0F, -1e4F}) {
    const Array mask = square(1, 2, {0, hidden});
    AttendOptions options;
    options.softcap = 5.0F;
    INFO(hidden);
    CHECK(evenly(1, v, {.mask = &mask}, options).y.data[0] == 0.0F);
  }
}

TEST_CASE("a row of one finite number shares evenly, a row of -inf sees nothing") {
  const Array v = column({1, 3});
  const Array mask = square(2, 2, {kLowest, kLowest, -kInf, -kInf});
  const AttendOutput out = evenly(2, v, {.mask = &mask});
  CHECK(out.y.data == std::vector<float>{2, 0});
  CHECK(out.stage.data == std::vector<float>{.5F, .5F, 0, 0});
}

TEST_CASE("a value that a query does not see does not reach it, number or not") {
  const std::vector<std::int64_t> lengths{2};
  for (const float bad : {kNaN, kInf, -kInf}) {
    INFO(bad);
    const Array v = column({1, 3, bad});
    CHECK(evenly(2, v, {.kv_lengths = &lengths}).y.data == std::vector<float>{2, 2});
    for (const float hidden : {-kInf, kLowest, -1e9F}) {
      const Array mask = square(2, 3, {0, 0, hidden, -kInf, -kInf, -kInf});
      CHECK(evenly(2, v, {.mask = &mask}).y.data == std::vector<float>{2, 0});
    }
    // The second query sees it, the first does not.
    const Array mask = square(2, 3, {0, 0, -kInf, 0, 0, 0});
    const std::vector<float> y = evenly(2, v, {.mask = &mask}).y.data;
    CHECK(y[0] == 2);
    CHECK_FALSE(std::isfinite(y[1]));
  }
}

TEST_CASE("a key that is no number is hidden like another") {
  const Array q = column({1}), k = column({0, 0, kNaN}), v = column({1, 3, kNaN});
  for (const float hidden : {-kInf, kLowest}) {
    const Array mask = square(1, 3, {0, 0, hidden});
    const auto out = attend({.query = &q, .key = &k, .value = &v, .mask = &mask}, {});
    REQUIRE(out);
    CHECK(out->y.data[0] == 2);
  }
}

TEST_CASE("with lengths and no past the causal order ends at the length") {
  const Array v = column({1, 10, 100, 1000});
  std::vector<std::int64_t> length{3};
  AttendOptions causal;
  causal.causal = true;
  const auto shares = [&](int queries) {
    return evenly(queries, v, {.kv_lengths = &length}, causal).stage.data;
  };
  const float third = 1.0F / 3;
  CHECK(shares(1) == std::vector<float>{third, third, third, 0});
  CHECK(shares(2) == std::vector<float>{.5F, .5F, 0, 0, third, third, third, 0});
  length = {1};  // the offset is -1: the first of two queries sees nothing
  CHECK(shares(2) == std::vector<float>{0, 0, 0, 0, 1, 0, 0, 0});
}

TEST_CASE("a window is around the query's place, with every other mask") {
  const Array v = column({1, 2, 3, 4});
  AttendOptions options;
  options.window = {.left = 1, .right = 0};
  CHECK(evenly(4, v, {}, options).y.data == std::vector<float>{1, 1.5F, 2.5F, 3.5F});
  options.window = {.left = -1, .right = 1};
  CHECK(evenly(4, v, {}, options).y.data == std::vector<float>{1.5F, 2, 2.5F, 2.5F});
  options.window = {.left = 0, .right = 2};
  options.causal = true;
  CHECK(evenly(4, v, {}, options).y.data == v.data);
  // Behind three keys of a past, a query's place is 3.
  const Array past = column({0, 0, 0}), q = column({1}), k = column({0});
  const Array before = column({7, 8, 9}), now = column({10});
  options.window = {.left = 1, .right = -1};
  const auto out = attend(
      {.query = &q, .key = &k, .value = &now, .past_key = &past, .past_value = &before}, options);
  REQUIRE(out);
  CHECK(out->y.data == std::vector<float>{9.5F});
  options.window.left = -2;
  const auto refused = attend({.query = &q, .key = &k, .value = &now}, options);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().where == "left-window");
}

TEST_CASE("a softmax in double is rounded once") {
  std::vector<float> scores;
  for (int j = 0; j < 37; ++j) scores.push_back(0.37F * static_cast<float>(j % 11) - 1.3F);
  const Array q = column({1}), k = column(scores), v = column(scores);
  AttendOptions options;
  options.scale = 1.0F;
  options.double_softmax = true;
  options.stage = Stage::kWeights;
  const auto out = attend({.query = &q, .key = &k, .value = &v}, options);
  REQUIRE(out);
  double total = 0;
  for (const float s : scores) total += std::exp(static_cast<double>(s));
  for (std::size_t j = 0; j < scores.size(); ++j) {
    CHECK(out->stage.data[j] ==
          static_cast<float>(std::exp(static_cast<double>(scores[j])) / total));
  }
}
