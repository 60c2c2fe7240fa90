// GPT-2's way to write any byte as a visible character: printable Latin-1 stands for itself, the
// other 68 bytes are U+0100 and up in their order. A space is Ġ, a line feed Ċ.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ap {

[[nodiscard]] char32_t byte_letter(unsigned char byte) noexcept;
/// The bytes that a text of such letters stands for; nothing if it has another character.
[[nodiscard]] std::optional<std::string> bytes_of_letters(std::string_view letters);

}  // namespace ap
