// A matrix as coloured cells on the CPU: what PNG export uses, and the oracle that the shader
// (shaders/heatmap.frag) is tested against. Both follow one rule, stated here and in HeatmapPlan:
//
// A pixel is the box of 1 x 1 device pixels around it. Each cell counts with the area that its
// inside (the cell less half a gap on each side) shares with that box. The pixel's colour is
//   colour(mean place on the map of its value cells), masked colour, NaN colour, mixed by those
//   areas;
// its alpha is the sum of the areas. So an enlarged cell is flat with crisp edges, a reduced matrix
// shows averages, and neither shimmers while it moves. Where a pixel covers 2 cells or more, the
// cells are those of a pyramid level (means of 2^level x 2^level cells), so that the work a pixel
// is bounded.
#pragma once

#include <array>
#include <vector>

#include "tensor/matrix.hpp"
#include "view/paint/colour.hpp"
#include "view/paint/geometry.hpp"
#include "view/paint/image.hpp"

namespace ap {

/// Mean of a block's value cells (NaN if it holds one) and the share of its cells that is masked.
struct BlockMean {
  float mean = 0;
  float masked = 0;
};

/// Levels 1, 2, ... of a matrix: level k has ceil(rows / 2^k) x ceil(cols / 2^k) blocks, the last
/// is 1 x 1. All levels lie in one array, one under the other, each `width` blocks wide: as the
/// shader's texture has them.
struct Pyramid {
  struct Level {
    int first_row = 0;
    int rows = 0;
    int cols = 0;
  };
  int width = 0;
  int height = 0;
  std::vector<Level> levels;  // [0] is level 1
  std::vector<BlockMean> blocks;

  [[nodiscard]] const BlockMean& at(const Level& level, int row, int col) const noexcept {
    return blocks[static_cast<std::size_t>(level.first_row + row) *
                      static_cast<std::size_t>(width) +
                  static_cast<std::size_t>(col)];
  }
};
[[nodiscard]] Pyramid make_pyramid(ConstView values);

struct HeatmapStyle {
  Range range;
  MapKind map = MapKind::kDiverging;
  Mode mode = Mode::kLight;
  float dim = 0;  // 0 .. 1: share of transparency
  float px_scale =
      1;  // device pixels a sheet unit: hatch and gaps keep their look on dense screens
};

/// Space between cells, in device pixels: none while cells are small, one when there is room, two
/// when large.
[[nodiscard]] float cell_gap(float cell_px, float px_scale) noexcept;

/// What is the same for all pixels of one heatmap; the uniforms of the shader.
struct HeatmapPlan {
  int level = 0;              // 0: the cells themselves
  float blocks_per_px_x = 0;  // at that level
  float blocks_per_px_y = 0;
  float half_gap_x = 0;  // in blocks; 0 above level 0
  float half_gap_y = 0;
  float extent_x = 0;  // the matrix in blocks, not rounded up
  float extent_y = 0;
  float hatch_strength = 0;
  float hatch_period = 6;  // device pixels along x
};
/// rect: where the matrix goes, in device pixels. rows, cols > 0 and rect not empty.
[[nodiscard]] HeatmapPlan plan_heatmap(Rect rect, int rows, int cols,
                                       const HeatmapStyle& style) noexcept;
/// True where plan_heatmap may ask for level 1 or more.
[[nodiscard]] bool needs_pyramid(Rect rect, int rows, int cols) noexcept;

/// Blends it onto `image` inside `clip` (both in device pixels). `pyramid` may be null: made when
/// needed.
void draw_heatmap(Image& image, Rect rect, ConstView values, const HeatmapStyle& style, Rect clip,
                  const Pyramid* pyramid = nullptr);

}  // namespace ap
