// Every text of the interface can be read on its ground, and roles are told apart, whoever looks.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "view/paint/theme.hpp"

using namespace ap;

TEST_CASE("all stated pairs reach WCAG AA") {
  const Mode mode = GENERATE(Mode::kLight, Mode::kDark);
  const std::vector<ContrastPair> pairs = contrast_pairs(theme(mode));
  CHECK(pairs.size() >= 40);
  for (const ContrastPair& p : pairs) {
    CAPTURE(p.name, contrast(p.front, p.back), p.least);
    CHECK(contrast(p.front, p.back) >= p.least);
  }
}

TEST_CASE("roles differ for every kind of sight") {
  const Mode mode = GENERATE(Mode::kLight, Mode::kDark);
  const ColourVision vision =
      GENERATE(ColourVision::kFull, ColourVision::kProtanopia, ColourVision::kDeuteranopia);
  const Theme& t = theme(mode);
  const auto apart = [&](Rgba a, Rgba b) {
    return distance(to_oklab(simulate(a, vision)), to_oklab(simulate(b, vision)));
  };
  CHECK(apart(t.q, t.k) > 0.09F);
  CHECK(apart(t.q, t.v) > 0.09F);
  CHECK(apart(t.k, t.v) > 0.09F);
  // Each 0.02 is just seen; these are also named by text.
  for (const Rgba other : {t.q, t.k, t.v, t.out}) CHECK(apart(t.weights, other) > 0.04F);
  CHECK(apart(t.source_highlight, t.consumer_highlight) > 0.09F);
}

TEST_CASE("head colours repeat after eight and stand out on the sheet") {
  for (const Mode mode : {Mode::kLight, Mode::kDark}) {
    for (int h = 0; h < 8; ++h) {
      CHECK(head_colour(h, mode) == head_colour(h + 8, mode));
      CHECK(contrast(head_colour(h, mode), theme(mode).background) >= 4.5F);
      for (int other = 0; other < h; ++other)
        CHECK(distance(to_oklab(head_colour(h, mode)), to_oklab(head_colour(other, mode))) > 0.05F);
    }
  }
}
