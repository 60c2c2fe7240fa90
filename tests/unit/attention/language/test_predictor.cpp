#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <map>
#include <numeric>

#include "attention/language/predictor.hpp"
#include "support/random_language.hpp"

using namespace ap;

namespace {

Matrix row_of(std::initializer_list<float> list) {
  Matrix m(1, static_cast<int>(list.size()));
  std::ranges::copy(list, m.data());
  return m;
}

/// A causal model without a limit of positions.
Model causal_model(std::uint64_t seed) {
  for (;; ++seed) {
    test::RandomLanguage random(seed);
    Model m = random.model();
    if (m.causal && m.positions.kind == PositionKind::kRope) return m;
  }
}

Predictor opened(Model m) {
  auto p = Predictor::open(std::move(m));
  REQUIRE(p.has_value());
  return std::move(*p);
}

}  // namespace

TEST_CASE("the likeliest come first, and of equals the lower id") {
  const Matrix logits = row_of({1, 3, -2, 3, 0});
  const auto top = likeliest(view(logits), 3);
  REQUIRE(top.size() == 3);
  CHECK(top[0].id == 1);
  CHECK(top[1].id == 3);
  CHECK(top[2].id == 0);
  double sum = 0.0;
  for (const Candidate& c : likeliest(view(logits), 99)) sum += c.probability;
  CHECK(std::abs(sum - 1.0) < 1e-12);
}

TEST_CASE("chance follows the shares that temperature, top-k and top-p leave") {
  const Matrix logits = row_of({0, std::log(2.0F), std::log(5.0F), std::log(2.0F)});
  Rng rng(3);
  CHECK(choose(view(logits), {}, rng) == 2);
  std::map<int, int> counts;
  for (int i = 0; i < 4000; ++i) ++counts[choose(view(logits), {.temperature = 1}, rng)];
  CHECK(std::abs(counts[2] / 4000.0 - 0.5) < 0.03);
  CHECK(std::abs(counts[0] / 4000.0 - 0.1) < 0.02);
  counts.clear();
  for (int i = 0; i < 500; ++i) {
    ++counts[choose(view(logits), {.temperature = 1, .top_k = 2}, rng)];
  }
  CHECK(counts.size() == 2);
  CHECK(counts.contains(1));
  counts.clear();
  for (int i = 0; i < 500; ++i) {
    ++counts[choose(view(logits), {.temperature = 1, .top_p = 0.4F}, rng)];
  }
  CHECK(counts.size() == 1);
  CHECK_FALSE(validate(Sampling{.temperature = -1}).has_value());
  CHECK_FALSE(validate(Sampling{.top_p = 0}).has_value());
}

TEST_CASE("a generation is what a fresh pass over each longer text says") {
  for (const std::uint64_t seed : {1U, 40U, 90U}) {
    Predictor p = opened(causal_model(seed));
    REQUIRE(p.set_ids({0, 1, 2}).has_value());
    const auto fresh = p.generate({.tokens = 12});
    REQUIRE(fresh.has_value());
    REQUIRE(fresh->size() == 12);
    std::vector<int> text{0, 1, 2};
    for (const int id : *fresh) {
      Predictor other = opened(p.model());
      REQUIRE(other.set_ids(text).has_value());
      const auto row = other.logits();
      REQUIRE(row.has_value());
      CHECK(largest(*row) == id);
      text.push_back(id);
    }
    CHECK(std::ranges::equal(p.ids(), text));
  }
}

TEST_CASE("the same seed, the same tokens; another way of asking, the same logits") {
  Predictor p = opened(causal_model(7));
  const Generation how{.tokens = 20, .sampling = {.temperature = 1.3F, .top_k = 3}, .seed = 9};
  REQUIRE(p.set_ids({1}).has_value());
  const auto first = p.generate(how);
  REQUIRE(p.set_ids({1}).has_value());
  CHECK(*first == *p.generate(how));
  const Matrix one = as_eigen(*p.logits(4));
  const auto all = p.all_logits();
  REQUIRE(all.has_value());
  REQUIRE(all->rows == 21);
  CHECK(one == Matrix(as_eigen(all->block(4, 0, 1, all->cols))));
}

TEST_CASE("what cannot be asked is refused in words and leaves the text") {
  Predictor p = opened(causal_model(7));
  CHECK(p.logits().error().code == ErrorCode::kNotFound);
  REQUIRE(p.set_ids({1, 2}).has_value());
  CHECK(p.set_ids({1, 99999}).error().where == "ids[1]");
  CHECK(p.ids().size() == 2);
  CHECK_FALSE(p.logits(2).has_value());
  CHECK(p.generate({.tokens = 1, .sampling = {.temperature = NAN}}).error().code ==
        ErrorCode::kRange);
  Model plain = p.model();
  plain.language.reset();
  CHECK_FALSE(Predictor::open(plain).has_value());
  Model masked = p.model();
  masked.causal = false;
  Predictor bert = opened(masked);
  REQUIRE(bert.set_ids({1, 2}).has_value());
  CHECK(bert.generate({.tokens = 1}).error().code == ErrorCode::kUnsupported);
}
