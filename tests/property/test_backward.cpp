// Exact derivatives against central differences of the double oracle, over random models.
#include <catch2/catch_test_macros.hpp>
#include <cmath>

#include "attention/backward.hpp"
#include "attention/forward.hpp"
#include "attention/reference.hpp"
#include "support/random_model.hpp"

using namespace ap;
using test::RandomModel;

namespace {

struct Place {
  Stage stage;
  SharedMatrix* matrix;
};

std::vector<Place> places(Model& m, Input& in, std::size_t layer) {
  Layer& l = m.layers[layer];
  std::vector<Place> all{
      {Stage::kEmbeddings, &in.embeddings}, {Stage::kSourceEmbeddings, &in.source},
      {Stage::kPositions, &m.positions.learned}, {Stage::kWq, &l.q.weight},
      {Stage::kWk, &l.k.weight}, {Stage::kWv, &l.v.weight}, {Stage::kWo, &l.o.weight},
      {Stage::kBq, &l.q.bias}, {Stage::kBk, &l.k.bias}, {Stage::kBv, &l.v.bias},
      {Stage::kBo, &l.o.bias}, {Stage::kWUp, &l.up.weight}, {Stage::kWGate, &l.gate.weight},
      {Stage::kWDown, &l.down.weight}, {Stage::kBUp, &l.up.bias}, {Stage::kBGate, &l.gate.bias},
      {Stage::kNorm1Gain, &l.norm1.gain}, {Stage::kNorm1Bias, &l.norm1.bias},
      {Stage::kNorm2Gain, &l.norm2.gain}, {Stage::kNorm2Bias, &l.norm2.bias},
      {Stage::kTemperature, &l.temperature}};
  std::erase_if(all, [](const Place& p) { return !*p.matrix || (*p.matrix)->size() == 0; });
  return all;
}

double target_value(const Model& m, const Input& in, CellId target, const Trace& t) {
  CellId at = target;
  at.tensor = t.resolve(at.tensor);
  return reference_forward(m, in).at(at.tensor)(at.row, at.col);
}

}  // namespace

TEST_CASE("derivatives agree with differences of the double oracle") {
  int compared = 0;
  for (std::uint64_t seed = 1; seed <= 120; ++seed) {
    RandomModel random(seed * 6151);
    Model m = random.model();
    Input in = random.input(m);
    if (m.mlp == MlpKind::kRelu) m.mlp = MlpKind::kGelu;  // no kinks under the difference
    const Trace t = forward(m, in);
    const int last = static_cast<int>(m.layers.size()) - 1;
    const Stage stages[] = {Stage::kOutput, Stage::kWeights, Stage::kScores, Stage::kK,
                            Stage::kConcat};
    const TensorId tensor{random.between(0, last), stages[random.rng().below(5)], 0};
    const ConstView v = t.tensor(tensor);
    if (v.empty()) continue;
    const CellId target{tensor, random.between(0, v.rows - 1), random.between(0, v.cols - 1)};
    const auto g = sensitivity(t, target);
    REQUIRE(g.has_value());
    const auto layer = static_cast<std::size_t>(random.between(0, tensor.layer));
    for (const Place& place : places(m, in, layer)) {
      const SharedMatrix kept = *place.matrix;
      const auto index = static_cast<int>(
          random.rng().below(static_cast<std::uint32_t>(kept->size())));
      const auto moved = [&](float by) {
        Matrix changed = *kept;
        changed.data()[index] += by;
        *place.matrix = share(std::move(changed));
        const double value = target_value(m, in, target, t);
        *place.matrix = kept;
        return value;
      };
      const float step = 0x1p-10F;
      const double expected = (moved(step) - moved(-step)) / (2 * step);
      const int cols = static_cast<int>(kept->cols());
      const bool heads = per_head(place.stage) && place.stage != Stage::kPositions;
      const int width = heads ? (place.stage == Stage::kWv || place.stage == Stage::kBv
                                     ? m.value_width : m.key_width) : cols;
      const int col = index % cols;
      const ConstView d = g->tensor({static_cast<int>(layer), place.stage, col / width});
      REQUIRE_FALSE(d.empty());
      const double is = d(index / cols, col % width);
      INFO("seed " << seed << " d " << name(tensor.stage) << " / d " << name(place.stage)
                   << " is " << is << ", difference " << expected);
      REQUIRE(std::abs(is - expected) <= 2e-3 * std::max(1.0, std::abs(expected)));
      ++compared;
    }
  }
  CHECK(compared > 1000);
}

TEST_CASE("what is given has no derivative, and shapes must fit") {
  RandomModel random(1);
  const Model m = random.model();
  const Trace t = forward(m, random.input(m));
  CHECK(sensitivity(t, {{0, Stage::kWq, 0}, 0, 0}).error().code == ErrorCode::kNotFound);
  CHECK(backward(t, {0, Stage::kOutput, 0}, Matrix(1, 99)).error().code == ErrorCode::kShape);
  CHECK(sensitivity(t, {{0, Stage::kOutput, 0}, 999, 0}).error().code == ErrorCode::kNotFound);
}
