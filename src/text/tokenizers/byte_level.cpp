#include "text/tokenizers/byte_level.hpp"

#include <array>

#include "text/unicode.hpp"

namespace ap {
namespace {

constexpr bool stands_for_itself(unsigned byte) {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
}

struct Tables {
  std::array<char16_t, 256> letter{};
  std::array<std::int16_t, 0x144> byte{};
  constexpr Tables() {
    byte.fill(-1);
    char16_t next = 0x100;
    for (unsigned b = 0; b < 256; ++b) {
      letter[b] = stands_for_itself(b) ? static_cast<char16_t>(b) : next++;
      byte[letter[b]] = static_cast<std::int16_t>(b);
    }
  }
};
constexpr Tables kTables;

}  // namespace

char32_t byte_letter(unsigned char byte) noexcept { return kTables.letter[byte]; }

std::optional<std::string> bytes_of_letters(std::string_view letters) {
  std::string out;
  for (std::size_t at = 0; at < letters.size();) {
    const auto code = decode(letters, at);
    if (!code || code->value >= kTables.byte.size() || kTables.byte[code->value] < 0)
      return std::nullopt;
    out += static_cast<char>(kTables.byte[code->value]);
    at += static_cast<std::size_t>(code->size);
  }
  return out;
}

}  // namespace ap
