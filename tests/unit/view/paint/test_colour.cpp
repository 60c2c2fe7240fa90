// The maps are even, safe for colour-blind readers and legible; positions survive odd values.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cmath>
#include <limits>

#include "view/paint/colour.hpp"

using namespace ap;

namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr int kStride = 8;  // single steps are as small as the rounding to bytes

float step(const ColourTable& t, int i, int j) {
  return distance(to_oklab(t[static_cast<std::size_t>(i)]),
                  to_oklab(t[static_cast<std::size_t>(j)]));
}

}  // namespace

TEST_CASE("OKLab round trip is exact for every eighth colour") {
  for (unsigned r = 0; r < 256; r += 15) {
    for (unsigned g = 0; g < 256; g += 15) {
      for (unsigned b = 0; b < 256; b += 15) {
        const Rgba c = rgb(r << 16U | g << 8U | b);
        REQUIRE(from_oklab(to_oklab(c)) == c);
      }
    }
  }
}

TEST_CASE("contrast follows WCAG") {
  CHECK(std::abs(contrast(rgb(0xffffff), rgb(0x000000)) - 21.0F) < 1e-3F);
  CHECK(contrast(rgb(0x777777), rgb(0xffffff)) < 4.5F);   // the textbook near miss: 4.48
  CHECK(contrast(rgb(0x767676), rgb(0xffffff)) >= 4.5F);  // and the first grey that passes
}

TEST_CASE("equal steps of value look equal on both maps in both themes") {
  const MapKind kind = GENERATE(MapKind::kDiverging, MapKind::kSequential);
  const Mode mode = GENERATE(Mode::kLight, Mode::kDark);
  const ColourTable& t = colour_table(kind, mode);
  float least = 1;
  float most = 0;
  for (int i = 0; i + kStride < kMapSize; ++i) {
    const bool across_zero = kind == MapKind::kDiverging && i < 128 && i + kStride > 127;
    if (across_zero) continue;
    least = std::min(least, step(t, i, i + kStride));
    most = std::max(most, step(t, i, i + kStride));
  }
  CHECK(least > 0.015F);
  CHECK(most / least < 1.3F);
}

TEST_CASE("the sequential map gets steadily darker on paper and lighter on dark") {
  for (const Mode mode : {Mode::kLight, Mode::kDark}) {
    const ColourTable& t = colour_table(MapKind::kSequential, mode);
    const float sign = mode == Mode::kLight ? -1.0F : 1.0F;
    for (std::size_t i = 2; i < t.size(); ++i) {
      const float change = to_oklab(t[i]).l - to_oklab(t[i - 2]).l;
      REQUIRE(sign * change > 0);
    }
  }
}

TEST_CASE("the arms of the diverging map are equally light, and zero is neutral") {
  for (const Mode mode : {Mode::kLight, Mode::kDark}) {
    const ColourTable& t = colour_table(MapKind::kDiverging, mode);
    for (std::size_t i = 0; i < 128; ++i)
      REQUIRE(std::abs(to_oklab(t[i]).l - to_oklab(t[255 - i]).l) < 0.045F);
    const OkLab zero = to_oklab(map_colour(0.5F, MapKind::kDiverging, mode));
    CHECK(std::hypot(zero.a, zero.b) < 0.012F);
    CHECK((mode == Mode::kLight ? zero.l > 0.95F : zero.l < 0.3F));
  }
}

TEST_CASE("signs stay apart without red or green cones") {
  const ColourVision vision =
      GENERATE(ColourVision::kFull, ColourVision::kProtanopia, ColourVision::kDeuteranopia);
  const Mode mode = GENERATE(Mode::kLight, Mode::kDark);
  const ColourTable& t = colour_table(MapKind::kDiverging, mode);
  // From a quarter of the range on, opposite values differ clearly, at the ends by six times what
  // is just seen.
  for (std::size_t i = 0; i <= 96; i += 8) {
    const float apart =
        distance(to_oklab(simulate(t[i], vision)), to_oklab(simulate(t[255 - i], vision)));
    REQUIRE(apart > (i <= 32 ? 0.12F : 0.06F));
  }
}

TEST_CASE("ink on every map entry reaches 4.5") {
  for (const MapKind kind : {MapKind::kDiverging, MapKind::kSequential}) {
    for (const Mode mode : {Mode::kLight, Mode::kDark}) {
      for (const Rgba c : colour_table(kind, mode)) REQUIRE(contrast(text_on(c), c) >= 4.5F);
      CHECK(contrast(text_on(masked_colour(mode)), masked_hatch(mode)) >= 4.5F);
      CHECK(contrast(text_on(nan_colour(mode)), nan_colour(mode)) >= 4.5F);
    }
  }
  for (unsigned grey = 0; grey < 256; ++grey) {
    const Rgba c = rgb(grey << 16U | grey << 8U | grey);
    REQUIRE(contrast(text_on(c), c) >= 4.5F);
  }
}

TEST_CASE("automatic ranges ignore what is not finite") {
  Matrix m(2, 3);
  m << 0.5F, -2.0F, kNan, -kInf, kInf, 1.0F;
  CHECK(auto_range(view(m), MapKind::kDiverging) == Range{-2, 2});
  CHECK(auto_range(view(m), MapKind::kSequential) == Range{0, 1});
  m.setZero();
  CHECK(auto_range(view(m), MapKind::kDiverging) == Range{-1, 1});
  CHECK(auto_range(ConstView{}, MapKind::kSequential) == Range{0, 1});
}

TEST_CASE("positions are clamped, and total") {
  const Range r{-2, 2};
  CHECK(position(-2, r) == 0.0F);
  CHECK(position(0, r) == 0.5F);
  CHECK(position(2, r) == 1.0F);
  CHECK(position(1e30F, r) == 1.0F);
  CHECK(position(-1e30F, r) == 0.0F);
  CHECK(position(kInf, r) == 1.0F);
  CHECK(position(0, {1, 1}) == 0.5F);
  const float top = std::numeric_limits<float>::max();
  CHECK(position(0, {-top, top}) == 0.5F);
  CHECK(cell_kind(-kInf) == CellKind::kMasked);
  CHECK(cell_kind(kNan) == CellKind::kNaN);
  CHECK(cell_kind(-kNan) == CellKind::kNaN);
  CHECK(cell_kind(kInf) == CellKind::kValue);
  CHECK(cell_kind(-top) == CellKind::kValue);
}
