// Keys and shapes of the pointer, in names of our own: page and desktop each translate theirs.
// A key that writes an ASCII character is that character, in lower case; the rest is named here.
// web_glue.js holds the same numbers (KEYS, ap_glue_cursor).
#pragma once

#include <cstdint>

namespace ap::platform {

enum class Key : std::uint8_t {
  kNone = 0,
  kBackspace = 8,
  kTab = 9,
  kEnter = 13,
  kEscape = 27,
  kSpace = 32,
  kDelete = 127,
  kLeft,
  kRight,
  kUp,
  kDown,
  kPageUp,
  kPageDown,
  kHome,
  kEnd,
  kInsert,
  kMenu,
  kPadEnter,
  kLeftCtrl,
  kRightCtrl,
  kLeftShift,
  kRightShift,
  kLeftAlt,
  kRightAlt,
  kLeftSuper,
  kRightSuper,
  kF1,
  kF12 = kF1 + 11,
};

[[nodiscard]] constexpr Key key(char character) noexcept { return static_cast<Key>(character); }

enum class Cursor : std::uint8_t {
  kArrow,
  kText,
  kHand,
  kMove,
  kSizeWestEast,
  kSizeNorthSouth,
  kSizeNorthEast,  // and south-west
  kSizeNorthWest,  // and south-east
  kForbidden,
};
constexpr int kCursors = 9;

}  // namespace ap::platform
