// What the numbers of a file mean where they become a mask: whether each key may be attended (true
// and false, or 1 and 0, as tokenizers write it), or what is added to the scores. Adding 1 where
// attending is meant hides nothing and is wrong without a word, so 0 and 1 alone are never added
// unsaid.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "exchange/opened.hpp"

namespace ap {

enum class MaskMeaning : std::uint8_t {
  kGuess,   // booleans, and 0 and 1 alone, say what may be attended; other floats are added
  kAttend,  // not 0 may be attended
  kAdded,   // added as they are
};

/// Makes of `values` what is added: 0, -inf or their numbers. Returns what was taken, for the
/// person; empty where there was nothing to choose. Whole numbers that are not 0 and 1 alone are
/// refused by kGuess, as `attention attend` refuses them.
[[nodiscard]] Result<std::string> to_mask(Matrix& values, const FileEntry& entry,
                                          MaskMeaning meaning, std::string_view where);

}  // namespace ap
