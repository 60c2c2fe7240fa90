// Exact derivatives, over random models of every variant: the double reference against differences
// of the double oracle, and the float pass against the double one.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <optional>
#include <set>
#include <string>

#include "attention/forward/forward.hpp"
#include "attention/learning/backward.hpp"
#include "attention/reference/backward.hpp"
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
  std::vector<Place> all{{Stage::kEmbeddings, &in.embeddings},
                         {Stage::kSourceEmbeddings, &in.source},
                         {Stage::kPositions, &m.positions.learned},
                         {Stage::kMask, &in.mask},
                         {Stage::kWq, &l.q.weight},
                         {Stage::kWk, &l.k.weight},
                         {Stage::kWv, &l.v.weight},
                         {Stage::kWo, &l.o.weight},
                         {Stage::kBq, &l.q.bias},
                         {Stage::kBk, &l.k.bias},
                         {Stage::kBv, &l.v.bias},
                         {Stage::kBo, &l.o.bias},
                         {Stage::kWUp, &l.up.weight},
                         {Stage::kWGate, &l.gate.weight},
                         {Stage::kWDown, &l.down.weight},
                         {Stage::kBUp, &l.up.bias},
                         {Stage::kBGate, &l.gate.bias},
                         {Stage::kBDown, &l.down.bias},
                         {Stage::kNorm1Gain, &l.norm1.gain},
                         {Stage::kNorm1Bias, &l.norm1.bias},
                         {Stage::kNorm2Gain, &l.norm2.gain},
                         {Stage::kNorm2Bias, &l.norm2.bias},
                         {Stage::kTemperature, &l.temperature}};
  std::erase_if(all, [](const Place& p) { return !*p.matrix || (*p.matrix)->size() == 0; });
  return all;
}

/// Steps of 2^-14 and its multiples are then exact in float.
void round_cells(SharedMatrix& m) {
  m = share(m->unaryExpr([](float x) { return std::round(x * 16384.0F) / 16384.0F; }));
}

struct Case {
  Model m;
  Input in;
  TensorId target;
  MatrixD cotangent;

  [[nodiscard]] double value() const {
    return reference_forward(m, in).at(target).cwiseProduct(cotangent).sum();
  }
};

Case make_case(RandomModel& random) {
  Case c;
  c.m = random.model();
  c.in = random.input(c.m);
  for (std::size_t l = 0; l < c.m.layers.size(); ++l) {
    for (const Place& p : places(c.m, c.in, l)) round_cells(*p.matrix);
  }
  const auto stages = reference_forward(c.m, c.in);
  const int layer = random.between(0, static_cast<int>(c.m.layers.size()) - 1);
  constexpr Stage kStages[] = {Stage::kOutput, Stage::kOutput, Stage::kWeights, Stage::kScores,
                               Stage::kQ,      Stage::kV,      Stage::kConcat,  Stage::kHeadOut,
                               Stage::kNorm1,  Stage::kNorm2,  Stage::kHidden,  Stage::kScaled};
  do {
    c.target = {layer, kStages[random.rng().below(std::size(kStages))], 0};
  } while (!stages.contains(c.target));
  const MatrixD& like = stages.at(c.target);
  c.cotangent = MatrixD(like.rows(), like.cols());
  for (int i = 0; i < like.size(); ++i)
    c.cotangent.data()[i] = static_cast<double>(random.number());
  return c;
}

/// Central difference of sixth order; none where two steps do not agree: a kink of ReLU, or a norm
/// of almost nothing.
std::optional<double> difference(Case& c, const Place& place, int index) {
  const SharedMatrix kept = *place.matrix;
  const auto slope = [&](float h) {
    double f[7];
    for (int k = -3; k <= 3; ++k) {
      Matrix changed = *kept;
      changed.data()[index] += h * static_cast<float>(k);
      *place.matrix = share(std::move(changed));
      f[k + 3] = k == 0 ? 0.0 : c.value();
    }
    *place.matrix = kept;
    return (45.0 * (f[4] - f[2]) - 9.0 * (f[5] - f[1]) + (f[6] - f[0])) /
           (60.0 * static_cast<double>(h));
  };
  double before = slope(0x1p-6F);
  for (const float h : {0x1p-8F, 0x1p-10F, 0x1p-12F}) {
    const double now = slope(h);
    if (std::abs(now - before) <= 2e-7 * std::max(std::abs(now), 1e-3)) return now;
    before = now;
  }
  return std::nullopt;
}

std::string variant(const Model& m) {
  return std::to_string(static_cast<int>(m.positions.kind)) + (m.positions.interleaved ? "i" : "h");
}

}  // namespace

TEST_CASE("the double derivatives agree with differences of the double oracle to 1e-6") {
  int compared = 0;
  int kinks = 0;
  double worst = 0.0;
  std::set<std::string> positions;
  std::set<std::pair<int, int>> norms;
  std::set<int> mlps;
  for (std::uint64_t seed = 1; seed <= 90; ++seed) {
    RandomModel random(seed * 6151);
    Case c = make_case(random);
    positions.insert(variant(c.m));
    norms.insert({static_cast<int>(c.m.norm), static_cast<int>(c.m.norm_place)});
    mlps.insert(static_cast<int>(c.m.mlp));
    const auto d = reference_backward(c.m, c.in, c.target, c.cotangent);
    const auto layer = static_cast<std::size_t>(random.between(0, c.target.layer));
    for (const Place& place : places(c.m, c.in, layer)) {
      const auto index =
          static_cast<int>(random.rng().below(static_cast<std::uint32_t>((*place.matrix)->size())));
      if (!std::isfinite((*place.matrix)->data()[index])) continue;  // a hidden key
      const bool before = before_layers(place.stage);
      const MatrixD& slopes = d.at({before ? 0 : static_cast<int>(layer), place.stage, 0});
      const std::optional<double> expected = difference(c, place, index);
      if (!expected) {
        ++kinks;
        continue;
      }
      const double is = slopes.data()[index];
      // A slope far below its neighbours' is differences of rounding; it is held to theirs.
      const double scale =
          std::max({std::abs(is), std::abs(*expected), 1e-3 * slopes.cwiseAbs().maxCoeff(), 1e-5});
      INFO("seed " << seed << " d " << name(c.target.stage) << " / d " << name(place.stage)
                   << " is " << is << ", difference " << *expected);
      REQUIRE(std::abs(is - *expected) < 1e-6 * scale);
      worst = std::max(worst, std::abs(is - *expected) / scale);
      ++compared;
    }
  }
  WARN("largest relative error in double " << worst << " over " << compared << " slopes, " << kinks
                                           << " left out at kinks");
  CHECK(compared > 900);
  CHECK(kinks < compared / 20);
  CHECK(positions.size() >= 9);
  CHECK(norms.size() == 6);
  CHECK(mlps.size() == 4);
}

TEST_CASE("the float derivatives agree with those in double to 1e-4") {
  int compared = 0;
  double worst = 0.0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    RandomModel random(seed * 7919);
    const Case c = make_case(random);
    const Trace t = forward(c.m, c.in);
    const auto expected = reference_backward(c.m, c.in, c.target, c.cotangent);
    const auto g = backward(t, c.target, c.cotangent.cast<float>());
    REQUIRE(g.has_value());
    double largest = 1.0;
    for (const auto& [id, slopes] : expected) {
      if (slopes.size() > 0) largest = std::max(largest, slopes.cwiseAbs().maxCoeff());
    }
    for (const auto& [id, slopes] : expected) {
      const Matrix* whole = g->whole(id);
      INFO("seed " << seed << " d " << name(c.target.stage) << " / d " << name(id.stage));
      REQUIRE(whole != nullptr);
      REQUIRE(whole->rows() == slopes.rows());
      REQUIRE(whole->cols() == slopes.cols());
      if (slopes.size() == 0) continue;
      // Softmax does not see a shift: some slopes are what is left of large ones (b_K).
      const double scale = std::max(slopes.cwiseAbs().maxCoeff(), 1e-2 * largest);
      const double error = (whole->cast<double>() - slopes).cwiseAbs().maxCoeff() / scale;
      CHECK(error < 1e-4);
      worst = std::max(worst, error);
      ++compared;
    }
  }
  WARN("largest error of float against double " << worst << " of the largest slope, over "
                                                << compared << " matrices");
  CHECK(compared > 4000);
}

TEST_CASE("what is given has no derivative, and shapes must fit") {
  RandomModel random(1);
  const Model m = random.model();
  const Trace t = forward(m, random.input(m));
  CHECK(sensitivity(t, {{0, Stage::kWq, 0}, 0, 0}).error().code == ErrorCode::kNotFound);
  CHECK(backward(t, {0, Stage::kOutput, 0}, Matrix(1, 99)).error().code == ErrorCode::kShape);
  CHECK(sensitivity(t, {{0, Stage::kOutput, 0}, 999, 0}).error().code == ErrorCode::kNotFound);
}
