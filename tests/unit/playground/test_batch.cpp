#include <catch2/catch_test_macros.hpp>

#include "support/playground_samples.hpp"
#include "support/random_actions.hpp"

using namespace ap;
using namespace ap::samples;

namespace {

action::Batch batch(std::vector<Action> actions, std::string name = "") {
  action::Batch out{std::move(name), {}};
  for (Action& a : actions) out.steps.push_back({std::move(a)});
  return out;
}

}  // namespace

TEST_CASE("a batch does what its actions do one after the other") {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    test::RandomActions actions(seed);
    Document one_by_one = preset("cat");
    std::vector<Action> done;
    while (done.size() < 8) {
      Action next = actions.next(one_by_one);
      auto got = update(one_by_one, next, world());
      if (!got) continue;
      one_by_one = std::move(*got);
      done.push_back(std::move(next));
    }
    REQUIRE(after(preset("cat"), batch(std::move(done))) == one_by_one);
  }
}

TEST_CASE("a batch is all or nothing, and says which action failed") {
  const Document d = preset("cat");
  const Error error = error_of(d, batch({action::SetCausal{true}, action::SetCell{{{0, Stage::kWq, 0}, 99, 0}, 1}}));
  CHECK(error.where.starts_with("actions[1]"));
  CHECK_FALSE(error.message.empty());
  Session session;
  const Document before = session.document();
  CHECK_FALSE(session.dispatch(batch({action::SetWidth{6}, action::SetWidth{-1}})));
  CHECK(session.document() == before);
  CHECK(after(d, batch({})) == d);
}

TEST_CASE("a batch is one step of undo, by its name") {
  Session session;
  const Document before = session.document();
  REQUIRE(session.dispatch(batch({action::SetWidth{6}, action::SetCausal{true}, action::SetSoftcap{2}}, "Three things")));
  CHECK(session.document().model.width == 6);
  REQUIRE(session.undo());
  CHECK(session.document() == before);
  CHECK(describe(batch({action::SetCausal{true}}, "Three things")) == "Three things");
  CHECK(describe(batch({action::SetCausal{true}})) == describe(action::SetCausal{true}));
}

TEST_CASE("more actions than 1024 in one are refused, and batches in batches") {
  const action::Batch many = batch(std::vector<Action>(kMaxBatch + 1, action::ClearMask{}));
  const Error error = error_of(preset("cat"), many);
  CHECK(error.code == ErrorCode::kTooLarge);
  CHECK(error.where == "actions");
  CHECK(error.message == "1025 actions in one; the most is 1024");
  const auto nested = action_from_json(R"({"type":"batch","actions":[{"type":"batch","actions":[]}]})");
  REQUIRE_FALSE(nested);
  CHECK(nested.error().message == "there is no action 'batch' to put in a batch");
}

TEST_CASE("a batch comes back from its JSON") {
  const Action a = batch({action::SetCell{{{0, Stage::kWq, 1}, 1, 0}, 0.5F}, action::SetTitle{"x"}}, "Two");
  const auto back = action_from_json(to_json(a));
  REQUIRE(back);
  CHECK(after(preset("cat"), *back) == after(preset("cat"), a));
  CHECK(describe(*back) == "Two");
}
