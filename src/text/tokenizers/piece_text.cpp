// A token as people read it.
#include "text/tokenizers/tokenizer.hpp"
#include "text/unicode.hpp"
#include "text/unicode/unicode_data.hpp"

namespace ap {
namespace {

std::string hex(unsigned value, int digits) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4)
    out += kDigits[(value >> static_cast<unsigned>(shift)) & 15U];
  return out;
}

/// Characters without ink of their own, which would be drawn as nothing.
bool without_ink(char32_t c) { return is_in(c, kAnyOther | kAnySpace) || invisible(c); }

}  // namespace

std::string Tokenizer::piece_text(int id) const {
  if (!has(id)) return {};
  const std::string all = bytes(id);
  std::string out;
  for (std::size_t at = 0; at < all.size();) {
    const auto code = ap::decode(all, at);
    if (!code) {
      out += "\u27e8" + hex(static_cast<unsigned char>(all[at]), 2) + "\u27e9";
      ++at;
      continue;
    }
    if (code->value == ' ') {
      out += "\u00b7";
    } else if (code->value == '\n') {
      out += "\u27e8LF\u27e9";
    } else if (code->value == '\t') {
      out += "\u27e8TAB\u27e9";
    } else if (without_ink(code->value)) {
      const unsigned value = code->value;
      out += "\u27e8" + hex(value, value < 0x100 ? 2 : value < 0x10000 ? 4 : 6) + "\u27e9";
    } else {
      append_utf8(code->value, out);
    }
    at += static_cast<std::size_t>(code->size);
  }
  return out.empty() ? "\u27e8\u27e9" : out;
}

}  // namespace ap
