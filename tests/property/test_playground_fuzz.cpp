// Broken input: random bytes and mutations of good JSON. Nothing crashes (run it with the
// sanitizers), every error has a code and a message, and what is accepted is valid.
#include <catch2/catch_test_macros.hpp>

#include "playground/actions/action_json.hpp"
#include "support/playground_samples.hpp"
#include "support/random_actions.hpp"

using namespace ap;

namespace {

constexpr std::string_view kSpice[] = {"\"",         "{",
                                       "}",          "[",
                                       "]",          ",",
                                       ":",          "null",
                                       "1e999",      "-1",
                                       "\\u",        "\xff",
                                       "true",       "1e-400",
                                       "99999",      "\"x\"",
                                       "[[1]]",      "{}",
                                       "\"-inf\"",   "-0",
                                       "2147483648", "18446744073709551616",
                                       "\"w_q\"",    "0.5"};

std::string mutated(std::string text, Rng& rng) {
  for (std::uint32_t n = 1 + rng.below(3); n > 0 && !text.empty(); --n) {
    const std::size_t at = rng.below(static_cast<std::uint32_t>(text.size()));
    switch (rng.below(5)) {
      case 0: text[at] = static_cast<char>(rng.below(256)); break;
      case 1: text.erase(at, 1 + rng.below(12)); break;
      case 2: text.insert(at, kSpice[rng.below(std::size(kSpice))]); break;
      case 3: text.insert(at, text.substr(at, 1 + rng.below(30))); break;
      default: {
        // A whole number or word gives way to something else.
        std::size_t end = at;
        while (end < text.size() && std::string_view(",:]}").find(text[end]) == std::string::npos) {
          ++end;
        }
        text.replace(at, end - at, kSpice[rng.below(std::size(kSpice))]);
      }
    }
  }
  return text;
}

}  // namespace

TEST_CASE("broken state files are refused with code and message") {
  Rng rng(7);
  int accepted = 0;
  for (const char* id : {"similarity", "cat"}) {
    const std::string good = to_json(samples::preset(id));
    for (int i = 0; i < 1500; ++i) {
      const std::string text = mutated(good, rng);
      const auto document = document_from_json(text);
      if (document) {
        ++accepted;
        REQUIRE(validate(*document));
      } else {
        REQUIRE_FALSE(document.error().message.empty());
        REQUIRE(document.error().message.size() < 400);
      }
    }
  }
  CHECK(accepted > 0);
}

TEST_CASE("random bytes are not a state and not an action") {
  Rng rng(8);
  for (int i = 0; i < 2000; ++i) {
    std::string text;
    for (std::uint32_t n = rng.below(200); n > 0; --n) text += static_cast<char>(rng.below(256));
    REQUIRE_FALSE(document_from_json(text));
    REQUIRE_FALSE(action_from_json(text));
  }
}

TEST_CASE("broken actions never harm the document") {
  Session session;
  Rng rng(9);
  test::RandomActions actions(10);
  int dispatched = 0;
  for (int i = 0; i < 3000; ++i) {
    // Every third is left whole, so that the document under attack keeps changing.
    std::string text = to_json(actions.next(session.document()));
    if (i % 3 != 0) text = mutated(std::move(text), rng);
    const auto action = action_from_json(text);
    if (!action) {
      REQUIRE_FALSE(action.error().message.empty());
      continue;
    }
    const Document before = session.document();
    const auto done = session.dispatch(*action);
    if (!done) {
      REQUIRE(session.document() == before);
      REQUIRE_FALSE(done.error().message.empty());
      continue;
    }
    ++dispatched;
    REQUIRE(validate(session.document()));
    if (i % 2 == 0) continue;
    REQUIRE(session.undo());
    REQUIRE(session.document() == before);
  }
  CHECK(dispatched > 100);
}
