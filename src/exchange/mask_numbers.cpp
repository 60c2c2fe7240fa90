#include "exchange/mask_numbers.hpp"

#include <algorithm>
#include <limits>

namespace ap {
namespace {

/// "int64", "uint8", "I64", "U8": as the formats call them.
bool whole_numbers(std::string_view dtype) noexcept {
  return dtype.starts_with("int") || dtype.starts_with("uint") || dtype.starts_with("I") ||
         dtype.starts_with("U");
}

}  // namespace

Result<std::string> to_mask(Matrix& values, const FileEntry& entry, MaskMeaning meaning,
                            std::string_view where) {
  const auto cells = values.reshaped();
  const bool zero_or_one =
      std::ranges::all_of(cells, [](float x) { return x == 0.0F || x == 1.0F; });
  const bool integers = whole_numbers(entry.dtype);
  std::string says;
  if (meaning == MaskMeaning::kGuess && !entry.boolean) {
    // Zeros alone are what a mask of floats that hides nothing is.
    const bool attend =
        zero_or_one && (integers || std::ranges::any_of(cells, [](float x) { return x == 1.0F; }));
    if (integers && !attend) {
      return fail(ErrorCode::kUnsupported,
                  "is " + entry.dtype + "; needs bool (true = attend), 0 and 1, or floats (added)",
                  std::string(where));
    }
    if (attend) {
      says =
          "0 and 1 alone were taken as a mask that says what may be attended: 1 is seen, 0 is "
          "hidden; nothing was added to the scores";
      meaning = MaskMeaning::kAttend;
    }
  }
  if (entry.boolean && meaning == MaskMeaning::kGuess) meaning = MaskMeaning::kAttend;
  if (meaning == MaskMeaning::kAttend) {
    for (float& x : values.reshaped())
      x = x != 0.0F ? 0.0F : -std::numeric_limits<float>::infinity();
  }
  return says;
}

}  // namespace ap
