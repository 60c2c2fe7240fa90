#include <catch2/catch_test_macros.hpp>
#include <cmath>

#include "support/playground_samples.hpp"

using namespace ap;
using namespace ap::samples;

namespace {

double worst(ConstView is, const std::vector<std::vector<double>>& expected) {
  double most = 0;
  REQUIRE(is.rows == static_cast<int>(expected.size()));
  for (int i = 0; i < is.rows; ++i) {
    const auto& row = expected[static_cast<std::size_t>(i)];
    REQUIRE(is.cols == static_cast<int>(row.size()));
    for (int j = 0; j < is.cols; ++j) {
      most = std::max(most,
                      std::abs(static_cast<double>(is(i, j)) - row[static_cast<std::size_t>(j)]));
    }
  }
  return most;
}

Trace trace_of(const Document& d) { return forward(d.model, input_of(d)); }

}  // namespace

TEST_CASE("the similarity preset gives the worked example's numbers") {
  const Trace t = trace_of(preset("similarity"));
  CHECK(worst(t.tensor({0, Stage::kScores, 0}),
              {{2, 1, 1, 1}, {1, 2, 1, 0}, {1, 1, 2, 1}, {1, 0, 1, 1}}) == 0.0);
  CHECK(worst(t.tensor({0, Stage::kWeights, 0}), {{.475367, .174878, .174878, .174878},
                                                  {.196612, .534447, .196612, .072329},
                                                  {.174878, .174878, .475367, .174878},
                                                  {.296923, .109232, .296923, .296923}}) < 1e-6);
  CHECK(worst(t.tensor({0, Stage::kOutput, 0}), {{.650245, .349755, .825122},
                                                 {.731059, .731059, .465553},
                                                 {.349755, .650245, .825122},
                                                 {.406155, .406155, .890768}}) < 1e-6);
}

TEST_CASE("every preset of the index loads, is valid and goes through JSON unchanged") {
  REQUIRE(presets().size() >= 3);
  CHECK(presets().front().id == "it");
  for (const PresetInfo& info : presets()) {
    CAPTURE(info.id);
    const auto document = load_preset(info.id, &core_words());
    if (!document) FAIL(document.error().where << ": " << document.error().message);
    CHECK(validate(*document));
    CHECK(document->preset == info.id);
    CHECK_FALSE(info.about.empty());
    const auto back = document_from_json(to_json(*document));
    REQUIRE(back);
    CHECK(*back == *document);
    for (const TokenEntry& token : document->query.tokens) CHECK(token.origin != Origin::kUnknown);
  }
}

TEST_CASE("in the default preset 'it' looks mostly at 'cat', and nothing is looked at more") {
  const Document d = preset("it");
  REQUIRE(d.query.size() == 8);
  const Trace t = trace_of(d);
  const ConstView w = t.tensor({0, Stage::kWeights, 0});
  CHECK(w(5, 1) > 0.6F);
  for (int i = 0; i < w.rows; ++i)
    for (int j = 0; j < w.cols; ++j) CHECK(w(i, j) <= w(5, 1));
  // Scores on both sides of 0: colours that can be told apart.
  const ConstView s = t.tensor({0, Stage::kScores, 0});
  CHECK(s(5, 1) > 2);
  CHECK(s(5, 4) < -1);
}

TEST_CASE("in the longer sentence too") {
  const Document d = preset("cat");
  REQUIRE(d.query.size() == 10);
  CHECK(d.model.heads == 2);
  CHECK(d.model.width == 8);
  const Trace t = trace_of(d);
  const ConstView w = t.tensor({0, Stage::kWeights, 0});
  CHECK(w(7, 1) > 0.6F);
  CHECK(w(1, 1) > 0.35F);
  CHECK(w(1, 2) > 0.2F);
  const ConstView near = t.tensor({0, Stage::kWeights, 1});
  for (const int row : {2, 3, 6, 7, 8, 9}) CHECK(near(row, row - 1) > 0.4F);
}

TEST_CASE("the causal preset sees nothing ahead") {
  const Trace t = trace_of(preset("causal"));
  const ConstView w = t.tensor({0, Stage::kWeights, 0});
  for (int i = 0; i < w.rows; ++i) {
    for (int j = i + 1; j < w.cols; ++j) CHECK(w(i, j) == 0.0F);
    if (i > 0) CHECK(w(i, i - 1) > 0.6F);
  }
}

TEST_CASE("an unknown preset is named with those that exist") {
  const auto nothing = load_preset("nothing", nullptr);
  REQUIRE_FALSE(nothing);
  CHECK(nothing.error().code == ErrorCode::kNotFound);
  CHECK(nothing.error().message.find("similarity") != std::string::npos);
}

TEST_CASE("the other presets show what their line says") {
  const Trace street = trace_of(preset("street"));
  CHECK(street.tensor({0, Stage::kWeights, 0})(7, 1) > 0.6F);
  const Trace tennis = trace_of(preset("translation"));
  const ConstView w = tennis.tensor({0, Stage::kWeights, 0});
  CHECK(w(0, 0) > 0.4F);
  CHECK(w(0, 1) > 0.4F);
  CHECK(w(2, 2) > 0.8F);

  const Document bank = preset("bank");
  const Trace t = trace_of(bank);
  const int at = 4;
  REQUIRE(bank.query.tokens[at].text == "bank");
  const auto river = bank.query.embeddings->row(7);
  const auto cosine = [&river](const auto& v) { return v.dot(river) / (v.norm() * river.norm()); };
  const auto before = bank.query.embeddings->row(at);
  const Eigen::RowVectorXf after = as_eigen(t.tensor({0, Stage::kOutput, 0})).row(at);
  CHECK(cosine(after) > cosine(before) + 0.1F);
}
