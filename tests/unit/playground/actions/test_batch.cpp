#include <catch2/catch_test_macros.hpp>

#include "base/rng.hpp"
#include "playground/actions/action_json.hpp"
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

/// Rows of numbers, now and then of different lengths, of none, or no rows.
std::string random_rows(Rng& rng) {
  const std::uint32_t cols = rng.below(12);
  std::string out = "[";
  for (std::uint32_t i = rng.below(12); i > 0; --i) {
    out += out.size() > 1 ? ",[" : "[";
    const std::uint32_t count = rng.below(12) == 0 ? rng.below(12) : cols;
    for (std::uint32_t j = 0; j < count; ++j)
      out += (j > 0 ? "," : "") + std::to_string(rng.below(100)) + ".5";
    out += "]";
  }
  return out + "]";
}

/// Matrices of any shape, to any place.
std::string random_shaped(Rng& rng) {
  static const char* const kStages[] = {"w_q",  "w_k",       "w_v",     "w_o", "embeddings",
                                        "mask", "positions", "weights", "b_q"};
  const std::string stage = std::string("\"stage\":\"") + kStages[rng.below(9)] +
                            "\",\"layer\":" + std::to_string(rng.below(2));
  const auto place = [&] { return std::to_string(static_cast<int>(rng.below(14)) - 2); };
  switch (rng.below(4)) {
    case 0:
      return R"({"type":"set_block",)" + stage + ",\"row\":" + place() + ",\"col\":" + place() +
             ",\"values\":" + random_rows(rng) + "}";
    case 1:
      return R"({"type":"set_parameters","parameters":[{)" + stage +
             ",\"values\":" + random_rows(rng) + "}]}";
    case 2:
      return R"({"type":"set_target","row":)" + place() + ",\"values\":" + random_rows(rng) + "}";
    default: return R"({"type":"set_width","width":)" + place() + "}";
  }
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
    REQUIRE(after(preset("cat"), batch(done)) == one_by_one);
  }
}

TEST_CASE("a batch is all or nothing, and says which action failed") {
  const Document d = preset("cat");
  const Error error = error_of(
      d, batch({action::SetCausal{true}, action::SetCell{{{0, Stage::kWq, 0}, 99, 0}, 1}}));
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
  REQUIRE(session.dispatch(batch(
      {action::SetWidth{6}, action::SetCausal{true}, action::SetSoftcap{2}}, "Three things")));
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
  const auto nested =
      action_from_json(R"({"type":"batch","actions":[{"type":"batch","actions":[]}]})");
  REQUIRE_FALSE(nested);
  CHECK(nested.error().message == "there is no action 'batch' to put in a batch");
}

TEST_CASE("a batch comes back from its JSON") {
  const Action a =
      batch({action::SetCell{{{0, Stage::kWq, 1}, 1, 0}, 0.5F}, action::SetTitle{"x"}}, "Two");
  const auto back = action_from_json(to_json(a));
  REQUIRE(back);
  CHECK(after(preset("cat"), *back) == after(preset("cat"), a));
  CHECK(describe(*back) == "Two");
}

// What a host page posts, or a script dispatches.
TEST_CASE(
    "batches with matrices of random shapes change the document as a whole, or nothing and say "
    "where") {
  Rng rng(21);
  int done = 0;
  int refused = 0;
  Session session;
  for (int round = 0; round < 3000; ++round) {
    std::string json = R"({"type":"batch","actions":[)" + random_shaped(rng);
    for (std::uint32_t more = rng.below(3); more > 0; --more) json += "," + random_shaped(rng);
    json += "]}";
    CAPTURE(json);
    const Document before = session.document();
    const auto action = action_from_json(json);
    const Result<void> result =
        action ? session.dispatch(*action) : Result<void>(std::unexpected(action.error()));
    if (!result) {
      ++refused;
      INFO(result.error().where << ": " << result.error().message);
      REQUIRE(result.error().where.starts_with("actions["));
      REQUIRE_FALSE(result.error().message.empty());
      REQUIRE(session.document() == before);
      continue;
    }
    ++done;
    REQUIRE(validate(session.document()));
    REQUIRE(to_json(*action_from_json(to_json(*action))) == to_json(*action));
    const Document now = session.document();
    if (now == before) continue;
    REQUIRE(session.undo());
    REQUIRE(session.document() == before);
    REQUIRE(session.redo());
  }
  CHECK(done > 100);
  CHECK(refused > 1000);
}
