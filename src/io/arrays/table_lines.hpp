// The lines of a table as fields, before anything is known of numbers: what parts them, quotes,
// comments, a separator at the end of every line. Internal to csv.cpp, long_csv.cpp and the export
// that writes labels.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace ap {

/// Views into the text, quotes still on.
struct Grid {
  std::vector<std::string_view> fields;
  std::size_t rows = 0;
  std::size_t cols = 0;
  [[nodiscard]] std::string_view at(std::size_t i, std::size_t j) const {
    return fields[i * cols + j];
  }
};

/// Every line as it stands: all have as many fields, none is a comment.
[[nodiscard]] Result<Grid> read_strict_grid(std::string_view text, char separator,
                                            std::string_view where);
/// As people's programs write them: lines with # left out, an empty last field of every line too,
/// and a first line of labels that has none for the column of labels (R, pandas) gets an empty one.
/// separator: '\0' is found out; ' ' is one or more blanks.
[[nodiscard]] Result<Grid> read_grid(std::string_view text, char separator, std::string_view where);

[[nodiscard]] bool is_quoted(std::string_view field) noexcept;
[[nodiscard]] std::string unquoted(std::string_view field);
/// What programs write where there is no number: NA, N/A, null, -, #DIV/0!, nothing.
[[nodiscard]] bool is_missing(std::string_view field) noexcept;
/// Digits, marks and signs of money or percent alone, as in "12%" and "1.2.3": meant as a number,
/// whether or not it can be read as one.
[[nodiscard]] bool is_figure(std::string_view field) noexcept;

}  // namespace ap
