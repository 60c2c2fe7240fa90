// Random sequences of actions: every result is valid and finite, undo brings every bit back, the
// trace equals a fresh forward pass, JSON round trips.
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstring>

#include "playground/actions/action_json.hpp"
#include "support/playground_samples.hpp"
#include "support/random_actions.hpp"

using namespace ap;

namespace {

bool same_bits(ConstView a, ConstView b) {
  if (a.rows != b.rows || a.cols != b.cols) return false;
  for (int i = 0; i < a.rows && a.cols > 0; ++i) {  // rows of nothing have no address
    if (std::memcmp(a.row(i), b.row(i), static_cast<std::size_t>(a.cols) * sizeof(float)) != 0) {
      return false;
    }
  }
  return true;
}

bool finite(ConstView v) {
  for (int i = 0; i < v.rows; ++i) {
    for (int j = 0; j < v.cols; ++j) {
      if (!std::isfinite(v(i, j))) return false;
    }
  }
  return true;
}

}  // namespace

TEST_CASE("undo of any sequence restores every document on the way, redo leads back") {
  int applied = 0;
  int refused = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    Session session;
    test::RandomActions actions(seed);
    std::vector<Document> states{session.document()};
    for (int step = 0; step < 60; ++step) {
      const Document before = session.document();
      const Action action = actions.next(before);
      const auto done = session.dispatch(action);
      if (done) {
        ++applied;
        states.push_back(session.document());
        const auto good = validate(session.document());
        INFO(to_json(action) << " " << (good ? "" : good.error().where + good.error().message));
        REQUIRE(good);
      } else {
        ++refused;
        REQUIRE_FALSE(done.error().message.empty());
        REQUIRE(session.document() == before);
      }
    }
    for (std::size_t i = states.size() - 1; i > 0; --i) {
      REQUIRE(session.document() == states[i]);
      REQUIRE(session.undo());
    }
    REQUIRE(session.document() == states[0]);
    for (std::size_t i = 1; i < states.size(); ++i) {
      REQUIRE(session.redo());
      REQUIRE(session.document() == states[i]);
    }
  }
  CHECK(applied > 700);
  CHECK(refused > 50);
}

TEST_CASE("after every action the trace is what a fresh forward pass gives, and finite") {
  for (std::uint64_t seed = 100; seed < 124; ++seed) {
    Session session;
    test::RandomActions actions(seed);
    for (int step = 0; step < 40; ++step) {
      const Action action = actions.next(session.document());
      if (!session.dispatch(action)) continue;
      CAPTURE(seed, step, to_json(action));
      const Document& d = session.document();
      const Trace& t = session.trace();
      const Trace fresh = forward(d.model, input_of(d, t.input.past));
      REQUIRE(t.queries() == d.query.size() - d.cached);
      for (int layer = 0; layer < static_cast<int>(d.model.layers.size()); ++layer) {
        REQUIRE(t.stages(layer) == fresh.stages(layer));
        for (const Stage stage : t.stages(layer)) {
          CAPTURE(layer, name(stage));
          for (int h = 0; h < t.head_count(stage); ++h) {
            const TensorId id{layer, stage, h};
            REQUIRE(same_bits(t.tensor(id), fresh.tensor(id)));
            REQUIRE(static_cast<int>(row_labels(d, id).size()) == t.tensor(id).rows);
            REQUIRE(static_cast<int>(col_labels(d, id).size()) == t.tensor(id).cols);
          }
        }
        REQUIRE(finite(t.tensor({layer, Stage::kOutput, 0})));
        REQUIRE(finite(t.tensor({layer, Stage::kWeights, 0})));
      }
    }
  }
}

TEST_CASE("any document comes back from JSON bit for bit") {
  for (std::uint64_t seed = 200; seed < 230; ++seed) {
    Document d = samples::preset("cat");
    test::RandomActions actions(seed);
    for (int step = 0; step < 40; ++step) {
      const Action action = actions.next(d);
      const auto read = action_from_json(to_json(action));
      REQUIRE(read);
      auto next = update(d, *read, samples::world());
      if (!next) continue;
      d = std::move(*next);
      if (step % 4 != 0) continue;
      const std::string text = to_json(d);
      const auto back = document_from_json(text);
      INFO((back ? "" : back.error().where + ": " + back.error().message));
      REQUIRE(back);
      REQUIRE(*back == d);
      REQUIRE(to_json(*back) == text);
    }
  }
}
