// What tokenizers need to know of a code point, from Unicode 17.0 (tools/vectors/unicode_data.mjs
// makes the tables, 39 kB): general category, white space, word characters, lower case,
// decompositions and the order of marks. Unpacked at the first call.
// Leaves out: scripts, case folding, title and upper case, full case mapping by context.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ap {

inline constexpr std::string_view kUnicodeVersion = "17.0";

enum class Category : std::uint8_t {
  kLu,
  kLl,
  kLt,
  kLm,
  kLo,
  kMn,
  kMc,
  kMe,
  kNd,
  kNl,
  kNo,
  kPc,
  kPd,
  kPs,
  kPe,
  kPi,
  kPf,
  kPo,
  kSm,
  kSc,
  kSk,
  kSo,
  kZs,
  kZl,
  kZp,
  kCc,
  kCf,
  kCs,
  kCo,
  kCn,
};
/// One bit a category.
using CategoryMask = std::uint32_t;
/// Of "L", "Lu", "L&", "Letter", "Uppercase_Letter" and the like; 0 for a name that is none.
[[nodiscard]] CategoryMask category_mask(std::string_view name) noexcept;

[[nodiscard]] Category category(char32_t code) noexcept;
[[nodiscard]] inline bool is_in(char32_t code, CategoryMask mask) noexcept {
  return ((mask >> static_cast<unsigned>(category(code))) & 1U) != 0;
}
inline constexpr CategoryMask kAnyLetter = 0x1f, kAnyMark = 0xe0, kAnyNumber = 0x700,
                              kAnyPunctuation = 0x3f800, kAnySymbol = 0x3c0000,
                              kAnySpace = 0x1c00000, kAnyOther = 0x3e000000;

/// First and last code point of a run.
struct CodeRange {
  char32_t first = 0;
  char32_t last = 0;
  friend bool operator==(const CodeRange&, const CodeRange&) = default;
};
/// Ascending and apart.
[[nodiscard]] std::vector<CodeRange> ranges_of(CategoryMask mask);

/// The property White_Space.
[[nodiscard]] bool is_space(char32_t code) noexcept;
[[nodiscard]] const std::vector<CodeRange>& space_ranges();
/// \w: alphabetic, marks, decimal digits, connector punctuation.
[[nodiscard]] std::vector<CodeRange> word_ranges();
[[nodiscard]] bool is_word(char32_t code) noexcept;

/// Appends the lower case, which depends on this code point alone (no final sigma).
void append_lower(char32_t code, std::u32string& out);

/// Appends the whole decomposition, or the code point itself.
void append_decomposed(char32_t code, bool compatible, std::u32string& out);
/// The canonical union of two, or 0.
[[nodiscard]] char32_t composed(char32_t first, char32_t second) noexcept;
/// 0: a starter. Marks of a lower class go before those of a higher one. These numbers keep the
/// order of the canonical combining classes, not their values.
[[nodiscard]] int mark_class(char32_t code) noexcept;
/// Neither decomposes (compatibly, if so asked) nor is moved, nor joins what is before it.
[[nodiscard]] bool is_inert(char32_t code, bool compatible) noexcept;

void append_utf8(char32_t code, std::string& out);

namespace detail {
extern const char kCategoryRuns[];
extern const char kMarkRuns[];
extern const char kLowerCase[];
extern const char kCanonical[];
extern const char kCompatible[];
}  // namespace detail

}  // namespace ap
