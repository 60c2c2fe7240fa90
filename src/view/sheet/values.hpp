// SheetValues: the numbers behind each block, with their range, taken once per change of the trace
// so that drawing a frame reads nothing but what is visible. Views point into the trace (or the
// baseline difference kept here): keep the trace alive and unchanged.
#pragma once

#include <memory>

#include "view/paint/number.hpp"
#include "view/sheet/sheet.hpp"

namespace ap {

struct BlockValues {
  ConstView values;   // empty: draw the frame only
  ConstView numbers;  // what cells print; the same as values but in sensitivity mode
  Range range;
  MapKind map = MapKind::kDiverging;
  float largest = 0;   // largest finite |number|, for number styles
  float high = 0;      // largest finite number, at least 0
  float low = 0;       // the most negative one's magnitude
  SharedMatrix owned;  // storage of a difference or a sensitivity; may be null
};

struct SheetValues {
  std::vector<BlockValues> blocks;    // as Sheet::blocks
  std::vector<ConstView> thumbnails;  // as Sheet::thumbnails
  std::vector<std::string> legends;   // "±1.2", "0 – 0.87"
  std::uint64_t revision = 0;         // goes into HeatmapShape
  bool difference = false;
};

enum class RangeRule : std::uint8_t {
  kAuto,   // symmetric about 0, or from 0, to each matrix's own largest value
  kFixed,  // weights 0..1, scores and what follows them share one range, Q K V share one
};

/// With a baseline, blocks show trace - baseline where the shapes agree (diverging).
[[nodiscard]] SheetValues sheet_values(const Sheet& sheet, const Trace& trace,
                                       std::uint64_t revision, const Trace* baseline = nullptr,
                                       RangeRule rule = RangeRule::kAuto);
/// Colours of one block by slopes (rows x cols as the block) while its numbers stay; its legend
/// says so.
void recolour(SheetValues& values, const Sheet& sheet, TensorId id, SharedMatrix colours);

}  // namespace ap
