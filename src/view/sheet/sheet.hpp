// Sheet: the whole computation as one figure: a titled heatmap block per stage, flow lines, heads
// as thumbnails, steps. Layout is a pure function of shapes and the space there is; no numbers, no
// pixels. A sheet unit is a pixel at zoom 1, where text has its designed size; cells take what
// space is left. Drawing is in draw.hpp, picking in hit.hpp, the numbers that blocks
// show in values.hpp.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "attention/forward/trace.hpp"
#include "attention/model/axis.hpp"
#include "view/paint/draw_list.hpp"
#include "view/paint/theme.hpp"

namespace ap {

/// The eight steps of the step bar, in order.
enum class Step : std::uint8_t {
  kEmbed,
  kProject,
  kScore,
  kScale,
  kMask,
  kSoftmax,
  kMix,
  kCombine
};
inline constexpr int kStepCount = 8;
[[nodiscard]] std::string_view name(Step step) noexcept;  // "Embed", "Project", ...
[[nodiscard]] Step step_of(Stage stage) noexcept;

/// Whose colour a block's title, frame and flow lines carry.
enum class Hue : std::uint8_t { kNeutral, kX, kQ, kK, kV, kWeights, kOut };
[[nodiscard]] Rgba colour(Hue hue, const Theme& theme) noexcept;
[[nodiscard]] Hue hue_of(Stage stage) noexcept;
/// Weights are shares of 1 (sequential); everything else has a sign.
[[nodiscard]] MapKind map_of(Stage stage) noexcept;

/// A piece of a line of maths: "W" then "Q" at 0.7 of the size, 0.22 em lower.
struct MathRun {
  std::string_view text;  // static storage
  float scale = 1;
  float drop = 0;  // em of the whole line's size; positive is down
};
using MathText = std::vector<MathRun>;
/// How figures call it: W with a lowered Q, "scores", ...
[[nodiscard]] MathText title_of(Stage stage);
/// Without a stage of its own for the input (no positions are added), the embeddings are what the
/// formulas call X.
[[nodiscard]] MathText title_of(Stage stage, bool has_input);
/// What it is, short: "Q Kᵀ", "X W" with a lowered Q, "softmax of rows".
[[nodiscard]] MathText formula_of(TensorId id);
/// The same in plain text, for tooltips and screen readers: "W_Q".
[[nodiscard]] std::string plain(const MathText& text);
[[nodiscard]] float width(const MathText& text, const TextMeasure& measure, Face face, float size);

/// Tokens as the sheet labels them. `unknown`: no vector in the word list; marked in the label.
struct SheetLabels {
  std::vector<std::string> queries;
  std::vector<std::string> keys;
  std::vector<bool> query_unknown;  // may be empty
  std::vector<bool> key_unknown;
};

/// What there is to lay out, free of numbers: from a trace, or made by hand.
struct StageShape {
  TensorId id;
  int rows = 0;
  int cols = 0;
  Axis row_axis = Axis::kDims;
  Axis col_axis = Axis::kDims;
  bool editable = false;
};
struct SheetSpec {
  int layer = 0;
  int head = 0;  // query head
  int layers = 1;
  int heads = 1;
  int queries = 0;
  int keys = 0;
  bool mask_painted = false;       // the mask is more than the causal rule
  bool norm_after = false;         // norm1 follows the residual sum (post-norm)
  std::vector<StageShape> stages;  // that are on, in the order of the computation
  std::vector<Stage> off;          // worth a ghost: scaled, masked, capped, positions, ...
};
[[nodiscard]] SheetSpec sheet_spec(const Trace& trace, int layer, int head);

struct SheetOptions {
  float width = 1200;  // of the viewport, pixels
  float height = 700;
  float query_label = 64;  // widest row label, units (see label_width); capped at kLabelMax
  float key_label = 64;
  std::set<Stage> folded;  // shown as a tab only
  std::set<Stage>
      expanded;  // shown although folded by default: the mask, where it is the causal rule alone
  bool live = true;                      // says what can be dragged; a picture does not
  const TextMeasure* measure = nullptr;  // null: EstimatedMeasure
};
/// For a page of this size and these words.
[[nodiscard]] SheetOptions sheet_options(float width, float height, const SheetLabels& labels,
                                         const TextMeasure& measure);
/// The widest of the labels at the label size, for SheetOptions.
[[nodiscard]] float label_width(const std::vector<std::string>& labels, const TextMeasure& measure);

struct Block {
  TensorId id;
  int rows = 0;
  int cols = 0;
  Axis row_axis = Axis::kDims;
  Axis col_axis = Axis::kDims;
  Rect frame;   // everything of this block; frames of one sheet never overlap
  Rect matrix;  // the cells
  float cell_w = 0;
  float cell_h = 0;
  Rect header;      // title, and below it formula and shape
  Rect row_gutter;  // empty: no row labels beside it
  Rect col_gutter;
  Rect legend;
  MathText title;
  MathText formula;
  std::string shape;  // "6 × 4"
  Step step = Step::kEmbed;
  Hue hue = Hue::kNeutral;
  MapKind map = MapKind::kDiverging;
  bool editable = false;
  bool quiet =
      false;  // its column words stand on a neighbour too: drawn only where there is ample room

  [[nodiscard]] Rect cell(int row, int col) const noexcept {
    return {matrix.x + static_cast<float>(col) * cell_w,
            matrix.y + static_cast<float>(row) * cell_h, cell_w, cell_h};
  }
};

struct Flow {
  int from = 0;  // indices into blocks
  int to = 0;
  std::vector<Bezier> path;  // pieces in order, each beginning where the one before ends
  Hue hue = Hue::kNeutral;

  [[nodiscard]] Point start() const noexcept { return path.front().p0; }
  [[nodiscard]] Point end() const noexcept { return path.back().p3; }
};
/// Where the line is after this share of its way.
[[nodiscard]] Point at(const Flow& flow, float t) noexcept;

/// A stage that is off or folded, as a small tab under the block that it would follow.
struct Ghost {
  Stage stage = Stage::kScaled;
  bool folded = false;  // on, but folded by the reader
  Rect rect;
  std::string text;  // "+ mask"
};

struct Thumbnail {
  int layer = 0;
  int head = 0;
  Rect rect;
};

/// The line over the blocks of one step in one row of blocks.
struct Caption {
  Step step = Step::kEmbed;
  Rect rect;
};

struct Sheet {
  int layer = 0;
  int head = 0;
  int layers = 1;
  int heads = 1;
  bool stacked = false;        // narrow: fit its width, scroll
  bool strip_in_line = false;  // the heads' title stands left of the thumbnails
  std::vector<Block> blocks;
  std::vector<Flow> flows;
  std::vector<Ghost> ghosts;
  std::vector<Caption> captions;
  std::vector<Thumbnail> thumbnails;  // empty for one head in one layer
  Rect heads_strip;                   // around the thumbnails and their title; may be empty
  Rect bounds;

  [[nodiscard]] const Block* find(TensorId id) const noexcept;
  /// Index into blocks, or -1.
  [[nodiscard]] int index_of(TensorId id) const noexcept;
};

/// Width up to which the sheet stacks.
inline constexpr float kStackedWidth = 620;
/// Type and spacing of the sheet, units.
inline constexpr float kTitleSize = 16;
inline constexpr float kCaptionSize = 11;
inline constexpr float kLabelSize = 11;
inline constexpr float kLabelMax = 78;

[[nodiscard]] Sheet layout_sheet(const SheetSpec& spec, const SheetOptions& options);

/// Around all blocks of a step, for the camera; empty if there are none.
[[nodiscard]] Rect bounds_of(const Sheet& sheet, Step step) noexcept;
/// How far a look at a step zooms in at most: until its smallest cells are 40 pixels wide, from 2.2
/// to 6.
[[nodiscard]] float step_zoom(const Sheet& sheet, Step step) noexcept;

}  // namespace ap
