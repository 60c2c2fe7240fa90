#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <vector>

#include "attention/model/position.hpp"

using namespace ap;
using Catch::Approx;

TEST_CASE("sinusoids: position 0 alternates 0 and 1, the first pair has wavelength 2 pi") {
  for (int d = 0; d < 8; ++d) CHECK(sinusoid(0, d, 8, 1e4) == (d % 2 == 0 ? 0.0F : 1.0F));
  CHECK(sinusoid(3, 0, 8, 1e4) == Approx(std::sin(3.0)));
  CHECK(sinusoid(3, 1, 8, 1e4) == Approx(std::cos(3.0)));
  CHECK(sinusoid(3, 2, 4, 1e4) == Approx(std::sin(0.03)));
}

TEST_CASE("ALiBi slopes are those of the paper") {
  for (int h = 0; h < 8; ++h) CHECK(alibi_slope(h, 8) == Approx(std::pow(0.5, h + 1)));
  // 12 heads: the 8 of a power of two, then every other of 16.
  CHECK(alibi_slope(8, 12) == Approx(std::pow(2.0, -0.5)));
  CHECK(alibi_slope(9, 12) == Approx(std::pow(2.0, -1.5)));
  CHECK(alibi_bias(5, 2, 0.25) == -0.75F);
}

TEST_CASE("rotation keeps lengths, and products depend on the distance alone") {
  const std::vector<float> q{0.3F, -1.2F, 0.7F, 2.0F};
  const std::vector<float> k{1.1F, 0.4F, -0.9F, 0.2F};
  for (const bool interleaved : {false, true}) {
    const auto turned = [&](const std::vector<float>& x, int position) {
      float cos[2];
      float sin[2];
      for (int p = 0; p < 2; ++p) {
        cos[p] = static_cast<float>(std::cos(position_angle(position, p, 4, 100.0)));
        sin[p] = static_cast<float>(std::sin(position_angle(position, p, 4, 100.0)));
      }
      std::vector<float> y(4);
      rotate_row(x.data(), y.data(), 4, 4, interleaved, cos, sin);
      return y;
    };
    const auto dot = [](const std::vector<float>& a, const std::vector<float>& b) {
      double sum = 0;
      for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
      return sum;
    };
    CHECK(dot(turned(q, 9), turned(q, 9)) == Approx(dot(q, q)));
    CHECK(dot(turned(q, 9), turned(k, 4)) == Approx(dot(turned(q, 6), turned(k, 1))).margin(1e-5));
    CHECK(dot(turned(q, 9), turned(k, 4)) != Approx(dot(turned(q, 9), turned(k, 3))));
  }
}

TEST_CASE("columns past the rotary width are copied") {
  const std::vector<float> x{1, 2, 3, 4, 5, 6};
  std::vector<float> y(6);
  const float cos[] = {0.0F};
  const float sin[] = {1.0F};
  rotate_row(x.data(), y.data(), 6, 2, false, cos, sin);
  CHECK(y == std::vector<float>{-2, 1, 3, 4, 5, 6});
}
