// Unicode normal forms C, D, KC and KD (UAX 15) of valid UTF-8, with where each byte came from.
#pragma once

#include "text/unicode/mapped.hpp"

namespace ap {

enum class NormalForm { kC, kD, kKC, kKD };

[[nodiscard]] MappedText normal_form(const MappedText& text, NormalForm form);
[[nodiscard]] std::string normal_form(std::string_view text, NormalForm form);

}  // namespace ap
