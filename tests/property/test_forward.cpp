// The forward pass over random models in every variant: against the double oracle, edit by edit
// against itself, and every cell against its explanation.
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstring>

#include "attention/explain/explain.hpp"
#include "attention/forward/forward.hpp"
#include "attention/reference/reference.hpp"
#include "support/random_model.hpp"

using namespace ap;
using test::RandomModel;

namespace {

bool close(double a, double b, double tolerance) {
  if (a == b) return true;  // infinities too
  return std::abs(a - b) <= tolerance * std::max({1.0, std::abs(a), std::abs(b)});
}

/// The largest finite magnitude, at least 1: what float32's errors are relative to.
double largest(const MatrixD& m) {
  double top = 1.0;
  for (int i = 0; i < m.size(); ++i) {
    if (std::isfinite(m.data()[i])) top = std::max(top, std::abs(m.data()[i]));
  }
  return top;
}

/// Every tensor of the trace, whether a stage of its own or not.
template <class Each>
void each_tensor(const Trace& t, Each each) {
  for (int l = 0; l < static_cast<int>(t.layers.size()); ++l) {
    for (int s = 0; s < kStageCount; ++s) {
      const auto stage = static_cast<Stage>(s);
      if (before_layers(stage) && l > 0) continue;
      for (int h = 0; h < t.head_count(stage); ++h) each(TensorId{l, stage, h});
    }
  }
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

}  // namespace

TEST_CASE("forward agrees with the double oracle in every variant") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    RandomModel random(seed);
    const Model m = random.model();
    const Input in = random.input(m);
    INFO("seed " << seed);
    REQUIRE(validate(m, in).has_value());
    const Trace t = forward(m, in);
    for (const auto& [id, expected] : reference_forward(m, in)) {
      const ConstView v = t.tensor(id);
      INFO(name(id.stage) << " layer " << id.layer << " head " << id.head);
      REQUIRE(v.rows == expected.rows());
      REQUIRE(v.cols == expected.cols());
      // float32 rounds each layer's input anew, and norms of nearly equal numbers magnify that.
      const double tolerance = id.layer == 0 ? 1e-5 : 1e-4;
      const double scale = largest(expected);
      for (int i = 0; i < v.rows; ++i) {
        for (int j = 0; j < v.cols; ++j) {
          const double error = std::abs(v(i, j) - expected(i, j)) / scale;
          if (v(i, j) == expected(i, j) || error <= tolerance) continue;
          FAIL("[" << i << "][" << j << "] is " << v(i, j) << ", should be " << expected(i, j));
        }
      }
    }
  }
}

TEST_CASE("an edit recomputes to the bits of a full forward pass") {
  Scratch scratch;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    RandomModel random(seed * 7919);
    Model m = random.model();
    Input in = random.input(m);
    Trace edited = forward(m, in, scratch);
    for (int step = 0; step < 12; ++step) {
      random.edit(m, in);
      if (random.coin()) random.edit(m, in);  // two at once
      INFO("seed " << seed << ", step " << step);
      REQUIRE(validate(m, in).has_value());
      update(edited, m, in, scratch);
      const Trace whole = forward(m, in, scratch);
      each_tensor(whole, [&](TensorId id) {
        INFO(name(id.stage) << " layer " << id.layer << " head " << id.head);
        REQUIRE(same_bits(edited.tensor(id), whole.tensor(id)));
      });
    }
  }
}

TEST_CASE("every explanation evaluates to its cell") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    RandomModel random(seed * 104729);
    const Model m = random.model();
    const Input in = random.input(m);
    const Trace t = forward(m, in);
    each_tensor(t, [&](TensorId id) {
      const ConstView v = t.tensor(id);
      for (int i = 0; i < v.rows; ++i) {
        for (int j = 0; j < v.cols; ++j) {
          const auto e = explain(t, {id, i, j});
          REQUIRE(e.has_value());
          if (!close(evaluate(*e), v(i, j), 1e-4)) {
            FAIL("seed " << seed << " " << name(id.stage) << "[" << i << "][" << j << "] is "
                         << v(i, j) << ", explained as " << evaluate(*e));
          }
        }
      }
    });
  }
}

TEST_CASE("sources and consumers are each other's inverse") {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    RandomModel random(seed * 15485863);
    const Model m = random.model();
    const Input in = random.input(m);
    const Trace t = forward(m, in);
    each_tensor(t, [&](TensorId id) {
      if (!t.has(id) || id.stage == Stage::kMask) return;
      const ConstView v = t.tensor(id);
      const int i = random.between(0, std::max(0, v.rows - 1));
      const int j = random.between(0, std::max(0, v.cols - 1));
      if (v.empty()) return;
      const auto e = explain(t, {id, i, j});
      for (const Region& source : e->sources) {
        const CellId from{source.tensor, source.row, source.col};
        bool found = false;
        for (const Region& r : consumers(t, from)) {
          found |= r.tensor == t.resolve(id) && i >= r.row && i < r.row + r.rows && j >= r.col &&
                   j < r.col + r.cols;
        }
        INFO("seed " << seed << ": " << name(id.stage) << " layer " << id.layer << " head "
                     << id.head << " reads " << name(source.tensor.stage));
        REQUIRE(found);
      }
    });
  }
}
