// exp, softcap and softmax against the C library in double precision.
#include <array>
#include <bit>
#include <catch2/catch_test_macros.hpp>

#include "kernel_check.hpp"

#include "tensor/kernels_scalar.hpp"

using namespace ap;
using namespace ap::test;

namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr double kMinNormal = std::numeric_limits<float>::min();
constexpr double kMax = std::numeric_limits<float>::max();

/// `body(x, y)` for x through `row` in rows long enough for whole vectors and tails.
template <class Row, class Body>
void through_rows(Row row, Body body) {
  constexpr int kLength = 67;
  std::array<float, kLength> x{}, y{};
  int filled = 0;
  const auto flush = [&] {
    row(x.data(), y.data(), filled);
    for (int i = 0; i < filled; ++i)
      body(x[static_cast<std::size_t>(i)], y[static_cast<std::size_t>(i)]);
    filled = 0;
  };
  for_float_steps([&](float value) {
    x[static_cast<std::size_t>(filled++)] = value;
    if (filled == kLength) flush();
  });
  flush();
}

}  // namespace

TEST_CASE("exp is within 2 ULP of the exact value over all floats") {
  for_each_variant([](const KernelTable& table) {
    INFO("variant " << table.name);
    double worst = 0.0;
    float worst_at = 0.0F;
    int wrong = 0;
    float wrong_at = 0.0F;
    through_rows(exp_row, [&](float x, float y) {
      const double exact = std::exp(static_cast<double>(x));
      bool right = true;
      if (std::isnan(x)) {
        right = std::isnan(y);
      } else if (exact < kMinNormal * (1.0 - 1e-6)) {
        right = y == 0.0F;
      } else if (exact < kMinNormal * (1.0 + 1e-6)) {
        right = y == 0.0F || ulps(y, exact) <= 2.0;  // the border itself: either
      } else if (exact > kMax) {
        right = y == kInf;
      } else if (const double error = ulps(y, exact); !(error <= worst)) {
        worst = error;
        worst_at = x;
      }
      if (!right) {
        ++wrong;
        wrong_at = x;
      }
    });
    INFO("worst " << worst << " ULP at " << worst_at << "; wrong at " << wrong_at);
    CHECK(wrong == 0);
    CHECK(worst <= 2.0);
    CHECK(worst > 0.0);  // something was measured
  });
}

TEST_CASE("softcap is within 4 ULP of c tanh(x / c)") {
  for_each_variant([](const KernelTable& table) {
    for (const float cap : {0.37F, 1.0F, 30.0F, 50.0F, 1e4F}) {
      INFO("variant " << table.name << ", cap " << cap);
      double worst = 0.0;
      float worst_at = 0.0F;
      bool nan_kept = true;
      through_rows([cap](const float* x, float* y, int n) { softcap_row(x, y, n, cap); },
                   [&](float x, float y) {
                     if (std::isnan(x)) {
                       nan_kept = nan_kept && std::isnan(y);
                       return;
                     }
                     const double c = cap;
                     const double error = ulps(std::fabs(y), std::fabs(c * std::tanh(x / c)));
                     if (std::signbit(x) != std::signbit(y) || !(error <= worst)) {
                       worst = std::signbit(x) != std::signbit(y) ? 1e9 : error;
                       worst_at = x;
                     }
                   });
      INFO("worst " << worst << " ULP at " << worst_at);
      CHECK(nan_kept);
      CHECK(worst <= 4.0);
    }
  });
}

TEST_CASE("softmax of finite rows agrees with the oracle and sums to one") {
  for_each_variant([](const KernelTable& table) {
    Rng rng(7);
    for (int n = 1; n <= 70; ++n) {
      for (const float spread : {0.1F, 3.0F, 40.0F, 1e30F}) {
        for (const float inv_temperature : {1.0F, 0.125F, 4.0F}) {
          INFO("variant " << table.name << ", n " << n << ", spread " << spread);
          Padded x(1, n, 3, rng), y(1, n, 5);
          scale_row(x.view().data, x.view().data, n, spread);
          softmax_row(x.read().data, y.view().data, n, inv_temperature);
          const MatrixD exact = scalar::softmax_rows(scalar::widen(x.read()), inv_temperature);
          const double error = (scalar::widen(y.read()) - exact).cwiseAbs().maxCoeff();
          CHECK(error <= 4e-6);
          CHECK(std::fabs(scalar::widen(y.read()).sum() - 1.0) <= 1e-5);
          CHECK(y.guards_intact());
          softmax_row(x.read().data, x.view().data, n, inv_temperature);
          CHECK(same_bits(x.read(), y.read()));  // in place
        }
      }
    }
  });
}

TEST_CASE("softmax of two keys is within 2 ULP where only exp counts, 4 where the sum does") {
  for_each_variant([](const KernelTable& table) {
    INFO("variant " << table.name);
    const auto next = [](float a) {
      return std::bit_cast<float>(std::bit_cast<std::uint32_t>(a) + 4099U);
    };
    for (float size = 1e-7F; size < 87.3F; size = next(size)) {
      const float x[] = {-size, 0.0F};
      float y[2];
      softmax_row(x, y, 2, 1.0F);
      const double e = std::exp(static_cast<double>(-size));
      const double most = size > 18.0F ? 2.0 : 4.0;  // from there on 1 + e is 1
      if (!(ulps(y[0], e / (1.0 + e)) <= most)) FAIL("at " << -size << ": " << y[0]);
    }
  });
}

TEST_CASE("softmax follows the rules for infinities") {
  for_each_variant([](const KernelTable& table) {
    for (const int n : {1, 2, 5, 8, 19, 40}) {
      INFO("variant " << table.name << ", n " << n);
      const auto size = static_cast<std::size_t>(n);
      std::vector<float> x(size, -kInf), y(size, 9.0F);
      softmax_row(x.data(), y.data(), n, 1.0F);
      CHECK(y == std::vector<float>(size, 0.0F));

      x.back() = 2.5F;  // one open entry takes all
      softmax_row(x.data(), y.data(), n, 1.0F);
      std::vector<float> expected(size, 0.0F);
      expected.back() = 1.0F;
      CHECK(y == expected);

      x.front() = kInf;  // +inf beats it
      softmax_row(x.data(), y.data(), n, 1.0F);
      expected.assign(size, 0.0F);
      expected.front() = 1.0F;
      CHECK(y == expected);

      x.back() = kInf;
      softmax_row(x.data(), y.data(), n, 0.5F);
      expected.back() = expected.front() = n == 1 ? 1.0F : 0.5F;
      CHECK(y == expected);
    }
  });
}

TEST_CASE("softmax of the largest floats stays finite") {
  for_each_variant([](const KernelTable& table) {
    INFO("variant " << table.name);
    const float big = std::numeric_limits<float>::max();
    const std::array<float, 6> x{big, -big, 0.0F, big, 1.0F, -kInf};
    std::array<float, 6> y{};
    softmax_row(x.data(), y.data(), 6, 1.0F);
    CHECK(y == std::array<float, 6>{0.5F, 0.0F, 0.0F, 0.5F, 0.0F, 0.0F});
  });
}
