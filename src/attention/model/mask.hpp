// What hides a key from a query, beside the causal order: a window around the query, and the size
// from which a number that is added hides.
#pragma once

#include <cstdint>

namespace ap {

/// A query at position p sees the keys p - left ... p + right; -1 is no bound. A sliding window
/// over the last w keys, the query's own among them, has left = w - 1. It applies beside every
/// other mask. Source: ONNX Attention, opset 25, left_window_size and right_window_size.
struct KeyWindow {
  int left = -1;
  int right = -1;
  [[nodiscard]] constexpr bool bounded() const noexcept { return left >= 0 || right >= 0; }
  [[nodiscard]] constexpr bool sees(std::int64_t position, std::int64_t key) const noexcept {
    return (left < 0 || key >= position - left) && (right < 0 || key <= position + right);
  }
  bool operator==(const KeyWindow&) const = default;
};

/// A mask cell of this or less leaves no float of a weight beside one that is open: -inf, the
/// smallest float or half, -1e9 and -10000 are all what somebody hides with. (Added as they are: a
/// row of one finite number alone shares evenly, and only a row of -inf sees nothing.)
inline constexpr float kHides = -1e4F;
[[nodiscard]] constexpr bool hides(float mask) noexcept { return mask <= kHides; }

}  // namespace ap
