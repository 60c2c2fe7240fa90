// Edits where concat is wider than a block of the products, so that parts of W_O's product are
// kept: still bit for bit the full forward's, whatever is edited between.
#include <catch2/catch_test_macros.hpp>
#include <cstring>

#include "attention/forward/forward.hpp"
#include "support/random_model.hpp"

using namespace ap;
using test::RandomModel;

namespace {

Model wide_model(RandomModel& random, int heads, int value_width, bool bias) {
  Model m;
  m.width = random.between(3, 40);
  m.heads = heads;
  m.kv_heads = random.coin() ? heads : 1;
  m.key_width = 4;
  m.value_width = value_width;
  m.residual = random.coin();
  for (int l = 0; l < 2; ++l) {
    Layer layer;
    layer.q = random.linear(m.width, m.heads * m.key_width, bias);
    layer.k = random.linear(m.width, m.kv_heads * m.key_width, bias);
    layer.v = random.linear(m.width, m.kv_heads * m.value_width, bias);
    layer.o = random.linear(m.heads * m.value_width, m.width, bias);
    m.layers.push_back(layer);
  }
  return m;
}

bool same(const Matrix& a, const Matrix& b) {
  return a.rows() == b.rows() && a.cols() == b.cols() &&
         same_bits(a.data(), b.data(), static_cast<int>(a.size()));
}

}  // namespace

TEST_CASE("edits of a wide model recompute to the bits of a full forward pass") {
  Scratch scratch;
  int kept = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    RandomModel random(seed * 31);
    Model m = wide_model(random, random.between(2, 6), random.between(50, 140), random.coin());
    Input in;
    in.embeddings = random.matrix(random.between(1, 14), m.width);
    REQUIRE(validate(m, in).has_value());
    Trace edited = forward(m, in, scratch);
    for (const LayerTrace& layer : edited.layers) CHECK(layer.parts.size() == 0);
    for (int step = 0; step < 25; ++step) {
      if (step == 17) {  // another shape
        in = {};
        in.embeddings = random.matrix(random.between(1, 14), m.width);
      }
      random.edit(m, in);
      REQUIRE(validate(m, in).has_value());
      update(edited, m, in, scratch);
      const Trace whole = forward(m, in, scratch);
      for (std::size_t l = 0; l < whole.layers.size(); ++l) {
        INFO("seed " << seed << ", step " << step << ", layer " << l);
        REQUIRE(same(edited.layers[l].weights, whole.layers[l].weights));
        REQUIRE(same(edited.layers[l].concat, whole.layers[l].concat));
        REQUIRE(same(edited.layers[l].projected, whole.layers[l].projected));
        if (edited.layers[l].parts.size() > 0) ++kept;
      }
    }
  }
  CHECK(kept > 100);  // else this would not test what it says
}
