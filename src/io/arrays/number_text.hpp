// One number as people and programs write it: "1", "-0.5", "1e-3", "1.", ".5", "nan", "inf",
// "-Infinity", "True", "−∞" with the minus sign U+2212; and in a table's cell also with a decimal
// comma and with marks between thousands ("1.234,56", "1'234.5"), for which the whole table says
// which mark is which (NumberReading). Leaves out hexadecimal, percent and currency.
#pragma once

#include <string_view>

namespace ap {

/// False if the whole of `text` (without spaces around it) is no number that a float can hold.
/// True and False are 1 and 0; `boolean`, if given, says whether it was one of them.
[[nodiscard]] bool read_number(std::string_view text, float& out, bool* boolean = nullptr) noexcept;

[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

/// Both readings of a cell: by a decimal point and by a decimal comma.
struct NumberReading {
  bool point = false;
  bool comma = false;
  bool grouped = false;  // the reading by a point takes commas for marks of thousands
  bool boolean = false;
  float by_point = 0;
  float by_comma = 0;
  [[nodiscard]] bool number() const noexcept { return point || comma; }
  /// It says by itself which mark is the decimal one: the other reading is none.
  [[nodiscard]] bool decides() const noexcept { return point != comma; }
  [[nodiscard]] bool differs() const noexcept {
    return point && comma && (by_point < by_comma || by_comma < by_point);
  }
};
[[nodiscard]] NumberReading read_cell_number(std::string_view text) noexcept;

}  // namespace ap
