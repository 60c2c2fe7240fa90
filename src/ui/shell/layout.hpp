// Where the regions of the window are: pure arithmetic on its size. Wide (from 900): rail and panel
// beside the sheet. Medium: the panel lies over the sheet's right edge. Narrow (to 620): everything
// stacks, a tab bar at the bottom, the panel a bottom sheet above it. With rail and steps hidden an
// open panel has everything below the top bar.
#pragma once

#include "view/paint/geometry.hpp"

namespace ap::ui {

inline constexpr float kNarrowWidth = 620;
inline constexpr float kWideWidth = 900;
inline constexpr float kPanelWidth = 320;

struct LayoutInput {
  float width = 0;
  float height = 0;
  bool panel_open = false;
  float panel_lift = 0.5F;  // narrow: share of the height
  bool coarse = false;
  bool two_sentences = false;  // cross-attention
  bool hints = false;          // the first visit's three lines
  bool no_top = false;         // hidden by who embeds it, as are the next three
  bool no_steps = false;
  bool no_rail = false;
  bool no_status = false;
};

struct Regions {
  bool narrow = false;
  bool panel_over = false;  // the panel covers a part of the sheet
  Rect top;
  Rect steps;
  Rect sheet;
  Rect hints;   // a strip below the sheet; empty when put away
  Rect status;  // empty where there is no room
  Rect rail;    // narrow: the tab bar
  Rect panel;   // empty: closed
};

[[nodiscard]] Regions arrange(const LayoutInput& in) noexcept;
/// All of them moved to the right: a lesson stands at the left.
[[nodiscard]] Regions shifted(Regions regions, float dx) noexcept;

}  // namespace ap::ui
