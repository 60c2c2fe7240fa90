#include "io/arrays/utf.hpp"

namespace ap {

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  const auto rest = [&](int shift) { put(0x80U | ((code >> shift) & 0x3FU)); };
  if (code > 0x10FFFFU || (code >= 0xD800U && code < 0xE000U)) code = 0xFFFDU;
  if (code < 0x80U) {
    put(code);
  } else if (code < 0x800U) {
    put(0xC0U | (code >> 6));
    rest(0);
  } else if (code < 0x10000U) {
    put(0xE0U | (code >> 12));
    rest(6);
    rest(0);
  } else {
    put(0xF0U | (code >> 18));
    rest(12);
    rest(6);
    rest(0);
  }
}

std::optional<std::string> text_of_utf16(std::string_view bytes) {
  const bool little = bytes.starts_with("\xFF\xFE");
  if (!little && !bytes.starts_with("\xFE\xFF")) return std::nullopt;
  const auto unit = [&](std::size_t at) -> std::uint32_t {
    const auto first = static_cast<unsigned char>(bytes[at]);
    const auto second = static_cast<unsigned char>(bytes[at + 1]);
    return little ? first | static_cast<std::uint32_t>(second) << 8
                  : second | static_cast<std::uint32_t>(first) << 8;
  };
  std::string out;
  for (std::size_t at = 2; at + 1 < bytes.size(); at += 2) {
    std::uint32_t code = unit(at);
    if (code >= 0xD800U && code < 0xDC00U && at + 3 < bytes.size()) {
      const std::uint32_t low = unit(at + 2);
      if (low >= 0xDC00U && low < 0xE000U) {
        code = 0x10000U + ((code - 0xD800U) << 10) + (low - 0xDC00U);
        at += 2;
      }
    }
    append_utf8(out, code);
  }
  if (bytes.size() % 2 != 0) append_utf8(out, 0xFFFDU);
  return out;
}

}  // namespace ap
