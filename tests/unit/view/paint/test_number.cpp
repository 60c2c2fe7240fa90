// Numbers as text: stable width, honest rounding, and parsing that says what is wrong.
#include <bit>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>

#include "base/rng.hpp"
#include "view/paint/number.hpp"

using namespace ap;

namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
std::string text(float x, NumberStyle style) { return std::string(format(x, style).view()); }
std::string full(float x) { return text(x, choose_style(std::abs(x))); }

}  // namespace

TEST_CASE("four significant digits of the largest value") {
  CHECK(full(0.62F) == "0.6200");
  CHECK(full(12.3456F) == "12.35");
  CHECK(full(0.00123F) == "0.001230");
  CHECK(full(0.99999F) == "1.000");
  CHECK(full(-12345.6F) == "\u221212346");
  CHECK(full(123456.0F) == "1.235e5");
  CHECK(full(1e-5F) == "1.000e\u22125");
  CHECK(full(0) == "0.000");
  CHECK(text(2.345F, choose_style(2.345F, Digits::kShort)) == "2.3");
  CHECK(text(0.345F, choose_style(0.345F, Digits::kShort)) == "0.34");
  CHECK(text(2.345F, choose_style(2.345F, Digits::kTiny)) == "2");
}

TEST_CASE("no sign on what rounds to zero, names for what is not finite") {
  const NumberStyle two{2, false, true};
  CHECK(text(-0.0F, two) == "0.00");
  CHECK(text(-0.001F, two) == "0.00");
  CHECK(text(-0.006F, two) == "\u22120.01");
  CHECK(text(kInf, two) == "\u221E");
  CHECK(text(-kInf, two) == "\u2212\u221E");
  CHECK(text(std::numeric_limits<float>::quiet_NaN(), two) == "NaN");
  CHECK(text(-1.5F, {2, false, false}) == "-1.50");
  CHECK(text(0, {2, true, true}) == "0");
}

TEST_CASE("plain decimals are those of printf") {
  Rng rng(9);
  for (int round = 0; round < 20000; ++round) {
    const int decimals = round % 13;
    float x = std::pow(10.0F, rng.uniform() * 12 - 6) * (rng.uniform() < 0.5F ? -1.0F : 1.0F);
    if (round % 5 == 0) x = std::round(x * 8) / 8;  // ties
    std::array<char, 64> expected{};
    std::snprintf(expected.data(), expected.size(), "%.*f", decimals, static_cast<double>(x));
    std::string want = expected.data();
    if (want.find_first_not_of("-0.") == std::string::npos && want[0] == '-') want.erase(0, 1);
    REQUIRE(text(x, {decimals, false, false}) == want);
  }
}

TEST_CASE("narrow: an en dash; bare: no zero before the point") {
  const NumberStyle tight{2, false, true, true, true};
  CHECK(text(-0.42F, tight) == "\u2013.42");
  CHECK(text(0.999F, tight) == "1.00");
  CHECK(text(-0.001F, tight) == ".00");
  CHECK(text(-2.5F, {1, false, true, true, false}) == "\u20132.5");
  CHECK(text(0.5F, {0, false, true, true, true}) == "0");
}

TEST_CASE("nothing in a matrix is wider than its widest value") {
  Rng rng(3);
  const Digits digits = GENERATE(Digits::kFull, Digits::kShort, Digits::kTiny);
  for (int round = 0; round < 200; ++round) {
    const float largest = std::pow(10.0F, rng.uniform() * 9 - 2);
    const NumberStyle style = choose_style(largest, digits);
    const int widest_columns = widest(largest, style);
    for (int i = 0; i < 20; ++i) {
      const float x = (rng.uniform() * 2 - 1) * largest;
      // An exponent may need a minus that the largest value's does not.
      REQUIRE(format(x, style).columns() <= widest_columns + (style.scientific ? 2 : 0));
    }
  }
}

TEST_CASE("any float fits the buffer in any style") {
  Rng rng(5);
  for (int i = 0; i < 20000; ++i) {
    const float x = std::bit_cast<float>(static_cast<std::uint32_t>(rng.next()));
    for (const NumberStyle style :
         {NumberStyle{0, false, true}, NumberStyle{12, false, true}, NumberStyle{12, true, true}}) {
      const NumberText t = format(x, style);
      REQUIRE(!t.view().empty());
      REQUIRE(t.view().size() < 40);
    }
  }
}

TEST_CASE("the exact form reads back as the same float") {
  Rng rng(9);
  for (int i = 0; i < 20000; ++i) {
    const float x = std::bit_cast<float>(static_cast<std::uint32_t>(rng.next()));
    if (!std::isfinite(x)) continue;
    const Result<float> back = parse_number(format_exact(x));
    REQUIRE(back.has_value());
    REQUIRE(*back == x);
  }
  CHECK(format_exact(0.1F).view() == "0.1");
  CHECK(format_exact(-0.0F).view() == "0");
}

TEST_CASE("what people type") {
  CHECK(*parse_number("1e-3") == 1e-3F);
  CHECK(*parse_number(" .5\t") == 0.5F);
  CHECK(*parse_number("2.") == 2.0F);
  CHECK(*parse_number("+3") == 3.0F);
  CHECK(*parse_number("\u22122.5E\u22121") == -0.25F);
  CHECK(*parse_number("1e-60") == 0.0F);
  CHECK_FALSE(std::signbit(*parse_number("-0")));
}

TEST_CASE("what is refused, and why") {
  const auto code = [](std::string_view s) { return parse_number(s).error().code; };
  for (const char* s : {"", " ", "-", ".", "1e", "1e+", "abc", "0x10", "1 2", "1,2,3", "--1",
                        "1.2.3", "1f", "e5"}) {
    CAPTURE(s);
    REQUIRE_FALSE(parse_number(s).has_value());
    CHECK(code(s) == ErrorCode::kParse);
  }
  CHECK(parse_number("1,5").error().message.find("point") != std::string::npos);
  CHECK(code("inf") == ErrorCode::kNotFinite);
  CHECK(code("-Infinity") == ErrorCode::kNotFinite);
  CHECK(code("NaN") == ErrorCode::kNotFinite);
  CHECK(code("1e39") == ErrorCode::kRange);
  CHECK(parse_number(std::string(100000, '7')).error().message.size() < 100);
}
