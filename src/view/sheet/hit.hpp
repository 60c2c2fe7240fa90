// What is under the pointer on a sheet, and what is next to it by keyboard. Screen pixels in,
// addresses out.
#pragma once

#include "view/sheet/camera.hpp"
#include "view/sheet/sheet.hpp"

namespace ap {

enum class HitKind : std::uint8_t {
  kCell,
  kTitle,
  kRowLabel,
  kColLabel,
  kLegend,
  kThumbnail,
  kGhost,
  kCaption
};

struct Hit {
  HitKind kind = HitKind::kCell;
  int block = -1;      // index into blocks: cell, title, labels, legend
  CellId cell;         // kCell; kRowLabel: row, col 0; kColLabel: row 0, col
  int thumbnail = -1;  // index into thumbnails
  Stage ghost = Stage::kScaled;
  Step step = Step::kEmbed;  // of the caption or the block
};

/// `slop`: how far outside, in pixels, still counts: 0 for a mouse, about 12 for a finger. The
/// exact hit wins over a near one.
[[nodiscard]] std::optional<Hit> hit_sheet(const Sheet& sheet, const Camera& camera,
                                           const Rect& viewport, Point screen, float slop = 0);
[[nodiscard]] std::optional<CellId> hit_cell(const Sheet& sheet, const Camera& camera,
                                             const Rect& viewport, Point screen, float slop = 0);

enum class Arrow : std::uint8_t { kLeft, kRight, kUp, kDown };
/// The neighbour, at the matrix's edge the cell itself; `by` cells at once (page keys).
[[nodiscard]] CellId next_cell(const Sheet& sheet, CellId from, Arrow arrow, int by = 1) noexcept;
/// The block after (or before) in the order of the computation, round the end; same row and column
/// as far as they exist.
[[nodiscard]] CellId next_block(const Sheet& sheet, CellId from, bool backward = false) noexcept;
/// Tab: the next editable block only.
[[nodiscard]] CellId next_editable(const Sheet& sheet, CellId from, bool backward = false) noexcept;

/// Sheet rectangle of a cell or region, for the camera and for anchoring cards; empty if not shown.
[[nodiscard]] Rect cell_rect(const Sheet& sheet, CellId cell) noexcept;

}  // namespace ap
