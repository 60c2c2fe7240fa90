#include "view/paint/heatmap.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ap {
namespace {

/// The most blocks that one pixel touches along its longer axis: 16 + 2 ends. Same in the shader.
constexpr int kMostTaps = 18;
constexpr float kLongestFootprint = 16;

/// The blocks that one pixel touches along one axis, and the share of the pixel each one's inside
/// takes.
struct Taps {
  int first = 0;
  int count = 0;
  std::array<float, kMostTaps> share{};
};

/// Pixel [px, px + 1) of a matrix whose edge is at `origin`. Same arithmetic as heatmap.frag.
Taps taps_at(float px, float origin, float blocks_per_px, float extent, float half_gap) noexcept {
  Taps taps;
  const float lo = std::max((px - origin) * blocks_per_px, 0.0F);
  const float hi = std::min((px + 1 - origin) * blocks_per_px, extent);
  if (!(hi > lo)) return taps;
  taps.first = static_cast<int>(lo);
  const int last = std::min(static_cast<int>(std::ceil(hi)) - 1, taps.first + kMostTaps - 1);
  for (int j = taps.first; j <= last; ++j) {
    const float inside_lo = static_cast<float>(j) + half_gap;
    const float inside_hi = std::min(static_cast<float>(j + 1), extent) - half_gap;
    const float shared = std::min(hi, inside_hi) - std::max(lo, inside_lo);
    taps.share[static_cast<std::size_t>(taps.count++)] = std::max(shared, 0.0F) / blocks_per_px;
  }
  return taps;
}

/// Red, green, blue as 0..255 floats, so that rounding happens once.
struct Colour3 {
  float r = 0;
  float g = 0;
  float b = 0;
  void add(Colour3 c, float w) noexcept {
    r += c.r * w;
    g += c.g * w;
    b += c.b * w;
  }
};
Colour3 to_float(Rgba c) noexcept {
  return {static_cast<float>(c.r), static_cast<float>(c.g), static_cast<float>(c.b)};
}

Colour3 lookup(const ColourTable& table, float place) noexcept {
  const float scaled = place * (kMapSize - 1);
  const auto i = std::min(static_cast<std::size_t>(scaled), std::size_t{kMapSize - 2});
  const float t = scaled - static_cast<float>(i);
  Colour3 c;
  c.add(to_float(table[i]), 1 - t);
  c.add(to_float(table[i + 1]), t);
  return c;
}

/// Areas by kind, and the sum of place x area over the value cells.
struct Gathered {
  float value = 0;
  float masked = 0;
  float nan = 0;
  float place = 0;

  void add(float mean, float masked_share, float area, Range range) noexcept {
    switch (cell_kind(mean)) {
      case CellKind::kNaN: nan += area; return;
      case CellKind::kMasked: masked += area; return;
      case CellKind::kValue: break;
    }
    masked += area * masked_share;
    value += area * (1 - masked_share);
    place += area * (1 - masked_share) * position(mean, range);
  }
};

/// Diagonal stripes through device pixels, 0 .. 1; dx, dy from the heatmap's corner to the pixel's
/// middle.
float hatch(float dx, float dy, const HeatmapPlan& plan) noexcept {
  const float turn = (dx + dy) / plan.hatch_period;
  const float along = std::abs(turn - std::floor(turn) - 0.5F) * plan.hatch_period;
  return std::clamp(plan.hatch_period * 0.15F + 0.5F - along, 0.0F, 1.0F) * plan.hatch_strength;
}

void blend(Rgba& pixel, Colour3 colour, float alpha) noexcept {
  const auto channel = [alpha](std::uint8_t below, float above) {
    return static_cast<std::uint8_t>(static_cast<float>(below) * (1 - alpha) + above * alpha +
                                     0.5F);
  };
  pixel = {channel(pixel.r, colour.r), channel(pixel.g, colour.g), channel(pixel.b, colour.b),
           channel(pixel.a, 255.0F)};
}

/// One block of level k + 1 from up to 2 x 2 blocks of level k, each `area` cells big.
class BlockSum {
 public:
  void add(BlockMean block, double area) noexcept {
    area_ += area;
    masked_ += area * static_cast<double>(block.masked);
    const double values = area * (1 - static_cast<double>(block.masked));
    if (values > 0) sum_ += static_cast<double>(block.mean) * values;
    values_ += values;
  }
  [[nodiscard]] BlockMean mean() const noexcept {
    return {values_ > 0 ? static_cast<float>(sum_ / values_) : 0.0F,
            static_cast<float>(masked_ / area_)};
  }

 private:
  double area_ = 0;
  double values_ = 0;
  double masked_ = 0;
  double sum_ = 0;
};

BlockMean cell_block(float value) noexcept {
  if (cell_kind(value) == CellKind::kMasked) return {0, 1};
  return {value, 0};
}

/// Cells of n that block i of level k covers: the last one may be cut.
double covered(int i, int level, int n) noexcept {
  const int size = 1 << level;
  return std::min(size, n - i * size);
}

}  // namespace

Pyramid make_pyramid(ConstView values) {
  Pyramid p;
  if (values.empty()) return p;
  int rows = values.rows;
  int cols = values.cols;
  p.width = (cols + 1) / 2;
  while (rows > 1 || cols > 1) {
    rows = (rows + 1) / 2;
    cols = (cols + 1) / 2;
    p.levels.push_back({p.height, rows, cols});
    p.height += rows;
  }
  p.blocks.resize(static_cast<std::size_t>(p.width) * static_cast<std::size_t>(p.height));
  for (std::size_t k = 0; k < p.levels.size(); ++k) {
    const Pyramid::Level& to = p.levels[k];
    const int from_level = static_cast<int>(k);
    const int from_rows = k == 0 ? values.rows : p.levels[k - 1].rows;
    const int from_cols = k == 0 ? values.cols : p.levels[k - 1].cols;
    for (int i = 0; i < to.rows; ++i) {
      for (int j = 0; j < to.cols; ++j) {
        BlockSum sum;
        for (int r = 2 * i; r < std::min(2 * i + 2, from_rows); ++r) {
          for (int c = 2 * j; c < std::min(2 * j + 2, from_cols); ++c) {
            const BlockMean from = k == 0 ? cell_block(values(r, c)) : p.at(p.levels[k - 1], r, c);
            sum.add(from,
                    covered(r, from_level, values.rows) * covered(c, from_level, values.cols));
          }
        }
        const auto row = static_cast<std::size_t>(to.first_row + i);
        p.blocks[row * static_cast<std::size_t>(p.width) + static_cast<std::size_t>(j)] =
            sum.mean();
      }
    }
  }
  return p;
}

float cell_gap(float cell_px, float px_scale) noexcept {
  const float units = cell_px / px_scale;
  return px_scale *
         (std::clamp((units - 6) / 6, 0.0F, 1.0F) + std::clamp((units - 24) / 48, 0.0F, 1.0F));
}

HeatmapPlan plan_heatmap(Rect rect, int rows, int cols, const HeatmapStyle& style) noexcept {
  const float cell_w = rect.w / static_cast<float>(cols);
  const float cell_h = rect.h / static_cast<float>(rows);
  const float fewest = std::min(1 / cell_w, 1 / cell_h);
  const float most = std::max(1 / cell_w, 1 / cell_h);
  int levels = 0;
  while ((1 << levels) < std::max(rows, cols)) ++levels;
  HeatmapPlan plan;
  while (plan.level < levels && (fewest >= std::ldexp(2.0F, plan.level) ||
                                 most > std::ldexp(kLongestFootprint, plan.level))) {
    ++plan.level;
  }
  const float block = std::ldexp(1.0F, plan.level);
  plan.blocks_per_px_x = 1 / (cell_w * block);
  plan.blocks_per_px_y = 1 / (cell_h * block);
  plan.extent_x = static_cast<float>(cols) / block;
  plan.extent_y = static_cast<float>(rows) / block;
  const float smaller = std::min(cell_w, cell_h);
  if (plan.level == 0) {
    const float gap = cell_gap(smaller, style.px_scale);
    plan.half_gap_x = gap / cell_w / 2;
    plan.half_gap_y = gap / cell_h / 2;
  }
  plan.hatch_strength = std::clamp((smaller / style.px_scale - 4) / 4, 0.0F, 1.0F);
  plan.hatch_period = 6 * style.px_scale;
  return plan;
}

bool needs_pyramid(Rect rect, int rows, int cols) noexcept {
  return plan_heatmap(rect, rows, cols, {}).level > 0;
}

namespace {

/// One heatmap while it is drawn.
struct Drawing {
  ConstView values;
  const HeatmapStyle& style;
  const HeatmapPlan& plan;
  const Pyramid* pyramid;  // not null above level 0
  Point corner;

  [[nodiscard]] Gathered gather(const Taps& across, const Taps& down) const noexcept {
    Gathered sum;
    const Pyramid::Level level = plan.level > 0
                                     ? pyramid->levels[static_cast<std::size_t>(plan.level - 1)]
                                     : Pyramid::Level{};
    for (int r = 0; r < down.count; ++r) {
      for (int c = 0; c < across.count; ++c) {
        const float area =
            down.share[static_cast<std::size_t>(r)] * across.share[static_cast<std::size_t>(c)];
        if (plan.level == 0) {
          sum.add(values(down.first + r, across.first + c), 0, area, style.range);
        } else {
          const BlockMean& b = pyramid->at(level, down.first + r, across.first + c);
          sum.add(b.mean, b.masked, area, style.range);
        }
      }
    }
    return sum;
  }

  [[nodiscard]] Colour3 colour(const Gathered& sum, float area, int x, int y) const noexcept {
    Colour3 colour;
    if (sum.value > 0) {
      colour.add(lookup(colour_table(style.map, style.mode), sum.place / sum.value),
                 sum.value / area);
    }
    if (sum.masked > 0) {
      const float h = hatch(static_cast<float>(x) + 0.5F - corner.x,
                            static_cast<float>(y) + 0.5F - corner.y, plan);
      colour.add(to_float(masked_colour(style.mode)), sum.masked / area * (1 - h));
      colour.add(to_float(masked_hatch(style.mode)), sum.masked / area * h);
    }
    colour.add(to_float(nan_colour(style.mode)), sum.nan / area);
    return colour;
  }
};

}  // namespace

void draw_heatmap(Image& image, Rect rect, ConstView values, const HeatmapStyle& style, Rect clip,
                  const Pyramid* pyramid) {
  if (values.empty() || rect.empty()) return;
  const Rect whole{0, 0, static_cast<float>(image.width), static_cast<float>(image.height)};
  const Rect seen = intersect(intersect(rect, clip), whole);
  if (seen.empty()) return;
  const HeatmapPlan plan = plan_heatmap(rect, values.rows, values.cols, style);
  Pyramid own;
  if (plan.level > 0 && pyramid == nullptr) {
    own = make_pyramid(values);
    pyramid = &own;
  }
  const Drawing drawing{values, style, plan, pyramid, {rect.x, rect.y}};
  // Edges of the clip that cut a pixel are rounded out, as a scissor does.
  const int x0 = static_cast<int>(std::floor(seen.x));
  const int x1 = static_cast<int>(std::ceil(seen.right()));
  std::vector<Taps> columns;
  for (int x = x0; x < x1; ++x) {
    columns.push_back(taps_at(static_cast<float>(x), rect.x, plan.blocks_per_px_x, plan.extent_x,
                              plan.half_gap_x));
  }
  for (int y = static_cast<int>(std::floor(seen.y)); y < static_cast<int>(std::ceil(seen.bottom()));
       ++y) {
    const Taps down = taps_at(static_cast<float>(y), rect.y, plan.blocks_per_px_y, plan.extent_y,
                              plan.half_gap_y);
    for (int x = x0; x < x1; ++x) {
      const Gathered sum = drawing.gather(columns[static_cast<std::size_t>(x - x0)], down);
      const float area = sum.value + sum.masked + sum.nan;
      if (!(area > 0)) continue;
      blend(image.at(x, y), drawing.colour(sum, area, x, y),
            std::min(area, 1.0F) * (1 - style.dim));
    }
  }
}

}  // namespace ap
