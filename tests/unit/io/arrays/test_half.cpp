#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <limits>

#include "io/arrays/half.hpp"

using namespace ap;

TEST_CASE("every half survives the way to float and back") {
  for (unsigned h = 0; h < 65536; ++h) {
    const float f = float_from_half(static_cast<std::uint16_t>(h));
    const std::uint16_t back = half_from_float(f);
    const bool nan = (h & 0x7C00U) == 0x7C00U && (h & 0x3FFU) != 0;
    REQUIRE(std::isnan(f) == nan);
    if (nan) {
      REQUIRE(std::isnan(float_from_half(back)));
    } else {
      REQUIRE(back == h);
    }
  }
}

TEST_CASE("halves have their values") {
  CHECK(float_from_half(0x3C00) == 1.0F);
  CHECK(float_from_half(0xC000) == -2.0F);
  CHECK(float_from_half(0x0001) == 0x1p-24F);
  CHECK(float_from_half(0x7BFF) == 65504.0F);
  CHECK(float_from_half(0x3555) == 0.333251953125F);
}

TEST_CASE("rounding goes to the nearest half, ties to even") {
  for (unsigned h = 0; h < 0x7BFF; ++h) {
    const float low = float_from_half(static_cast<std::uint16_t>(h));
    const float high = float_from_half(static_cast<std::uint16_t>(h + 1));
    const float middle = low + (high - low) / 2;  // exact: one bit more than a half has
    const unsigned even = (h & 1U) == 0 ? h : h + 1;
    REQUIRE(half_from_float(middle) == even);
    REQUIRE(half_from_float(std::nextafter(middle, 0.0F)) == h);
    REQUIRE(half_from_float(std::nextafter(middle, 1e9F)) == h + 1);
    REQUIRE(half_from_float(-middle) == (even | 0x8000U));
  }
}

TEST_CASE("what is too large becomes infinite, too small zero") {
  const float inf = std::numeric_limits<float>::infinity();
  CHECK(half_from_float(65519.996F) == 0x7BFF);
  CHECK(half_from_float(65520.0F) == 0x7C00);
  CHECK(half_from_float(-inf) == 0xFC00);
  CHECK(half_from_float(0x1p-25F) == 0);
  CHECK(half_from_float(std::nextafter(0x1p-25F, 1.0F)) == 1);
  CHECK(half_from_float(-0.0F) == 0x8000);
}
