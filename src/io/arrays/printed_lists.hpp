// Nested lists as programs print them: "[[1. 2.], [3. 4.]]", tuples, lists of "np.float64(0.1)",
// "tensor([..], grad_fn=<..>)", "Array(.., dtype=float32)" or "<tf.Tensor: .. numpy=..>",
// float('inf'). Internal to text_array.cpp. Leaves out complex numbers and prints shortened by
// "...".
#pragma once

#include "io/arrays/text_array.hpp"

namespace ap {

/// The text has a bracket.
[[nodiscard]] Result<TextArray> read_printed_lists(std::string_view text, std::string_view where);

}  // namespace ap
