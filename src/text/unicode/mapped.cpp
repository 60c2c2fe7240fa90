#include "text/unicode/mapped.hpp"

#include <algorithm>

#include "text/unicode.hpp"

namespace ap {
namespace {

/// Bytes of the longest beginning of a code point at `at`, which is not a whole one: at least 1.
std::size_t broken_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const unsigned lead = byte(at);
  if (lead < 0xc2 || lead > 0xf4) return 1;
  const unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (byte(at + 1) < low || byte(at + 1) > high) return 1;
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  std::size_t length = 2;
  while (length < size && (byte(at + length) & 0xc0U) == 0x80U) ++length;
  return length;
}

}  // namespace

ByteSpan MappedText::origin(std::size_t begin, std::size_t end) const {
  if (from.empty())
    return {base + static_cast<std::uint32_t>(begin), base + static_cast<std::uint32_t>(end)};
  if (begin < end) return {from[begin].begin, std::max(from[begin].end, from[end - 1].end)};
  const std::uint32_t at = begin < from.size() ? from[begin].begin : from.back().end;
  return {at, at};
}

MappedText MappedText::part(std::size_t begin, std::size_t end) const {
  MappedText out{text.substr(begin, end - begin), {}, base + static_cast<std::uint32_t>(begin)};
  if (!from.empty()) {
    out.from.assign(from.begin() + static_cast<std::ptrdiff_t>(begin),
                    from.begin() + static_cast<std::ptrdiff_t>(end));
  }
  return out;
}

void Remap::part() {
  if (!same_) return;
  same_ = false;
  out_.from.reserve(in_.text.size());
  for (std::size_t i = 0; i < out_.text.size(); ++i) out_.from.push_back(in_.origin(i));
}

void Remap::keep(std::size_t begin, std::size_t end) {
  if (begin >= end) return;
  // An input that is mapped itself is never the same as its origin.
  if (begin != out_.text.size() || !in_.from.empty()) part();
  out_.text.append(in_.text, begin, end - begin);
  if (same_) return;
  for (std::size_t i = begin; i < end; ++i) out_.from.push_back(in_.origin(i));
}

void Remap::put(std::string_view bytes, std::size_t begin, std::size_t end) {
  part();
  const ByteSpan from = in_.origin(begin, end);
  out_.text += bytes;
  out_.from.insert(out_.from.end(), bytes.size(), from);
}

MappedText valid_text(std::string_view text, int& replaced) {
  replaced = 0;
  MappedText whole{std::string(text)};
  const auto first = invalid_utf8(text);
  if (!first) return whole;
  Remap out(whole);
  std::size_t kept = 0;
  for (std::size_t at = *first; at < text.size();) {
    if (const auto code = decode(text, at)) {
      at += static_cast<std::size_t>(code->size);
      continue;
    }
    const std::size_t length = broken_length(text, at);
    out.keep(kept, at);
    out.put("\xef\xbf\xbd", at, at + length);
    ++replaced;
    at += length;
    kept = at;
  }
  out.keep(kept, text.size());
  return out.done();
}

}  // namespace ap
