#include <catch2/catch_test_macros.hpp>

#include "support/playground_samples.hpp"

using namespace ap;
using namespace ap::samples;

namespace {

Matrix q_of(const Document& d) { return *d.model.layers[0].q.weight; }

}  // namespace

TEST_CASE("a new width embeds the words again and keeps what was edited") {
  Document d = sentence("the cat", 4, 1);
  d = after(d, action::SetCell{{{0, Stage::kEmbeddings, 0}, 0, 2}, 5});
  d = after(d, action::SetCell{{{0, Stage::kWk, 0}, 0, 3}, 2});
  d = after(d, action::SetWidth{6});
  CHECK(d.model.key_width == 6);
  CHECK(q_of(d) == Matrix::Identity(6, 6));
  CHECK((*d.model.layers[0].k.weight)(0, 3) == 2.0F);
  CHECK((*d.query.embeddings)(0, 2) == 5.0F);
  float cat[6];
  core_words().copy_vector(*core_words().find("cat"), cat, 6);
  CHECK((*d.query.embeddings)(1, 5) == cat[5]);
  CHECK(after(d, action::SetWidth{300}).query.embeddings->cols() == 300);
}

TEST_CASE("identity heads are slices of the identity, also with groups and odd widths") {
  const Document d = sentence("the cat", 8, 4);
  CHECK(d.model.key_width == 2);
  CHECK(q_of(d) == Matrix::Identity(8, 8));
  CHECK(*d.model.layers[0].o.weight == Matrix::Identity(8, 8));
  const Document grouped = after(d, action::SetHeads{4, 2});
  CHECK(grouped.model.layers[0].k.weight->cols() == 4);
  // Queries and keys of a group still meet: the scores of a word with itself are not zero.
  const Trace t = forward(grouped.model, input_of(grouped));
  for (int h = 0; h < 4; ++h) CHECK(t.tensor({0, Stage::kScores, h})(1, 1) > 0.0F);
  const Document odd = after(d, action::SetHeads{3});
  CHECK(odd.model.key_width == 2);
  CHECK(validate(odd));
  CHECK(after(d, action::SetHeads{16}).model.key_width == 1);
}

TEST_CASE("head width changes keep every head's own columns") {
  Document d = after(sentence("the cat", 4, 2), action::SetWeights{WeightInit::kRandom, 2});
  const Matrix before = q_of(d);
  d = after(d, action::SetHeadWidth{3, 1});
  REQUIRE(q_of(d).cols() == 6);
  CHECK(q_of(d).block(0, 3, 4, 2) == before.block(0, 2, 4, 2));
  CHECK(d.model.layers[0].o.weight->rows() == 2);
  d = after(d, action::SetHeadWidth{});
  CHECK(d.model.key_width == 2);
}

TEST_CASE("layers come with identity weights and go with their locks") {
  Document d = after(sentence("the cat", 4, 2), action::SetLayers{3});
  CHECK(*d.model.layers[2].q.weight == Matrix::Identity(4, 4));
  d = after(d, action::Lock{2, Stage::kWq, true});
  d = after(d, action::SetLayers{1});
  CHECK(d.locked.empty());
}

TEST_CASE("norm, MLP and biases bring exactly the matrices they need, in any order") {
  Document d = sentence("the cat", 4, 2);
  const Document plain = d;
  d = after(d, action::SetMlp{MlpKind::kSwiglu, 0});
  CHECK(d.model.mlp_width == 16);
  d = after(d, action::SetBiases{true});
  d = after(d, action::SetNorm{NormKind::kLayerNorm, NormPlace::kPost});
  d = after(d, action::SetLayers{2});
  d = after(d, action::SetWidth{6});
  CHECK(d.model.mlp_width == 24);
  CHECK(d.model.layers[1].gate.bias != nullptr);
  CHECK(d.model.layers[1].norm2.bias->cols() == 6);
  d = after(d, action::SetNorm{NormKind::kRmsNorm, NormPlace::kPre});
  CHECK(d.model.layers[0].norm1.bias == nullptr);
  d = after(d, action::SetMlp{MlpKind::kNone, 0});
  CHECK(d.model.layers[0].norm2.gain == nullptr);
  d = after(d, action::SetNorm{});
  d = after(d, action::SetNorm{NormKind::kNone, NormPlace::kPre});
  d = after(d, action::SetBiases{false});
  d = after(d, action::SetLayers{1});
  d = after(d, action::SetWidth{4});
  CHECK(d == plain);
}

TEST_CASE("shapes out of range are refused before anything is allocated") {
  const Document d = sentence("the cat");
  CHECK(error_of(d, action::SetWidth{0}).code == ErrorCode::kRange);
  CHECK(error_of(d, action::SetWidth{2'000'000'000}).code == ErrorCode::kTooLarge);
  CHECK(error_of(d, action::SetWidth{16384}).code == ErrorCode::kTooLarge);
  CHECK(error_of(d, action::SetHeads{0}).code == ErrorCode::kRange);
  CHECK(error_of(d, action::SetHeads{4, 3}).code == ErrorCode::kShape);
  CHECK(error_of(d, action::SetHeads{4, -3}).code == ErrorCode::kRange);
  CHECK(error_of(d, action::SetHeads{1'000'000}).code == ErrorCode::kTooLarge);
  CHECK(error_of(d, action::SetHeadWidth{-1, 0}).code == ErrorCode::kRange);
  CHECK(error_of(d, action::SetHeadWidth{100000, 1}).code == ErrorCode::kTooLarge);
  CHECK(error_of(d, action::SetLayers{0}).code == ErrorCode::kRange);
  CHECK(error_of(d, action::SetLayers{kMaxLayers + 1}).code == ErrorCode::kTooLarge);
  CHECK(error_of(d, action::SetMlp{MlpKind::kRelu, -5}).code == ErrorCode::kRange);
  CHECK(error_of(d, action::SetMlp{MlpKind::kRelu, 2'000'000'000}).code == ErrorCode::kTooLarge);
}

TEST_CASE("options check their numbers") {
  const Document d = sentence("the cat");
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(error_of(d, action::SetScale{ScaleKind::kFree, nan}).code == ErrorCode::kNotFinite);
  CHECK(error_of(d, action::SetScale{ScaleKind::kFree, 1e31F}).code == ErrorCode::kRange);
  CHECK(error_of(d, action::SetSoftcap{-1}).code == ErrorCode::kRange);
  CHECK(error_of(d, action::SetTemperature{0, 0, 0}).code == ErrorCode::kRange);
  CHECK(error_of(d, action::SetTemperature{0, 7, 1}).code == ErrorCode::kNotFound);
  CHECK(error_of(d, action::SetKvLength{3}).code == ErrorCode::kRange);
  CHECK(error_of(d, action::SetCached{1}).code == ErrorCode::kUnsupported);
  CHECK(error_of(d, action::SetPositions{PositionKind::kRope, 0.5F}).code == ErrorCode::kRange);
  CHECK(error_of(d, action::SetPositions{PositionKind::kRope, 100, 3}).code == ErrorCode::kRange);
  const Document hot = after(d, action::SetTemperature{0, 1, 2.5F});
  CHECK((*hot.model.layers[0].temperature)(0, 1) == 2.5F);
  CHECK(after(hot, action::SetTemperature{0, -1, 1}).model.layers[0].temperature == nullptr);
  const Document causal = after(after(d, action::SetCausal{true}), action::SetCached{1});
  CHECK(error_of(causal, action::SetCached{2}).code == ErrorCode::kRange);
  CHECK(after(causal, action::SetCausal{false}).cached == 0);
}
