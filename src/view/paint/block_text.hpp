// A block of numbers as text for other programs, and back: tab-separated, comma-separated, NumPy
// and Python lists. Exact decimals out, so that a copy pasted back changes nothing.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "tensor/matrix.hpp"

namespace ap {

enum class BlockFormat : std::uint8_t { kTsv, kCsv, kNumpy, kPython };

[[nodiscard]] std::string format_block(ConstView values, BlockFormat format);

inline constexpr std::size_t kMaxBlockBytes = std::size_t{64} << 20;

/// Rows on lines with tabs, commas, semicolons or blanks between, or in brackets: "[[1, 2], [3,
/// 4]]", "array([[1., 2.], [3., 4.]], dtype=float32)". inf and -inf are read (masks carry them).
/// The error's `where` is "row 2, column 3", counted from 1.
[[nodiscard]] Result<Matrix> parse_block(std::string_view text);

}  // namespace ap
