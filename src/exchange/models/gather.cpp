#include "exchange/models/gather.hpp"

#include <algorithm>
#include <cstring>

namespace ap {
namespace {

/// Both sides stay in the cache: a tile of either is 4 KB.
constexpr std::int64_t kTile = 32;

void gather_turned(const float* from, const Run& run, Matrix& to) noexcept {
  const std::int64_t rows = to.rows();
  for (std::int64_t r0 = 0; r0 < rows; r0 += kTile) {
    const std::int64_t r1 = std::min(rows, r0 + kTile);
    for (std::int64_t j0 = 0; j0 < run.count; j0 += kTile) {
      const std::int64_t j1 = std::min(run.count, j0 + kTile);
      for (std::int64_t r = r0; r < r1; ++r) {
        const float* source = from + run.base + r * run.row;
        float* row = to.data() + r * to.cols() + run.col;
        for (std::int64_t j = j0; j < j1; ++j) row[j] = source[j * run.step];
      }
    }
  }
}

}  // namespace

std::vector<Run> runs_of(Slot slot, Layout layout, const Spec& spec) {
  const SlotShape s = slot_shape(slot, spec);
  const std::int64_t k = spec.head_width;
  std::vector<Run> runs;
  switch (layout) {
    case Layout::kPlain:
    case Layout::kHeadRows:
    case Layout::kFirstRow: return {{0, s.cols, 0, s.cols, 1}};
    case Layout::kLinear: return {{0, s.cols, 0, 1, s.rows}};
    case Layout::kThirds: return {{0, s.cols, fused_offset(slot, spec), fused_columns(spec), 1}};
    case Layout::kLinearThirds: return {{0, s.cols, fused_offset(slot, spec) * s.rows, 1, s.rows}};
    case Layout::kLinearByHead:
      for (std::int64_t h = 0; h < s.heads; ++h)
        runs.push_back({h * k, k, (3 * h + third_of(slot)) * k * s.rows, 1, s.rows});
      return runs;
    case Layout::kLinearPaired:  // number i of half s of head h is row hK + 2i + s
      for (std::int64_t h = 0; h < s.heads; ++h)
        for (std::int64_t half = 0; half < 2; ++half)
          runs.push_back({h * k + half * (k / 2), k / 2, (h * k + half) * s.rows, 1, 2 * s.rows});
      return runs;
    case Layout::kHeads:
      for (std::int64_t h = 0; h < s.heads; ++h) runs.push_back({h * k, k, h * s.rows * k, k, 1});
      return runs;
  }
  return runs;
}

std::vector<std::int64_t> tensor_shape(Slot slot, Layout layout, const Spec& spec) {
  const SlotShape s = slot_shape(slot, spec);
  const auto turned = [&](std::int64_t cols) -> std::vector<std::int64_t> {
    if (s.vector) return {cols};
    return {cols, s.rows};
  };
  switch (layout) {
    case Layout::kPlain:
      if (s.vector) return {s.cols};
      return {s.rows, s.cols};
    case Layout::kLinear:
    case Layout::kLinearPaired: return turned(s.cols);
    case Layout::kThirds:
      if (s.vector) return {fused_columns(spec)};
      return {s.rows, fused_columns(spec)};
    case Layout::kLinearThirds: return turned(fused_columns(spec));
    case Layout::kLinearByHead: return turned(3 * s.cols);
    case Layout::kHeads: return {s.heads, s.rows, spec.head_width};
    case Layout::kHeadRows:
      if (s.vector) return {s.heads, spec.head_width};
      return {spec.heads, spec.head_width, s.cols};
    case Layout::kFirstRow: return {-1, s.cols};
  }
  return {};
}

void gather(const float* from, const std::vector<Run>& runs, Matrix& to) noexcept {
  for (const Run& run : runs) {
    if (run.step != 1) {
      gather_turned(from, run, to);
      continue;
    }
    for (std::int64_t r = 0; r < to.rows(); ++r)
      std::memcpy(to.data() + r * to.cols() + run.col, from + run.base + r * run.row,
                  static_cast<std::size_t>(run.count) * sizeof(float));
  }
}

}  // namespace ap
