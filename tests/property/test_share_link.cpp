// 1,000 random documents go through a link bit for bit; random damage to their links is refused or
// gives a valid document.
#include <catch2/catch_test_macros.hpp>

#include "base/rng.hpp"
#include "io/link/link.hpp"
#include "support/playground_samples.hpp"
#include "support/random_actions.hpp"

using namespace ap;

TEST_CASE("a thousand random documents come back from their links bit for bit") {
  int links = 0;
  std::size_t longest = 0;
  Rng rng(9);
  for (std::uint64_t seed = 0; links < 1000; ++seed) {
    Document d = samples::preset(presets()[seed % presets().size()].id.c_str());
    test::RandomActions actions(seed);
    for (int step = 0; step < 40; ++step) {
      auto next = update(d, actions.next(d), samples::world());
      if (!next) continue;
      d = std::move(*next);
      if (step % 4 != 0) continue;
      CAPTURE(seed, step);
      const auto link = encode_share_link({d, {}}, &samples::core_words());
      REQUIRE(link);
      const auto back = decode_share_link(*link, &samples::core_words());
      INFO((back ? "" : back.error().message));
      REQUIRE(back);
      REQUIRE(back->document == d);
      REQUIRE(samples::must(encode_share_link(*back, &samples::core_words())) == *link);
      longest = std::max(longest, link->size());
      ++links;
      std::string other = *link;
      other[rng.below(static_cast<std::uint32_t>(other.size()))] = "AZaz09-_=&#"[rng.below(11)];
      if (const auto changed = decode_share_link(other)) REQUIRE(validate(changed->document));
    }
  }
  CHECK(longest > 500);
  CHECK(longest < 20'000);
}
