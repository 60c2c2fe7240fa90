// Text in other encodings as UTF-8: single characters, and UTF-16 with its mark, as spreadsheets
// and PowerShell write it. What is no character becomes U+FFFD.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ap {

void append_utf8(std::string& out, std::uint32_t code);
/// The text of bytes that begin with UTF-16's mark, FF FE or FE FF; nothing if they do not.
[[nodiscard]] std::optional<std::string> text_of_utf16(std::string_view bytes);

}  // namespace ap
