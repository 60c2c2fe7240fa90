#include "io/arrays/number_text.hpp"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

namespace ap {
namespace {

constexpr std::size_t kLongest = 400;  // 0.000...1 of the smallest float, and far beyond

bool same_word(std::string_view text, std::string_view lower) noexcept {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c) != lower[i]) return false;
  }
  return true;
}

constexpr std::string_view kMinus = "\xE2\x88\x92", kInfinity = "\xE2\x88\x9E";  // − ∞

/// In ASCII, `to` must have room for kLongest; false where it is longer.
bool plain_signs(std::string_view text, char* to, std::size_t& size) noexcept {
  size = 0;
  while (!text.empty()) {
    if (size == kLongest) return false;
    const bool minus = text.starts_with(kMinus);
    to[size++] = minus ? '-' : text[0];
    text.remove_prefix(minus ? kMinus.size() : 1);
  }
  return true;
}

/// Marks between thousands besides point and comma: apostrophes and narrow blanks.
constexpr std::string_view kGroupMarks[] = {"'", "\xE2\x80\x99", "\xC2\xA0", "\xE2\x80\xAF",
                                            "\xE2\x80\x89"};

bool digit(char c) noexcept { return c >= '0' && c <= '9'; }

std::size_t digits_at(std::string_view text) noexcept {
  std::size_t n = 0;
  while (n < text.size() && digit(text[n])) ++n;
  return n;
}

/// The mark that `text` begins with, if three digits and no fourth come after it.
std::string_view group_mark(std::string_view text, char other) noexcept {
  const auto fits = [&](std::string_view mark) {
    return text.starts_with(mark) && digits_at(text.substr(mark.size())) == 3;
  };
  if (!text.empty() && text[0] == other && fits(text.substr(0, 1))) return text.substr(0, 1);
  for (const std::string_view mark : kGroupMarks) {
    if (fits(mark)) return mark;
  }
  return {};
}

/// With `decimal` before the fraction and the other of point and comma, or one of kGroupMarks,
/// between groups of three digits. `grouped`: the other was.
bool read_marked(std::string_view text, char decimal, float& out, bool& grouped) noexcept {
  char plain[kLongest];
  std::size_t size = 0;
  if (text.size() > kLongest || text.empty()) return false;
  const auto take = [&](std::size_t count) {
    std::memcpy(plain + size, text.data(), count);
    size += count;
    text.remove_prefix(count);
  };
  if (text[0] == '-' || text[0] == '+') take(1);
  const char other = decimal == '.' ? ',' : '.';
  const std::size_t first = digits_at(text);
  const bool leading_zero = first > 0 && text[0] == '0';
  take(first);
  grouped = false;
  if (const std::string_view mark =
          first > 0 && first <= 3 && !leading_zero ? group_mark(text, other) : std::string_view();
      !mark.empty()) {
    grouped = mark[0] == other;
    while (text.starts_with(mark)) {
      text.remove_prefix(mark.size());
      if (digits_at(text) != 3) return false;
      take(3);
    }
  }
  if (!text.empty() && text[0] == decimal) {
    plain[size++] = '.';
    text.remove_prefix(1);
    take(digits_at(text));
  }
  // What is left can be an exponent; anything else makes it no number.
  if (!text.empty() && text[0] != 'e' && text[0] != 'E') return false;
  if (text.find_first_not_of("eE+-0123456789") != std::string_view::npos) return false;
  take(text.size());
  return read_number({plain, size}, out);
}

}  // namespace

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

bool read_number(std::string_view text, float& out, bool* boolean) noexcept {
  text = trimmed(text);
  if (boolean != nullptr) *boolean = false;
  if (text.empty() || text.size() > kLongest) return false;
  char copy[kLongest + 1];
  if (text.find(kMinus[0]) != std::string_view::npos) {
    std::size_t size = 0;
    if (!plain_signs(text, copy, size)) return false;
    text = {copy, size};
  }
  if (same_word(text, "true") || same_word(text, "false")) {
    out = text.size() == 4 ? 1.0F : 0.0F;
    if (boolean != nullptr) *boolean = true;
    return true;
  }
  const bool minus = text[0] == '-';
  const std::string_view word = text.substr(minus || text[0] == '+' ? 1 : 0);
  if (same_word(word, "inf") || same_word(word, "infinity") || word == kInfinity) {
    out = minus ? -std::numeric_limits<float>::infinity() : std::numeric_limits<float>::infinity();
    return true;
  }
  if (same_word(word, "nan")) {
    out = std::numeric_limits<float>::quiet_NaN();
    return true;
  }
  // What strtof knows besides (hexadecimal, nan(...)) is not a number here.
  if (text.find_first_not_of("0123456789+-.eE") != std::string_view::npos) return false;
  if (text.data() != copy) std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = '\0';
  char* end = nullptr;
  const float value = std::strtof(copy, &end);
  if (end != copy + text.size() || !std::isfinite(value)) return false;
  out = value;
  return true;
}

NumberReading read_cell_number(std::string_view text) noexcept {
  NumberReading out;
  text = trimmed(text);
  char plain[kLongest];
  std::size_t size = 0;
  if (text.find(kMinus[0]) != std::string_view::npos) {
    if (!plain_signs(text, plain, size)) return out;
    text = {plain, size};
  }
  out.point = read_number(text, out.by_point, &out.boolean);
  if (out.point && text.find('.') == std::string_view::npos) {
    out.comma = true;  // whole, or a word: the same either way
    out.by_comma = out.by_point;
    return out;
  }
  if (!out.point) out.point = read_marked(text, '.', out.by_point, out.grouped);
  bool points = false;
  out.comma = read_marked(text, ',', out.by_comma, points);
  return out;
}

}  // namespace ap
