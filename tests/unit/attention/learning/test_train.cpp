// The loss's slope against differences in double, the optimizers by hand, and descent itself.
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>

#include "attention/forward/forward.hpp"
#include "attention/learning/train.hpp"
#include "attention/reference/reference.hpp"
#include "support/random_model.hpp"
#include "support/small_model.hpp"

using namespace ap;
using test::RandomModel;

namespace {

SharedMatrix shares(std::initializer_list<float> list) {
  Matrix m(1, static_cast<int>(list.size()));
  int j = 0;
  for (const float x : list) m(0, j++) = x;
  return share(std::move(m));
}

struct Problem {
  Model model;
  std::vector<Sample> samples;
};

/// Two sentences, a painted row of weights and one of output in each.
Problem problem(std::uint64_t seed) {
  RandomModel random(seed);
  Problem p;
  p.model = random.model();
  p.model.causal = false;
  p.model.layers.back().window = {};  // it is painted: nothing may be hidden there
  const int last = static_cast<int>(p.model.layers.size()) - 1;
  for (int s = 0; s < 2; ++s) {
    Sample sample;
    sample.input.embeddings = random.matrix(random.between(2, 7), p.model.width);
    const int tokens = sample.input.queries();
    Matrix row(1, tokens);
    for (int j = 0; j < tokens; ++j) row(0, j) = random.rng().uniform() + 0.01F;
    row /= row.sum();
    sample.targets.push_back({{last, Stage::kWeights, random.between(0, p.model.heads - 1)},
                              random.between(0, tokens - 1),
                              share(std::move(row))});
    sample.targets.push_back({{last, Stage::kOutput, 0}, 0, random.matrix(1, p.model.width)});
    p.samples.push_back(std::move(sample));
  }
  return p;
}

/// The loss as its definition says, in double.
double plain_loss(const Problem& p) {
  double sum = 0;
  int rows = 0;
  for (const Sample& s : p.samples) {
    const auto t = reference_forward(p.model, s.input);
    for (const RowTarget& target : s.targets) {
      const MatrixD& v = t.at(target.tensor);
      ++rows;
      for (int j = 0; j < v.cols(); ++j) {
        const double want = (*target.values)(0, j);
        const double is = v(target.row, j);
        sum += target.tensor.stage == Stage::kOutput
                   ? (is - want) * (is - want) / static_cast<double>(v.cols())
                   : want * (std::log(want) - std::log(is));
      }
    }
  }
  return sum / rows;
}

std::vector<Learnable> weights_of(const Model& model) {
  std::vector<Learnable> list;
  for (int l = 0; l < static_cast<int>(model.layers.size()); ++l) {
    for (const Stage stage : {Stage::kWq, Stage::kWk, Stage::kWv, Stage::kWo})
      list.push_back({{l, stage, 0}, {}});
  }
  return list;
}

Training training_of(const Problem& p, const TrainOptions& options) {
  return Training(p.model, p.samples, weights_of(p.model), options);
}

}  // namespace

TEST_CASE("loss and slope are those of the definition") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Problem p = problem(seed * 31);
    if (p.model.mlp == MlpKind::kRelu) p.model.mlp = MlpKind::kGelu;
    Training training = training_of(p, {});
    const double loss = plain_loss(p);
    CHECK(training.measure().value == Catch::Approx(loss).epsilon(1e-4).margin(1e-6));
    const Gradients slopes = training.gradients();
    for (std::size_t l = 0; l < p.model.layers.size(); ++l) {
      for (Linear* map : {&p.model.layers[l].q, &p.model.layers[l].k, &p.model.layers[l].v,
                          &p.model.layers[l].o}) {
        const SharedMatrix kept = map->weight;
        const auto moved = [&](float by) {
          Matrix m = *kept;
          m(0, 0) += by;
          map->weight = share(std::move(m));
          const double value = plain_loss(p);
          map->weight = kept;
          return value;
        };
        // Differences over two steps, so that what is left is of the fourth order.
        const double expected =
            (8 * (moved(0x1p-10F) - moved(-0x1p-10F)) - (moved(0x1p-9F) - moved(-0x1p-9F))) /
            (12 * 0x1p-10);
        const Layer& layer = p.model.layers[l];
        const Stage stage = map == &layer.q   ? Stage::kWq
                            : map == &layer.k ? Stage::kWk
                            : map == &layer.v ? Stage::kWv
                                              : Stage::kWo;
        const double is = (*slopes.whole({static_cast<int>(l), stage, 0}))(0, 0);
        INFO("seed " << seed << " layer " << l << " " << name(stage));
        CHECK(std::abs(is - expected) <= 2e-3 * std::max(0.1, std::abs(expected)));
      }
    }
  }
}

TEST_CASE("optimizers are those of their papers") {
  const float w[2] = {1.0F, -2.0F};
  const float g[2] = {0.5F, -0.25F};
  float m[2] = {0.1F, 0.2F};
  float v[2] = {0.01F, 0.04F};
  float next[2] = {};
  optimize(optimizer_step({Optimizer::kSgd, 0.1F, 0.9F, 0.0F}, 1), w, g, nullptr, nullptr, next, 2);
  CHECK(next[0] == Catch::Approx(0.95));
  CHECK(next[1] == Catch::Approx(-1.975));
  optimize(optimizer_step({Optimizer::kMomentum, 0.1F, 0.5F, 0.2F}, 1), w, g, m, nullptr, next, 2);
  CHECK(m[0] == Catch::Approx(0.55));  // 0.5 x 0.1 + 0.5
  CHECK(next[0] == Catch::Approx(1.0 * 0.98 - 0.055));
  m[0] = 0.1F;
  optimize(optimizer_step({Optimizer::kAdam, 0.1F, 0.9F, 0.0F}, 3), w, g, m, v, next, 1);
  const double mean = 0.9 * 0.1 + 0.1 * 0.5;
  const double square = 0.999 * 0.01 + 0.001 * 0.25;
  const double step =
      0.1 * (mean / (1 - std::pow(0.9, 3))) /
      (std::sqrt(square / (1 - std::pow(0.999, 3))) + static_cast<double>(kAdamEpsilon));
  CHECK(next[0] == Catch::Approx(1.0 - step).epsilon(1e-5));
}

TEST_CASE("every optimizer goes down, and the same way again after a restart") {
  for (const Optimizer kind : {Optimizer::kSgd, Optimizer::kMomentum, Optimizer::kAdam}) {
    const Problem p = problem(77);
    TrainOptions options;
    options.optimizer.kind = kind;
    options.optimizer.rate = kind == Optimizer::kAdam ? 0.01F : 0.02F;
    Training training = training_of(p, options);
    const double before = training.measure().value;
    const SharedMatrix start = training.value(0);
    const auto run = [&] {
      for (int i = 0; i < 60; ++i) training.step();
      return *training.value(0);
    };
    const Matrix once = run();
    CHECK(training.measure().value < 0.8 * before);
    CHECK(*start != once);  // what was given out is not written to
    for (int i = 0; i < training.count(); ++i) {
      const auto id = training.id(i);
      Problem again = p;
      Training fresh = training_of(again, options);
      training.set_value(i, *fresh.value(i));
      CHECK(fresh.id(i) == id);
    }
    training.restart();
    CHECK(run() == once);
  }
}

TEST_CASE("kept cells stay, batches are dealt by the seed, temperature stays positive") {
  Problem p = problem(5);
  std::vector<Learnable> learn = weights_of(p.model);
  learn[0].kept = {0, 2};
  learn.push_back({{0, Stage::kTemperature, 0}, {}});
  TrainOptions options{.optimizer = {.rate = 0.5F}, .batch = 1, .seed = 3};
  Training a(p.model, p.samples, learn, options);
  Training b(p.model, p.samples, learn, options);
  options.seed = 4;
  Training c(p.model, p.samples, learn, options);
  const Matrix before = *a.value(0);
  for (int i = 0; i < 7; ++i) {
    a.step();
    b.step();
    c.step();
  }
  CHECK(a.value(0)->data()[0] == before.data()[0]);
  CHECK(a.value(0)->data()[2] == before.data()[2]);
  CHECK(a.value(0)->data()[1] != before.data()[1]);
  CHECK(*a.value(0) == *b.value(0));
  CHECK(*a.value(0) != *c.value(0));
  CHECK(a.value(a.count() - 1)->minCoeff() >= kMinTemperature);
}

TEST_CASE("a target that cannot be is refused with what to do") {
  Model m = test::plain_model(2);
  m.causal = true;
  const Trace t = forward(m, test::input_of(test::rows({{1, 0}, {0, 1}})));
  CHECK(check_target(t, {{0, Stage::kWeights, 0}, 1, shares({0.5F, 0.5F})}));
  CHECK(check_target(t, {{0, Stage::kWeights, 0}, 0, shares({1.0F, 0.0F})}));
  const auto hidden = check_target(t, {{0, Stage::kWeights, 0}, 0, shares({0.5F, 0.5F})});
  CHECK(hidden.error().code == ErrorCode::kRange);
  CHECK(hidden.error().message.find("mask") != std::string::npos);
  CHECK(check_target(t, {{0, Stage::kWeights, 0}, 2, shares({1, 0})}).error().code ==
        ErrorCode::kNotFound);
  CHECK(check_target(t, {{0, Stage::kOutput, 0}, 0, shares({1})}).error().code ==
        ErrorCode::kShape);
  CHECK(check_target(t, {{0, Stage::kWeights, 3}, 0, shares({1, 0})}).error().code ==
        ErrorCode::kNotFound);
}

TEST_CASE("the slope by a computed stage is that which its parameters' slopes are made of") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Problem p = problem(seed);
    p.samples.resize(1);
    const Trace t = forward(p.model, p.samples[0].input);
    Training training(p.model, p.samples, {}, {});
    const Gradients g = training.gradients();
    const auto last = static_cast<int>(p.model.layers.size()) - 1;
    MatrixD masked = MatrixD::Zero(t.queries(), t.keys());
    for (int l = 0; l <= last; ++l) {
      const bool pre_norm =
          p.model.norm != NormKind::kNone && p.model.norm_place == NormPlace::kPre;
      const ConstView x = t.tensor({l, pre_norm ? Stage::kNorm1 : Stage::kInput, 0});
      for (int h = 0; h < p.model.heads; ++h) {
        INFO("seed " << seed << " layer " << l << " head " << h);
        // dW_Q = Xᵀ dQ, and the mask, added at one place in every head, has the sum of their
        // slopes.
        const auto dq = as_eigen(g.tensor({l, Stage::kQ, h})).cast<double>().eval();
        const MatrixD wanted = as_eigen(x).cast<double>().transpose() * dq;
        const auto got = as_eigen(g.tensor({l, Stage::kWq, h})).cast<double>().eval();
        CHECK((wanted - got).cwiseAbs().maxCoeff() <= 1e-5 * (1 + got.cwiseAbs().maxCoeff()));
        // A row of weights sums to 1 whatever the scores: its slopes by them sum to 0.
        const auto dz = as_eigen(g.tensor({l, Stage::kCapped, h})).cast<double>().eval();
        CHECK(dz.rowwise().sum().cwiseAbs().maxCoeff() <= 1e-5 * (1 + dz.cwiseAbs().maxCoeff()));
        masked += as_eigen(g.tensor({l, Stage::kMasked, h})).cast<double>();
        // Through the softmax: dz = w (dw - sum of dw w) / temperature.
        const auto w = as_eigen(t.tensor({l, Stage::kWeights, h})).cast<double>().eval();
        const auto dw = as_eigen(g.tensor({l, Stage::kWeights, h})).cast<double>().eval();
        const Eigen::VectorXd mean = w.cwiseProduct(dw).rowwise().sum();
        const MatrixD through =
            w.cwiseProduct(dw.colwise() - mean) / static_cast<double>(p.model.temperature(l, h));
        CHECK((through - dz).cwiseAbs().maxCoeff() <= 1e-4 * (1 + dz.cwiseAbs().maxCoeff()));
      }
    }
    INFO("seed " << seed);
    const auto by_mask = as_eigen(g.tensor({0, Stage::kMask, 0})).cast<double>().eval();
    REQUIRE(by_mask.rows() == masked.rows());
    REQUIRE(by_mask.cols() == masked.cols());
    CHECK((masked - by_mask).cwiseAbs().maxCoeff() <= 1e-5 * (1 + masked.cwiseAbs().maxCoeff()));
    CHECK(g.tensor({last, Stage::kOutput, 0}).rows == t.queries());
    CHECK(as_eigen(g.tensor({last, Stage::kOutput, 0})).cwiseAbs().maxCoeff() > 0);
    CHECK(g.tensor({last, Stage::kWeights, 0}).rows == t.queries());
  }
}
