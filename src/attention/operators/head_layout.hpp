// HeadLayout: where the heads of an array are. Two layouts, as in the ONNX operators: packed, heads
// side by side in a token's row, (tokens, H·K) or (batch, tokens, H·K); and (batch, heads, tokens,
// K).
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "tensor/array.hpp"
#include "tensor/matrix.hpp"

namespace ap {

struct HeadLayout {
  int batch = 1;
  int heads = 1;
  int tokens = 0;
  int width = 0;  // of one head
  bool packed = true;

  /// One head of one batch: tokens x width, a window into `data`.
  template <class Float>
  [[nodiscard]] BasicView<Float> head(Float* data, int b, int h) const noexcept {
    const auto at = [](int i) { return static_cast<std::ptrdiff_t>(i); };
    if (packed) {
      const std::ptrdiff_t row = at(heads) * width;
      return {data + at(b) * tokens * row + at(h) * width, tokens, width, heads * width};
    }
    return {data + (at(b) * heads + h) * tokens * width, tokens, width, width};
  }
  [[nodiscard]] std::size_t size() const noexcept {
    return static_cast<std::size_t>(batch) * static_cast<std::size_t>(heads) *
           static_cast<std::size_t>(tokens) * static_cast<std::size_t>(width);
  }
};

/// Most numbers one array may hold here: 1.5 GB of floats.
inline constexpr std::int64_t kMaxArrayNumbers = 375'000'000;

/// The layout of a 2-D, 3-D (packed, `heads` side by side) or 4-D array; `where` names it in
/// errors. With 4 dimensions `heads` must be 0 (unsaid) or agree.
[[nodiscard]] Result<HeadLayout> head_layout(const Array& array, int heads, std::string_view where);

/// dims multiplied, or kTooLarge above kMaxArrayNumbers.
[[nodiscard]] Result<std::size_t> checked_size(std::initializer_list<std::int64_t> dims,
                                               std::string_view where);

}  // namespace ap
