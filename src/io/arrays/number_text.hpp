// One number as people and programs write it: "1", "-0.5", "1e-3", "1.", ".5", "nan", "inf",
// "-Infinity", "True". Leaves out hexadecimal, digit groups and decimal commas.
#pragma once

#include <string_view>

namespace ap {

/// False if the whole of `text` (without spaces around it) is no number that a float can hold.
/// True and False are 1 and 0; `boolean`, if given, says whether it was one of them.
[[nodiscard]] bool read_number(std::string_view text, float& out, bool* boolean = nullptr) noexcept;

[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

}  // namespace ap
