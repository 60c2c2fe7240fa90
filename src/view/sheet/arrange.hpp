// The inner parts of the layout: blocks grouped into items (a matrix with its bias or gains below
// it), items measured for a block size, and items put into rows. Only sheet_*.cpp include this.
#pragma once

#include <vector>

#include "view/sheet/sheet.hpp"

namespace ap::detail {

inline constexpr float kRowGap = 16;
inline constexpr float kCaptionHeight = 18;
inline constexpr float kLegendHeight = 13;
inline constexpr float kGhostHeight = 18;
inline constexpr float kLabelLine = 12;
inline constexpr float kMargin = 4;

/// Cell size from the side that the longest axis should have: equal cells up to 30 of them, smaller
/// along axes that would grow beyond the side. So row i is at the same height in all blocks of a
/// row. `aspect`: height / width; a number needs more of the width.
struct Pitch {
  float side;
  float aspect;
  float common;             // width
  float line = kLabelLine;  // height of a line of words over columns
  Pitch(float wanted_side, int longest, float wanted_aspect = 1) noexcept;
  [[nodiscard]] float width(int n) const noexcept;
  [[nodiscard]] float height(int n) const noexcept { return width(n) * aspect; }
};

/// A column of blocks that moves as one.
struct Item {
  std::vector<int> blocks;  // indices; the first is the owner
  std::vector<Ghost> ghosts;
  bool always_labels = false;    // row labels also where the matrix left of it has them
  bool pair = false;             // a weight matrix: what it makes stands close by
  bool break_before = false;     // stacked: starts a row
  bool break_preferred = false;  // wide: a good place to start a row
  Step step = Step::kEmbed;
  // Measured, for a pitch:
  float width = 0;
  float labelled_width = 0;
  float ascent = 0;   // from the item's top to its first matrix
  float descent = 0;  // from there to its bottom
};

struct Parts {
  std::vector<Block> blocks;
  std::vector<Item> items;
  std::vector<float> header_widths;  // a block: of title and shape
  std::vector<float> formula_widths;
  std::vector<int> queries;                   // item indices: embeddings, positions, input, norm
  std::vector<int> sources;                   // the same of the source side
  std::array<std::vector<int>, 3> projected;  // W, Q, Q turned; the same for K and V
  std::vector<int> rest;                      // scores to output
  std::vector<Ghost> last_ghosts;             // in a line below the end of the figure
  int longest = 1;                            // axis
  int strip_layers = 0;                       // of the heads strip; 0: no strip
  int strip_heads = 0;
  bool same_tokens = true;  // queries and keys are the same words
};
[[nodiscard]] Parts make_parts(const SheetSpec& spec, const SheetOptions& options);

/// Sizes of all items.
void measure(Parts& parts, const Pitch& pitch, const SheetOptions& options, bool roomy);

/// Where items go, and how large the whole is.
struct Placement {
  struct Spot {
    int item = -1;
    float x = 0;
    float y = 0;  // of the first matrix
    bool labels = false;
    int row = 0;
  };
  std::vector<Spot> spots;
  std::vector<float> row_tops;
  Rect strip;
  bool strip_in_line = false;
  std::vector<float> ascents;  // a row: from its captions to its matrices
  float width = 0;
  float height = 0;
};

/// How a sheet is arranged; tried out by layout_sheet.
struct Plan {
  bool stacked = false;
  bool lines = false;     // reading order: X to weights, then K, V and the rest from the left again
  bool two_rows = false;  // K and V side by side below Q, instead of three rows
  bool break_at_mix = true;  // `weights V` starts a row
  float right = 0;           // right edge where rows wrap
  bool tight = false;        // gaps only as wide as an arrow
  bool joined = false;       // stacked: Q on the line of X, V on the line of K

  [[nodiscard]] float gap() const noexcept { return tight ? 19.F : 24.F; }
  /// Between a weight matrix and what it makes.
  [[nodiscard]] float pair_gap() const noexcept { return tight ? 17.F : 18.F; }
};
[[nodiscard]] Placement place(const Parts& parts, const Plan& plan);

/// `in_line`: its title stands left of the thumbnails instead of above them.
[[nodiscard]] Rect strip_size(const Parts& parts, float width, bool in_line = false) noexcept;
void fill_strip(Sheet& sheet, const Parts& parts, const Rect& strip, bool in_line);

/// Blocks get their rectangles; ghosts and captions are added.
void commit(Sheet& sheet, Parts& parts, const Placement& placement, const Pitch& pitch,
            const SheetOptions& options, bool roomy);

void add_flows(Sheet& sheet);

}  // namespace ap::detail
