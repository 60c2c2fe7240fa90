// Icons as strokes, drawn into a square: no icon font and no pictures to load.
#pragma once

#include <cstdint>
#include <imgui.h>

namespace ap::ui {

enum class Icon : std::uint8_t {
  kUndo,
  kRedo,
  kSun,
  kMoon,
  kAuto,
  kChevronDown,
  kChevronUp,
  kClose,
  kPlay,
  kPause,
  kFit,
  kPlus,
  kMinus,
  kHelp,
  kExplain,
  kModel,
  kGraph,
  kArcs,
  kHeads,
  kRows,
  kWords,
  kLearn,
  kSizes,
  kExport,
  kPin,
  kLock,
  kBrush,
  kMenu,
  kReset,
  kCheck,
  kTable,
  kTrain,
  kShare
};

/// Centred at `centre`, `size` points wide and high.
void draw_icon(ImDrawList& list, Icon icon, ImVec2 centre, float size, ImU32 colour);

}  // namespace ap::ui
