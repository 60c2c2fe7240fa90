#include "text/unicode.hpp"

#include <algorithm>

namespace ap {
namespace {

constexpr char32_t kZeroWidthNonJoiner = 0x200c;
constexpr char32_t kZeroWidthJoiner = 0x200d;
constexpr char32_t kKeycap = 0x20e3;

unsigned byte_at(std::string_view text, std::size_t at) noexcept {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
}

bool in(char32_t code, char32_t first, char32_t last) noexcept {
  return code >= first && code <= last;
}

enum class Jamo { kNone, kLead, kVowel, kTail, kSyllableOpen, kSyllableClosed };

Jamo jamo(char32_t code) noexcept {
  if (in(code, 0x1100, 0x115f) || in(code, 0xa960, 0xa97c)) return Jamo::kLead;
  if (in(code, 0x1160, 0x11a7) || in(code, 0xd7b0, 0xd7c6)) return Jamo::kVowel;
  if (in(code, 0x11a8, 0x11ff) || in(code, 0xd7cb, 0xd7fb)) return Jamo::kTail;
  if (!in(code, 0xac00, 0xd7a3)) return Jamo::kNone;
  return (code - 0xac00) % 28 == 0 ? Jamo::kSyllableOpen : Jamo::kSyllableClosed;
}

bool hangul_joins(char32_t left, char32_t right) noexcept {
  const Jamo b = jamo(right);
  switch (jamo(left)) {
    case Jamo::kLead: return b != Jamo::kNone && b != Jamo::kTail;
    case Jamo::kVowel:
    case Jamo::kSyllableOpen: return b == Jamo::kVowel || b == Jamo::kTail;
    case Jamo::kTail:
    case Jamo::kSyllableClosed: return b == Jamo::kTail;
    case Jamo::kNone: return false;
  }
  return false;
}

// Devanagari, Bengali, Gujarati, Oriya, Telugu and Malayalam share one layout (from ISCII): in
// each block of 128, consonants at 0x15..0x39 and 0x58..0x5f, the virama at 0x4d.
bool indic_block(char32_t code) noexcept {
  const char32_t block = code & ~char32_t{0x7f};
  return block == 0x900 || block == 0x980 || block == 0xa80 || block == 0xb00 || block == 0xc00 ||
         block == 0xd00;
}
bool indic_virama(char32_t code) noexcept { return indic_block(code) && (code & 0x7f) == 0x4d; }
bool indic_consonant(char32_t code) noexcept {
  const char32_t place = code & 0x7f;
  return indic_block(code) && (in(place, 0x15, 0x39) || in(place, 0x58, 0x5f)) &&
         kind_of(code) == CodeKind::kLetter;
}

bool wide(const Cluster& cluster, std::string_view text) noexcept {
  const char32_t c = cluster.base;
  if (cluster.kind == CodeKind::kPictograph) {
    // U+FE0F is EF B8 8F; those from U+1F300 on are drawn as emoji without it.
    const std::string_view bytes = text.substr(cluster.begin, cluster.end - cluster.begin);
    return c >= 0x1f300 || bytes.find("\xef\xb8\x8f") != std::string_view::npos;
  }
  if (cluster.kind == CodeKind::kRegional) return cluster.end - cluster.begin > 4;
  return cluster.kind == CodeKind::kIdeograph
             ? !in(c, 0xff61, 0xffdc)
             : in(c, 0x1100, 0x115f) || in(c, 0x2e80, 0x303e) || in(c, 0x3041, 0xa4cf) ||
                   in(c, 0xac00, 0xd7a3) || in(c, 0xfe30, 0xfe6f) || in(c, 0xff01, 0xff60) ||
                   in(c, 0xffe0, 0xffe6);
}

bool upper_is_even(char32_t c) noexcept {
  return in(c, 0x100, 0x137) || in(c, 0x14a, 0x177) || in(c, 0x460, 0x481) || in(c, 0x48a, 0x4bf) ||
         in(c, 0x4d0, 0x52f) || in(c, 0x1e00, 0x1e95) || in(c, 0x1ea0, 0x1eff);
}
bool upper_is_odd(char32_t c) noexcept {
  return in(c, 0x139, 0x148) || in(c, 0x179, 0x17e) || in(c, 0x4c1, 0x4ce);
}

char32_t fold(char32_t c) noexcept {
  if (c < 0x80) return in(c, 'A', 'Z') ? c + 32 : c;
  if (in(c, 0xc0, 0xde)) return c == 0xd7 ? c : c + 32;
  if (c == 0x130) return 'i';
  if (c == 0x178) return 0xff;
  if (upper_is_even(c)) return c | 1U;
  if (upper_is_odd(c)) return (c & 1U) != 0 ? c + 1 : c;
  if (c == 0x386) return 0x3ac;
  if (in(c, 0x388, 0x38a)) return c + 37;
  if (c == 0x38c) return 0x3cc;
  if (in(c, 0x38e, 0x38f)) return c + 63;
  if (in(c, 0x391, 0x3ab)) return c == 0x3a2 ? c : c + 32;
  if (in(c, 0x400, 0x40f)) return c + 80;
  if (in(c, 0x410, 0x42f)) return c + 32;
  if (c == 0x4c0) return 0x4cf;
  return c;
}

/// Only what fold() can return: up to three bytes.
void append_utf8(char32_t c, std::string& out) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xc0U | (c >> 6));
    out += static_cast<char>(0x80U | (c & 0x3fU));
  } else {
    out += static_cast<char>(0xe0U | (c >> 12));
    out += static_cast<char>(0x80U | ((c >> 6) & 0x3fU));
    out += static_cast<char>(0x80U | (c & 0x3fU));
  }
}

}  // namespace

std::optional<CodePoint> decode(std::string_view text, std::size_t at) noexcept {
  const unsigned lead = byte_at(text, at);
  if (at >= text.size()) return std::nullopt;
  if (lead < 0x80) return CodePoint{lead, 1};
  const int size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4) return std::nullopt;
  char32_t value = lead & (0x7fU >> static_cast<unsigned>(size));
  for (int i = 1; i < size; ++i) {
    const unsigned next = byte_at(text, at + static_cast<std::size_t>(i));
    if ((next & 0xc0U) != 0x80U) return std::nullopt;
    value = (value << 6) | (next & 0x3fU);
  }
  const bool overlong = (size == 3 && value < 0x800) || (size == 4 && value < 0x10000);
  if (overlong || value > 0x10ffff || in(value, 0xd800, 0xdfff)) return std::nullopt;
  return CodePoint{value, size};
}

std::optional<std::size_t> invalid_utf8(std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size();) {
    const auto code = decode(text, at);
    if (!code) return at;
    at += static_cast<std::size_t>(code->size);
  }
  return std::nullopt;
}

bool valid_utf8(std::string_view text) noexcept { return !invalid_utf8(text); }

CodeKind kind_of(char32_t code) noexcept {
  const std::uint32_t* const first = detail::kUnicodeRuns;
  const std::uint32_t* const last = first + detail::kUnicodeRunCount;
  const std::uint32_t wanted = (static_cast<std::uint32_t>(code) << 3) | 7U;
  const std::uint32_t* const after = std::upper_bound(first, last, wanted);
  return after == first ? CodeKind::kLetter : static_cast<CodeKind>(*(after - 1) & 7U);
}

bool invisible(char32_t code) noexcept {
  return code == 0xad || code == 0x34f || in(code, 0x180b, 0x180f) || in(code, 0x200c, 0x200d) ||
         code == 0x2060 || in(code, 0xfe00, 0xfe0f) || in(code, 0xe0020, 0xe007f) ||
         in(code, 0xe0100, 0xe01ef);
}

Cluster cluster_at(std::string_view text, std::size_t at) noexcept {
  const CodePoint first = decode(text, at).value_or(CodePoint{0xfffd, 1});
  Cluster cluster{at, at + static_cast<std::size_t>(first.size), first.value, kind_of(first.value)};
  if (cluster.kind == CodeKind::kSeparator) {
    if (first.value == '\r' && byte_at(text, cluster.end) == '\n') ++cluster.end;
    return cluster;
  }
  bool inked = !invisible(first.value);
  bool flag_open = cluster.kind == CodeKind::kRegional;  // one regional indicator so far
  bool pictograph = cluster.kind == CodeKind::kPictograph;
  bool conjunct = false;  // a virama has come since the last consonant
  char32_t last = first.value;
  char32_t letter = first.value;  // the last code point that is not an extender
  while (const auto next = decode(text, cluster.end)) {
    const char32_t code = next->value;
    const CodeKind kind = kind_of(code);
    bool joins = kind == CodeKind::kExtend || hangul_joins(last, code);
    if (flag_open && kind == CodeKind::kRegional) {
      joins = true;
      flag_open = false;
    } else if (pictograph && last == kZeroWidthJoiner && kind == CodeKind::kPictograph) {
      joins = true;
    } else if (conjunct && indic_consonant(code)) {
      joins = true;
    }
    if (!joins) break;
    flag_open = flag_open && kind == CodeKind::kRegional;
    if (kind != CodeKind::kExtend) letter = code;
    conjunct = kind == CodeKind::kExtend && code != kZeroWidthNonJoiner &&
               (conjunct || (indic_virama(code) && indic_consonant(letter)));
    if (code == kKeycap && cluster.kind != CodeKind::kExtend) {
      cluster.kind = CodeKind::kPictograph;
    }
    pictograph = pictograph && (kind == CodeKind::kExtend || kind == CodeKind::kPictograph);
    inked = inked || !invisible(code);
    last = code;
    cluster.end += static_cast<std::size_t>(next->size);
  }
  if (!inked) cluster.kind = CodeKind::kSeparator;
  return cluster;
}

std::string lower(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto code = decode(text, at);
    const char32_t folded = code ? fold(code->value) : 0;
    if (code && folded != code->value) {
      append_utf8(folded, out);
    } else {
      out.append(text, at, code ? static_cast<std::size_t>(code->size) : 1);
    }
    at += code ? static_cast<std::size_t>(code->size) : 1;
  }
  return out;
}

int display_length(std::string_view text) noexcept {
  int columns = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (!decode(text, at)) {
      ++columns;
      ++at;
      continue;
    }
    const Cluster cluster = cluster_at(text, at);
    const bool space = cluster.base == ' ' || cluster.base == 0xa0;
    if (cluster.kind != CodeKind::kSeparator || space) columns += wide(cluster, text) ? 2 : 1;
    at = cluster.end;
  }
  return columns;
}

}  // namespace ap
