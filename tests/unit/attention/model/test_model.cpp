#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <limits>

#include "support/random_model.hpp"
#include "support/small_model.hpp"

using namespace ap;
using test::plain_model;

namespace {

/// validate's error, which must be there.
Error refused(const Model& m) {
  const auto result = validate(m);
  REQUIRE_FALSE(result.has_value());
  return result.error();
}

}  // namespace

TEST_CASE("a matrix of another shape is refused with both shapes and its place") {
  Model m = plain_model(4);
  m.layers[0].k.weight = share(Matrix::Zero(4, 3));
  const Error e = refused(m);
  CHECK(e.code == ErrorCode::kShape);
  CHECK(e.where == "model.layers[0].w_k");
  CHECK(e.message == "is 4 x 3, needs 4 x 4");
}

TEST_CASE("a cell that is no finite number is refused with its row and column") {
  Model m = plain_model(3);
  Matrix w = Matrix::Identity(3, 3);
  w(1, 2) = std::numeric_limits<float>::quiet_NaN();
  m.layers[0].q.weight = share(w);
  CHECK(refused(m).code == ErrorCode::kNotFinite);
  CHECK(refused(m).where == "model.layers[0].w_q[1][2]");
  w(1, 2) = 2e6F;
  m.layers[0].q.weight = share(w);
  CHECK(refused(m).code == ErrorCode::kRange);
}

TEST_CASE("counts and options out of range are refused") {
  Model m = plain_model(4);
  m.kv_heads = 2;
  CHECK(refused(m).where == "model.kv_heads");
  m = plain_model(4);
  m.heads = 3;
  m.kv_heads = 2;
  CHECK(refused(m).code == ErrorCode::kShape);
  m = plain_model(4);
  m.layers.resize(kMaxLayers + 1, m.layers[0]);
  CHECK(refused(m).code == ErrorCode::kTooLarge);
  m = plain_model(4);
  m.free_scale = INFINITY;
  CHECK(refused(m).code == ErrorCode::kNotFinite);
  m = plain_model(4);
  m.softcap = -1.0F;
  CHECK(refused(m).where == "model.softcap");
  m = plain_model(4);
  m.positions.rotary_width = 3;
  CHECK(refused(m).where == "model.positions.rotary_width");
  m = plain_model(4);
  m.layers[0].temperature = test::rows({{0.0F}});
  CHECK(refused(m).where == "model.layers[0].temperature[0]");
  m = plain_model(4);
  m.norm = NormKind::kLayerNorm;
  CHECK(refused(m).where == "model.layers[0].norm1_gain");
}

TEST_CASE("a trace past the limit is refused before it is allocated, with the sizes") {
  Model m = plain_model(2);
  m.heads = m.kv_heads = 64;
  m.key_width = m.value_width = 1;
  Layer& l = m.layers[0];
  l.q.weight = l.k.weight = l.v.weight = share(Matrix::Zero(2, 64));
  l.o.weight = share(Matrix::Zero(64, 2));
  const auto result = validate(m, test::input_of(share(Matrix::Zero(4096, 2))));
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().code == ErrorCode::kTooLarge);
  CHECK(result.error().message.find("4096 x 4096 tokens, 64 heads") != std::string::npos);
}

TEST_CASE("inputs that do not fit are refused") {
  const Model m = plain_model(3);
  CHECK(validate(m, test::input_of(share(Matrix::Zero(2, 4)))).error().where == "embeddings");
  Input in = test::input_of(share(Matrix::Zero(2, 3)));
  in.mask = share(Matrix::Zero(2, 3));
  CHECK(validate(m, in).error().where == "mask");
  in.mask = test::rows({{0, INFINITY}, {0, 0}});
  CHECK(validate(m, in).error().where == "mask[0][1]");
  in.mask = test::rows({{0, -INFINITY}, {0, 0}});
  CHECK(validate(m, in).has_value());
}
