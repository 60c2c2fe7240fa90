// Whole language models, random in every part: the forward pass against the double oracle, and
// edits, tokens added and taken against a fresh pass, bit for bit.
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstring>

#include "attention/explain/explain.hpp"
#include "attention/forward/forward.hpp"
#include "attention/reference/reference.hpp"
#include "support/random_language.hpp"

using namespace ap;
using test::RandomLanguage;

namespace {

double largest(const MatrixD& m) {
  double top = 1.0;
  for (int i = 0; i < m.size(); ++i) {
    if (std::isfinite(m.data()[i])) top = std::max(top, std::abs(m.data()[i]));
  }
  return top;
}

bool same_bits(ConstView a, ConstView b) {
  if (a.rows != b.rows || a.cols != b.cols) return false;
  for (int i = 0; i < a.rows; ++i) {
    if (std::memcmp(a.row(i), b.row(i), static_cast<std::size_t>(a.cols) * sizeof(float)) != 0) {
      return false;
    }
  }
  return true;
}

template <class Each>
void each_tensor(const Trace& t, Each each) {
  const auto in_layer = [&](int l, bool head) {
    for (const Stage stage : stages_in_order()) {
      if (before_layers(stage) && l > 0) continue;
      if (head != (stage >= Stage::kHeadTransform)) continue;
      for (int h = 0; h < t.head_count(stage); ++h) each(TensorId{l, stage, h});
    }
  };
  for (int l = 0; l < static_cast<int>(t.layers.size()); ++l) in_layer(l, false);
  in_layer(0, true);
}

void require_same(const Trace& is, const Trace& expected) {
  each_tensor(expected, [&](TensorId id) {
    INFO(name(id.stage) << " layer " << id.layer << " head " << id.head);
    const auto [rows, cols] = expected.shape(id);
    REQUIRE(is.shape(id) == std::pair{rows, cols});
    REQUIRE(is.has(id) == expected.has(id));
    for (int i = 0; i < rows; ++i) {
      INFO("row " << i);
      REQUIRE(same_bits(is.row(id, i), expected.row(id, i)));
    }
  });
}

}  // namespace

TEST_CASE("a language model's forward agrees with the double oracle") {
  int near = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    RandomLanguage random(seed);
    const Model m = random.model();
    double worst = 0.0;
    const Input in = random.input(m);
    INFO("seed " << seed);
    if (const auto ok = validate(m, in); !ok) FAIL(ok.error().where << ": " << ok.error().message);
    const Trace t = forward(m, in);
    const auto stages = reference_forward(m, in);
    each_tensor(t, [&](TensorId id) {
      const auto found = stages.find(id);
      if (found == stages.end()) return;
      const MatrixD& expected = found->second;
      INFO(name(id.stage) << " layer " << id.layer << " head " << id.head);
      REQUIRE(t.shape(id) ==
              std::pair{static_cast<int>(expected.rows()), static_cast<int>(expected.cols())});
      const double scale = largest(expected);
      for (int i = 0; i < expected.rows(); ++i) {
        const ConstView row = t.row(id, i);
        if (row.empty()) {
          REQUIRE(before_layers(id.stage));
          REQUIRE(t.logits.find(i) < 0);
          continue;
        }
        for (int j = 0; j < row.cols; ++j) {
          const double error = std::abs(row(0, j) - expected(i, j)) / scale;
          if (row(0, j) == expected(i, j)) continue;
          worst = std::max(worst, error);
          if (error <= 1e-3) continue;
          FAIL("[" << i << "][" << j << "] is " << row(0, j) << ", should be " << expected(i, j));
        }
      }
    });
    near += worst <= 2e-5 ? 1 : 0;
  }
  // Norms of nearly equal numbers, one after another, magnify float32's rounding in the others.
  CHECK(near > 360);
}

TEST_CASE("edits, tokens added and tokens taken give the bits of a fresh pass") {
  Scratch scratch;
  int grown = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    RandomLanguage random(seed * 7919);
    Model m = random.model();
    Input in = random.input(m);
    Trace edited = forward(m, in, scratch);
    for (int step = 0; step < 14; ++step) {
      const int before = in.queries();
      random.edit(m, in);
      if (random.random().coin()) random.edit(m, in);
      INFO("seed " << seed << ", step " << step << ": " << before << " to " << in.queries());
      REQUIRE(validate(m, in).has_value());
      const UpdateStats stats = update(edited, m, in, scratch);
      if (in.queries() != before && !stats.full) ++grown;
      require_same(edited, forward(m, in, scratch));
    }
  }
  CHECK(grown > 100);
}

TEST_CASE("a token at the end of a causal text computes its own rows") {
  Scratch scratch;
  RandomLanguage random(5);
  Model m = random.model();
  while (!m.causal || m.positions.padding >= 0 || m.positions.kind == PositionKind::kAlibi) {
    m = random.model();
  }
  Input in;
  in.ids = random.ids(m, 16);
  in.logit_rows = std::make_shared<const std::vector<int>>(std::vector<int>{15});
  Trace t;
  const std::size_t whole = update(t, m, in, scratch).cells;
  std::vector<int> longer = *in.ids;
  longer.push_back(0);
  in.ids = std::make_shared<const std::vector<int>>(longer);
  in.logit_rows = std::make_shared<const std::vector<int>>(std::vector<int>{16});
  const UpdateStats stats = update(t, m, in, scratch);
  CHECK(!stats.full);
  CHECK(stats.cells < whole / 3);
  longer.pop_back();
  in.ids = std::make_shared<const std::vector<int>>(longer);
  in.logit_rows = std::make_shared<const std::vector<int>>(std::vector<int>{15});
  CHECK(update(t, m, in, scratch).cells < whole / 8);
}

TEST_CASE("every cell of a language model is explained, and sources and consumers agree") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    RandomLanguage random(seed * 104729);
    const Model m = random.model();
    const Input in = random.input(m);
    const Trace t = forward(m, in);
    each_tensor(t, [&](TensorId id) {
      INFO("seed " << seed << " " << name(id.stage) << " layer " << id.layer << " head "
                   << id.head);
      const auto [rows, cols] = t.shape(id);
      for (int i = 0; i < rows; ++i) {
        const ConstView row = t.row(id, i);
        if (row.empty()) {
          REQUIRE(explain(t, {id, i, 0}).error().code == ErrorCode::kNotFound);
          continue;
        }
        for (int j = 0; j < cols; ++j) {
          const auto e = explain(t, {id, i, j});
          REQUIRE(e.has_value());
          const double is = row(0, j);
          const double told = evaluate(*e);
          if (is == told || std::abs(told - is) <= 1e-4 * std::max(1.0, std::abs(is))) continue;
          FAIL("[" << i << "][" << j << "] is " << is << ", explained as " << told);
        }
      }
      if (rows == 0 || !t.has(id) || id.stage == Stage::kMask) return;
      const int i = random.random().between(0, rows - 1);
      const int j = random.random().between(0, cols - 1);
      const auto e = explain(t, {id, i, j});
      if (!e) return;
      for (const Region& source : e->sources) {
        bool found = false;
        for (const Region& r : consumers(t, {source.tensor, source.row, source.col})) {
          found |= r.tensor == t.resolve(id) && i >= r.row && i < r.row + r.rows && j >= r.col &&
                   j < r.col + r.cols;
        }
        INFO("[" << i << "][" << j << "] reads " << name(source.tensor.stage) << " layer "
                 << source.tensor.layer);
        REQUIRE(found);
      }
    });
  }
}

namespace {

/// Something done to some cells of some computed stage.
Intervention any_intervention(RandomLanguage& random, const Trace& t) {
  constexpr Stage kStages[] = {Stage::kEmbeddings,
                               Stage::kInput,
                               Stage::kNorm1,
                               Stage::kQ,
                               Stage::kK,
                               Stage::kV,
                               Stage::kQNormed,
                               Stage::kKRotated,
                               Stage::kScores,
                               Stage::kScaled,
                               Stage::kCapped,
                               Stage::kMasked,
                               Stage::kWeights,
                               Stage::kHeadOut,
                               Stage::kProjected,
                               Stage::kPostNorm1,
                               Stage::kAdded,
                               Stage::kNorm2,
                               Stage::kUp,
                               Stage::kHidden,
                               Stage::kMlpOut,
                               Stage::kMlpGated,
                               Stage::kMlpAdded,
                               Stage::kOutput,
                               Stage::kTransformed,
                               Stage::kFinal,
                               Stage::kUncapped,
                               Stage::kLogits,
                               Stage::kProbabilities};
  auto& r = random.random();
  for (;;) {
    Intervention i;
    const int layer = r.between(0, static_cast<int>(t.layers.size()) - 1);
    i.tensor = {layer, kStages[r.rng().below(std::size(kStages))], 0};
    if (before_layers(i.tensor.stage)) i.tensor.layer = 0;
    i.tensor.head = r.between(0, t.head_count(i.tensor.stage) - 1);
    const auto [rows, cols] = t.shape(i.tensor);
    i.change = static_cast<Change>(r.between(0, 2));
    i.factor = 0.5F + r.rng().uniform();
    if (rows == 0 || cols == 0) continue;
    i.row = r.between(0, rows - 1);
    i.col = r.between(0, cols - 1);
    i.rows = r.coin() ? -1 : r.between(1, rows - i.row);
    i.cols = r.coin() ? -1 : r.between(1, cols - i.col);
    i.values = r.matrix(1, 1);
    i.on = r.between(0, 4) > 0;
    if (check_interventions(
            t.model,
            {.ids = t.input.ids,
             .interventions = std::make_shared<const std::vector<Intervention>>(std::vector{i})}))
      return i;
  }
}

void edit_list(RandomLanguage& random, const Trace& t, std::vector<Intervention>& list) {
  auto& r = random.random();
  const int kind = r.between(0, 3);
  if (kind == 0 || list.empty()) return list.push_back(any_intervention(random, t));
  const auto at = r.rng().below(static_cast<std::uint32_t>(list.size()));
  if (kind == 1) list[at].on = !list[at].on;
  if (kind == 2) list[at].factor += 0.25F;
  if (kind == 3) list.erase(list.begin() + at);
}

void require_explained(const Trace& t) {
  each_tensor(t, [&](TensorId id) {
    INFO(name(id.stage) << " layer " << id.layer << " head " << id.head);
    const auto [rows, cols] = t.shape(id);
    for (int i = 0; i < rows; ++i) {
      const ConstView row = t.row(id, i);
      for (int j = 0; j < row.cols; ++j) {
        const auto e = explain(t, {id, i, j});
        REQUIRE(e.has_value());
        const double is = row(0, j);
        const double told = evaluate(*e);
        if (is == told || std::abs(told - is) <= 2e-4 * std::max(1.0, std::abs(is))) continue;
        FAIL("[" << i << "][" << j << "] is " << is << ", explained as " << told);
      }
    }
  });
}

}  // namespace

TEST_CASE(
    "interventions: what follows follows, in any order the bits of a fresh pass, off is off") {
  Scratch scratch;
  for (std::uint64_t seed = 1; seed <= 120; ++seed) {
    RandomLanguage random(seed * 15485863);
    Model m = random.model();
    Input in = random.input(m);
    Trace edited = forward(m, in, scratch);
    std::vector<Intervention> list;
    for (int step = 0; step < 10; ++step) {
      if (random.random().coin()) random.edit(m, in);
      const Trace plain = forward(m, in, scratch);
      edit_list(random, plain, list);
      in.interventions = std::make_shared<const std::vector<Intervention>>(list);
      if (!validate(m, in)) {  // a stage that went with an edit
        list.clear();
        in.interventions = nullptr;
      }
      INFO("seed " << seed << ", step " << step);
      update(edited, m, in, scratch);
      require_same(edited, forward(m, in, scratch));
      if (step == 9) require_explained(edited);
    }
    for (Intervention& i : list) i.on = false;
    in.interventions = std::make_shared<const std::vector<Intervention>>(list);
    update(edited, m, in, scratch);
    in.interventions = nullptr;
    INFO("seed " << seed << ", all off");
    require_same(edited, forward(m, in, scratch));
  }
}

TEST_CASE("an intervention changes nothing before it, and is told with what it was") {
  Scratch scratch;
  RandomLanguage random(12);
  const Model m = random.model();
  Input in = random.input(m);
  const Trace before = forward(m, in, scratch);
  const TensorId id{0, Stage::kHeadOut, 0};
  Intervention hold{.name = "off",
                    .tensor = id,
                    .row = 0,
                    .rows = 1,
                    .values = share(Matrix::Constant(1, 1, 0.5F))};
  in.interventions = std::make_shared<const std::vector<Intervention>>(std::vector{hold});
  const Trace after = forward(m, in, scratch);
  for (const Stage s : {Stage::kQ, Stage::kK, Stage::kV, Stage::kWeights}) {
    CHECK(same_bits(before.tensor({0, s, 0}), after.tensor({0, s, 0})));
  }
  CHECK_FALSE(
      same_bits(before.tensor({0, Stage::kProjected, 0}), after.tensor({0, Stage::kProjected, 0})));
  const auto e = explain(after, {id, 0, 0});
  REQUIRE(e->intervened.size() == 1);
  CHECK(e->intervened[0].value == 0.5F);
  CHECK(std::abs(e->intervened[0].was - before.tensor(id)(0, 0)) < 1e-5);
  hold.tensor.stage = Stage::kWq;
  in.interventions = std::make_shared<const std::vector<Intervention>>(std::vector{hold});
  CHECK(validate(m, in).error().code == ErrorCode::kUnsupported);
}
