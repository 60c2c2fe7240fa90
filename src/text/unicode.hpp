// UTF-8, character kinds and grapheme clusters, as much as a tokenizer and labels need, without
// ICU. Clusters follow UAX 29 (extended grapheme clusters) with these simplifications: every
// spacing mark extends; prepended marks, and marks after a space, do not join; the conjunct rule
// (GB9c) covers the six Indic scripts whose code blocks are laid out alike.
// Leaves out: normalisation, full case mapping, bidirectional order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ap {

/// What a code point is to a tokenizer. The numbers are those of the generated table.
enum class CodeKind : std::uint8_t {
  kLetter = 0,      // letters, letter-like numbers, private use, unassigned
  kDigit = 1,       // decimal digits of any script
  kSeparator = 2,   // spaces, line ends, control and most format characters
  kSymbol = 3,      // punctuation, currency, mathematics
  kIdeograph = 4,   // Han, Hiragana, Katakana
  kExtend = 5,      // marks, joiners, variation selectors, skin tones: part of what is before
  kPictograph = 6,  // emoji
  kRegional = 7,    // two of them make a flag
};

struct CodePoint {
  char32_t value = 0;
  int size = 0;  // bytes
};

/// The code point at `at`, or nothing if the bytes there are not strict UTF-8 (overlong forms,
/// surrogates and values over U+10FFFF are not).
[[nodiscard]] std::optional<CodePoint> decode(std::string_view text, std::size_t at) noexcept;

/// The first byte that is not part of valid UTF-8, if any.
[[nodiscard]] std::optional<std::size_t> invalid_utf8(std::string_view text) noexcept;
[[nodiscard]] bool valid_utf8(std::string_view text) noexcept;

[[nodiscard]] CodeKind kind_of(char32_t code) noexcept;

/// Has no ink of its own: joiners, variation selectors, flag tags.
[[nodiscard]] bool invisible(char32_t code) noexcept;

struct Cluster {
  std::size_t begin = 0;
  std::size_t end = 0;
  char32_t base = 0;                  // its first code point
  CodeKind kind = CodeKind::kLetter;  // of the whole: a keycap is a pictograph
};

/// The grapheme cluster that starts at `at` < text.size(); `text` must be valid UTF-8.
[[nodiscard]] Cluster cluster_at(std::string_view text, std::size_t at) noexcept;

/// Lower case by simple folding: ASCII, Latin-1, Latin Extended-A and Additional, Greek,
/// Cyrillic. Everything else, and bytes that are not UTF-8, stay as they are.
[[nodiscard]] std::string lower(std::string_view text);

/// Columns in a fixed-pitch font: 1 a cluster, 2 for East Asian wide ones and emoji, 0 for
/// separators other than the space; a byte that is not UTF-8 counts 1.
[[nodiscard]] int display_length(std::string_view text) noexcept;

namespace detail {
extern const std::uint32_t kUnicodeRuns[];
extern const int kUnicodeRunCount;
}  // namespace detail

}  // namespace ap
