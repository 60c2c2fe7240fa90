// Tables of numbers as text (RFC 4180): commas, semicolons, tabs or blanks between fields, quotes,
// comments with #, Excel's "sep=;". A first row or column is labels where no cell of it is a
// number; anything else that is no number is an error with its place, never a row or column less. A
// decimal comma and marks between thousands are read where the table as a whole says which is
// which. Also the long form that the whole-trace export writes, back as named tensors
// (long_csv.cpp). Safe on any text: memory is bounded by the number of fields that are there.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "tensor/array.hpp"

namespace ap {

struct Table {
  Array array;                    // rows x columns, without labels
  std::vector<std::string> rows;  // empty: there were none
  std::vector<std::string> cols;
  bool boolean = false;  // all True or False
};

inline constexpr std::size_t kMaxFields = 8'000'000;

/// separator: '\0' is found out from the first lines; ' ' is one or more spaces.
[[nodiscard]] Result<Table> read_table(std::string_view text, std::string_view where,
                                       char separator = '\0');

using NamedTensors = std::vector<std::pair<std::string, Array>>;
/// The first line of the long form.
inline constexpr std::string_view kLongHeader =
    "layer,stage,head,row,col,row_label,col_label,value";
/// "layers.0.weights" (heads, rows, cols) and so on, as the .npz export names them.
[[nodiscard]] Result<NamedTensors> read_long_csv(std::string_view text, std::string_view where);

}  // namespace ap
