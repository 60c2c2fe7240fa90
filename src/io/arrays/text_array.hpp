// Numbers as programs print them: NumPy ("array([[1., 2.], ...], dtype=float32)", "[[1. 2.] ..."),
// PyTorch, TensorFlow, JAX, Python lists and tuples (printed_lists.hpp), MATLAB ("[1 2; 3 4]"),
// what R, Julia and pandas print, Markdown tables, and tables with tabs, commas or blanks between
// columns (csv.hpp). Leaves out complex numbers and prints shortened by "...". Safe on any text:
// depth, digits and memory are bounded by what is there.
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "tensor/array.hpp"

namespace ap {

struct TextArray {
  Array array;
  bool boolean = false;  // all True or False
};

inline constexpr int kMaxTextDimensions = 8;
inline constexpr std::size_t kMaxTextBytes = std::size_t{64} << 20;

/// `where` names the source in errors.
[[nodiscard]] Result<TextArray> read_text_array(std::string_view text, std::string_view where);

/// "line 3, column 7" of a place in a text.
[[nodiscard]] std::string line_and_column(std::string_view text, std::size_t at);

}  // namespace ap
