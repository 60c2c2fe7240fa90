// Numbers as text: for cells (a fixed number of decimals per matrix, so that nothing jitters while
// a value is dragged) and exact (shortest decimal that reads back as the same float) for editing
// and export. Into a small buffer, no allocation, no locale. Parsing refuses, with advice, what it
// cannot read.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/error.hpp"
#include "tensor/matrix.hpp"

namespace ap {

/// The text of one number.
class NumberText {
 public:
  [[nodiscard]] std::string_view view() const noexcept { return {bytes_.data(), size_}; }
  // NOLINTNEXTLINE(google-explicit-constructor): it is a string in all but storage.
  operator std::string_view() const noexcept { return view(); }
  /// As seen: a code point is one column.
  [[nodiscard]] int columns() const noexcept;
  void append(std::string_view text) noexcept;

 private:
  std::array<char, 47> bytes_{};
  std::uint8_t size_ = 0;
};

/// How many digits there is room for. kFull: 4 significant digits of the matrix's largest value,
/// kShort: 2, kTiny: 1.
enum class Digits : std::uint8_t { kFull, kShort, kTiny };

/// One per matrix and detail, from its range. scientific: 1.2e6, where plain digits would not fit.
struct NumberStyle {
  int decimals = 2;
  bool scientific = false;
  bool true_minus = true;  // U+2212, as wide as the digits; false: '-', for text that programs read
  bool narrow = false;     // an en dash for the minus, as tables of small type have it
  bool bare = false;       // .42 for 0.42
  friend bool operator==(const NumberStyle&, const NumberStyle&) = default;
};

/// Largest finite |value|; 0 where there is none.
[[nodiscard]] float largest_magnitude(ConstView values) noexcept;
[[nodiscard]] NumberStyle choose_style(ConstView values, Digits digits = Digits::kFull) noexcept;
/// For a matrix whose largest finite |value| is known.
[[nodiscard]] NumberStyle choose_style(float largest, Digits digits = Digits::kFull) noexcept;

/// For numbers of 0 .. 1: 3, 2 or 1 decimals whatever the largest is, so that 0.99 -> 1 changes
/// nothing.
[[nodiscard]] constexpr NumberStyle weight_style(Digits digits) noexcept {
  return {digits == Digits::kFull ? 3 : digits == Digits::kShort ? 2 : 1, false, true};
}

/// By the style; what rounds to zero has no sign; "∞", "−∞", "NaN".
[[nodiscard]] NumberText format(float value, NumberStyle style) noexcept;
/// Characters that the widest value of a matrix in this style takes, sign included.
[[nodiscard]] int widest(float largest, NumberStyle style) noexcept;

/// Shortest decimal that parses to the same float; "inf", "-inf", "nan"; -0 is "0".
[[nodiscard]] NumberText format_exact(float value) noexcept;

/// A finite float from "1e-3", ".5", "-2", "−2" (U+2212), with blanks around it.
/// kParse for what is no number (a decimal comma is named), kNotFinite for inf and nan, kRange
/// beyond float.
[[nodiscard]] Result<float> parse_number(std::string_view text);

}  // namespace ap
