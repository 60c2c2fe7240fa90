// Draws a sheet into a DrawList, in screen pixels: culled to the viewport, numbers where they have
// room, labels that stay at the edge while zoomed. Reads only values, labels and style; keeps
// nothing.
#pragma once

#include <span>

#include "attention/explain/explain.hpp"
#include "view/sheet/camera.hpp"
#include "view/sheet/values.hpp"

namespace ap {

/// Something under way along a flow line: t from 0 (leaves) to 1 (has arrived and faded).
struct FlowPulse {
  int flow = 0;  // index into Sheet::flows
  float t = 0;
};

/// What a row is wanted to come out as: shares that sum to 1, or a word beside an output.
struct TargetMark {
  TensorId tensor;
  int row = 0;
  ConstView shares;  // 1 x S; empty for an output
  std::string_view word;
};

struct SheetStyle {
  Mode mode = Mode::kLight;
  const TextMeasure* measure = nullptr;  // null: EstimatedMeasure
  bool numbers = true;                   // print numbers where there is room
  std::optional<CellId> hover;
  std::optional<CellId> selection;  // its ring; with rows x cols for a range
  int selection_rows = 1;
  int selection_cols = 1;
  std::span<const Region> sources;  // of the hovered or pinned cell
  std::span<const Region> consumers;
  std::optional<Step> focus;             // dims the blocks of other steps
  std::span<const CellId> edited;        // small mark: changed by the reader
  std::span<const TensorId> locked;      // a lock in the title
  std::span<const CellId> locked_cells;  // sorted; a lock in the cell
  std::span<const TargetMark> targets;
  std::optional<TensorId> hover_title;
  std::optional<int> hover_thumbnail;  // index into Sheet::thumbnails
  std::optional<Stage> hover_ghost;
  std::span<const FlowPulse> pulses;
  std::optional<CellId> error;  // a refused entry, ringed in the warning colour
};

void draw_sheet(DrawList& list, const Sheet& sheet, const SheetValues& values,
                const SheetLabels& labels, const Camera& camera, const Rect& viewport,
                const SheetStyle& style);

/// How the numbers of a block are printed at a size on the screen, in the text face. size 0: colour
/// only. `high`, `low`: the largest finite number and the most negative one's magnitude.
struct NumberDetail {
  float size = 0;  // one of the baked sizes
  NumberStyle style;
};
[[nodiscard]] NumberDetail number_detail(float cell_w, float cell_h, float high,
                                         float low) noexcept;
/// The size that two digits and a sign would have in such a cell; 0: none.
[[nodiscard]] float number_size(float cell_w, float cell_h) noexcept;
/// Width of a number in the text face at size 1, not less than it has.
[[nodiscard]] float number_width(std::string_view text) noexcept;

/// The largest baked size that is at most `wanted` (9 if none is): text is never drawn between
/// sizes.
inline constexpr std::array<float, 5> kBakedSizes = {9, 11, 13, 16, 22};
[[nodiscard]] float baked_size(float wanted) noexcept;

}  // namespace ap
