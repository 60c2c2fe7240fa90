// The CPU heatmap: flat cells when enlarged, true averages when reduced, gaps, hatches, odd values.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cmath>
#include <limits>

#include "base/rng.hpp"
#include "view/paint/heatmap.hpp"

using namespace ap;

namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr Rgba kGround = rgb(0x336699);

Matrix random_matrix(int rows, int cols, std::uint64_t seed) {
  Rng rng(seed);
  Matrix m(rows, cols);
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < cols; ++j) m(i, j) = rng.uniform() * 2 - 1;
  return m;
}

Image drawn(const Matrix& m, Rect rect, int w, int h, HeatmapStyle style = {}) {
  Image image(w, h, kGround);
  draw_heatmap(image, rect, view(m), style, {0, 0, static_cast<float>(w), static_cast<float>(h)});
  return image;
}

int difference(Rgba a, Rgba b) {
  return std::max({std::abs(a.r - b.r), std::abs(a.g - b.g), std::abs(a.b - b.b)});
}

}  // namespace

TEST_CASE("an enlarged cell is its colour, in its place, with a gap around it") {
  const Matrix m = random_matrix(3, 4, 1);
  const Image image = drawn(m, {10, 20, 80, 60}, 100, 100);
  const float gap = cell_gap(20, 1);
  CHECK(gap == 1.0F);
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 4; ++j) {
      const Rgba expected = cell_colour(m(i, j), {}, MapKind::kDiverging, Mode::kLight);
      REQUIRE(difference(image.at(10 + 20 * j + 10, 20 + 20 * i + 10), expected) <= 1);
      REQUIRE(difference(image.at(10 + 20 * j + 1, 20 + 20 * i + 18), expected) <= 1);
    }
  }
  CHECK(image.at(9, 30) == kGround);
  CHECK(image.at(50, 80) == kGround);
  // Half a gap of ground at each side of the line between two cells.
  const Rgba left = cell_colour(m(0, 0), {}, MapKind::kDiverging, Mode::kLight);
  CHECK(difference(image.at(29, 30), mix(left, kGround, 0.5F)) <= 1);
}

TEST_CASE("reduced, a pixel is the colour of its cells' mean") {
  const int size = GENERATE(64, 60, 128, 100);
  const Matrix m = random_matrix(size, size, 2);
  const int pixels = size / 4;
  const auto edge = static_cast<float>(pixels);
  const Image image = drawn(m, {0, 0, edge, edge}, pixels, pixels);
  for (int y = 0; y < pixels; ++y) {
    for (int x = 0; x < pixels; ++x) {
      const float mean = m.block(4 * y, 4 * x, 4, 4).mean();
      REQUIRE(difference(image.at(x, y),
                         cell_colour(mean, {}, MapKind::kDiverging, Mode::kLight)) <= 1);
    }
  }
}

TEST_CASE("reduced by any factor, the whole keeps its mean") {
  // Fractions of cells count by area: the mean place over all pixels is that of all cells.
  const int pixels = GENERATE(1, 3, 7, 13, 29, 61);
  Matrix m = random_matrix(67, 67, 3);
  m.array() += 1;  // 0 .. 2, on a sequential map of range 0 .. 2
  const auto edge = static_cast<float>(pixels);
  HeatmapStyle style;
  style.range = {0, 2};
  style.map = MapKind::kSequential;
  const Image image = drawn(m, {0, 0, edge, edge}, pixels, pixels, style);
  double sum = 0;
  for (const Rgba p : image.pixels) {
    // Invert the map: the nearest of its entries.
    int best = 0;
    for (int i = 1; i < kMapSize; ++i) {
      const ColourTable& t = colour_table(MapKind::kSequential, Mode::kLight);
      if (difference(t[static_cast<std::size_t>(i)], p) <
          difference(t[static_cast<std::size_t>(best)], p))
        best = i;
    }
    sum += best / 255.0;
  }
  CHECK(std::abs(sum / (pixels * pixels) - static_cast<double>(m.mean()) / 2) < 0.012);
}

TEST_CASE("a checkerboard does not shimmer while it moves") {
  Matrix m(400, 400);
  for (int i = 0; i < 400; ++i)
    for (int j = 0; j < 400; ++j) m(i, j) = (i + j) % 2 == 0 ? 1.0F : -1.0F;
  const Rgba zero = map_colour(0.5F, MapKind::kDiverging, Mode::kLight);
  for (const float shift : {0.0F, 0.3F, 0.77F}) {
    const Image image = drawn(m, {shift, shift, 100, 100}, 102, 102);
    for (int y = 2; y < 99; ++y)
      for (int x = 2; x < 99; ++x) REQUIRE(difference(image.at(x, y), zero) <= 6);
  }
}

TEST_CASE("masked cells are hatched when there is room and flat when not") {
  const Matrix m = Matrix::Constant(4, 4, -kInf);
  const Image large = drawn(m, {0, 0, 80, 80}, 80, 80);
  int flat = 0;
  int striped = 0;
  for (const Rgba p : large.pixels) {
    flat += difference(p, masked_colour(Mode::kLight)) <= 1 ? 1 : 0;
    striped += difference(p, masked_hatch(Mode::kLight)) <= 1 ? 1 : 0;
  }
  CHECK(flat > 1500);
  CHECK(striped > 500);
  const Image tiny = drawn(m, {0, 0, 8, 8}, 8, 8);
  for (const Rgba p : tiny.pixels) REQUIRE(difference(p, masked_colour(Mode::kLight)) <= 1);
}

TEST_CASE("one NaN among many cells still shows, and infinity is the end of the map") {
  Matrix m = Matrix::Zero(64, 64);
  m(17, 33) = std::numeric_limits<float>::quiet_NaN();
  const Image image = drawn(m, {0, 0, 8, 8}, 8, 8);
  CHECK(difference(image.at(4, 2), nan_colour(Mode::kLight)) <= 1);
  CHECK(difference(image.at(3, 2), nan_colour(Mode::kLight)) > 20);
  const Matrix top = Matrix::Constant(2, 2, kInf);
  const Image saturated = drawn(top, {0, 0, 4, 4}, 4, 4);
  CHECK(difference(saturated.at(1, 1), colour_table(MapKind::kDiverging, Mode::kLight)[255]) <= 1);
}

TEST_CASE("a half masked block mixes both colours") {
  Matrix m = Matrix::Constant(32, 32, 1.0F);
  m.rightCols(16).setConstant(-kInf);
  const Image image = drawn(m, {0, 0, 1, 1}, 1, 1);
  const Rgba high = colour_table(MapKind::kDiverging, Mode::kLight)[255];
  CHECK(difference(image.at(0, 0), mix(high, masked_colour(Mode::kLight), 0.5F)) <= 1);
}

TEST_CASE("dim lets the ground through, the clip keeps it") {
  const Matrix m = Matrix::Constant(1, 1, 1.0F);
  HeatmapStyle style;
  style.dim = 0.75F;
  Image image(20, 20, kGround);
  draw_heatmap(image, {0, 0, 20, 20}, view(m), style, {0, 0, 10, 20});
  const Rgba high = colour_table(MapKind::kDiverging, Mode::kLight)[255];
  CHECK(difference(image.at(5, 5), mix(high, kGround, 0.75F)) <= 1);
  CHECK(image.at(10, 5) == kGround);
}

TEST_CASE("any shape in any rectangle is drawn inside it") {
  Rng rng(11);
  for (int round = 0; round < 60; ++round) {
    const int rows = 1 + static_cast<int>(rng.below(300));
    const int cols = 1 + static_cast<int>(rng.below(300));
    const Matrix m = random_matrix(rows, cols, rng.next());
    const Rect rect{rng.uniform() * 60 - 20, rng.uniform() * 60 - 20, rng.uniform() * 90 + 0.5F,
                    rng.uniform() * 90 + 0.5F};
    const Image image = drawn(m, rect, 64, 64);
    for (int y = 0; y < 64; ++y) {
      for (int x = 0; x < 64; ++x) {
        const Rect pixel{static_cast<float>(x), static_cast<float>(y), 1, 1};
        if (!pixel.overlaps(rect)) REQUIRE(image.at(x, y) == kGround);
      }
    }
  }
}

TEST_CASE("pyramid levels are means of the cells") {
  const Matrix m = random_matrix(13, 37, 4);
  const Pyramid p = make_pyramid(view(m));
  REQUIRE(p.levels.size() == 6);
  CHECK(std::abs(p.at(p.levels.back(), 0, 0).mean - m.mean()) < 1e-6F);
  for (int i = 0; i < p.levels[2].rows; ++i) {
    for (int j = 0; j < p.levels[2].cols; ++j) {
      const auto block = m.block(8 * i, 8 * j, std::min(8, 13 - 8 * i), std::min(8, 37 - 8 * j));
      REQUIRE(std::abs(p.at(p.levels[2], i, j).mean - block.mean()) < 1e-6F);
    }
  }
}

TEST_CASE("work a pixel is bounded however far out") {
  for (const int n : {1, 100, 4096}) {
    for (const float size : {0.5F, 3.0F, 40.0F, 700.0F}) {
      const HeatmapPlan plan = plan_heatmap({0, 0, size, 2 * size}, n, n, {});
      if (plan.extent_x <= 16) continue;
      CHECK(plan.blocks_per_px_x <= 16.0F);
      CHECK(plan.blocks_per_px_y < 2.0F);
    }
  }
}
