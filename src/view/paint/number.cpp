#include "view/paint/number.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace ap {
namespace {

constexpr std::string_view kMinus = "\u2212";
constexpr std::string_view kDash = "\u2013";
constexpr std::string_view kInfinity = "\u221E";

/// Digits before the point that still read as a number at a glance; beyond, scientific.
constexpr int kMostWhole = 5;
/// Below this power of ten fixed decimals would show only zeros.
constexpr int kLeastExponent = -3;
constexpr std::size_t kLongestNumber = 200;
constexpr int kExactDecimals = 12;

int significant(Digits digits) noexcept {
  switch (digits) {
    case Digits::kFull: return 4;
    case Digits::kShort: return 2;
    case Digits::kTiny: break;
  }
  return 1;
}

bool all_zero(std::string_view digits) noexcept {
  return std::all_of(digits.begin(), digits.end(), [](char c) { return c == '0' || c == '.'; });
}

bool blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string_view trim(std::string_view s) noexcept {
  while (!s.empty() && blank(s.front())) s.remove_prefix(1);
  while (!s.empty() && blank(s.back())) s.remove_suffix(1);
  return s;
}

bool digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Takes one sign off the front; true for minus.
bool take_sign(std::string_view& s) noexcept {
  if (s.starts_with(kMinus)) {
    s.remove_prefix(kMinus.size());
    return true;
  }
  if (!s.starts_with('+') && !s.starts_with('-')) return false;
  const bool minus = s.front() == '-';
  s.remove_prefix(1);
  return minus;
}

bool is_word(std::string_view s, std::string_view lower) noexcept {
  return std::equal(s.begin(), s.end(), lower.begin(), lower.end(), [](char a, char b) {
    return a == b || (a >= 'A' && a <= 'Z' && a + ('a' - 'A') == b);
  });
}

/// Length of "12", "1.5", ".5" or "2." at the front; 0 when there is no digit.
std::size_t scan_mantissa(std::string_view s) noexcept {
  std::size_t i = 0;
  std::size_t digits = 0;
  for (bool point = false; i < s.size() && (digit(s[i]) || (s[i] == '.' && !point)); ++i) {
    if (s[i] == '.')
      point = true;
    else
      ++digits;
  }
  return digits > 0 ? i : 0;
}

/// At most 32 bytes of it, for a message.
std::string quoted(std::string_view s) {
  std::size_t n = std::min<std::size_t>(s.size(), 32);
  while (n < s.size() && n > 0 && (static_cast<unsigned char>(s[n]) & 0xC0U) == 0x80U) --n;
  return "\"" + std::string(s.substr(0, n)) + (n < s.size() ? "\u2026\"" : "\"");
}

std::unexpected<Error> not_a_number(std::string_view text) {
  const auto comma = text.find(',');
  if (comma != std::string_view::npos && text.find(',', comma + 1) == std::string_view::npos &&
      text.find('.') == std::string_view::npos) {
    return fail(ErrorCode::kParse,
                quoted(text) + " has a comma: write decimals with a point, as in 0.5");
  }
  return fail(ErrorCode::kParse, quoted(text) + " is not a number: write one like 0.5, -2 or 1e-3");
}

/// Plain decimals as printf rounds them (ties to even), at a twentieth of its time: a sheet has
/// thousands. A float's 24 bits times 5^12 fit into a double's 53, so the product is exact.
std::string_view plain_decimals(std::array<char, 64>& buffer, float value, int decimals) noexcept {
  double power = 1;
  for (int i = 0; i < decimals; ++i) power *= 10;
  auto units = static_cast<std::uint64_t>(std::nearbyint(static_cast<double>(value) * power));
  std::size_t at = buffer.size();
  for (int i = 0; units > 0 || i <= decimals; ++i) {
    if (i == decimals && decimals > 0) buffer[--at] = '.';
    buffer[--at] = static_cast<char>('0' + units % 10);
    units /= 10;
  }
  return {buffer.data() + at, buffer.size() - at};
}

/// printf's rounding, in the C locale, which nothing here leaves. std::to_chars with a precision
/// would bring 100 kB of tables into the page.
std::string_view rounded(std::array<char, 64>& buffer, float value, int decimals, bool scientific) {
  if (!scientific && decimals <= kExactDecimals && value < 1e6F)
    return plain_decimals(buffer, value, decimals);
  const int n = std::snprintf(buffer.data(), buffer.size(), scientific ? "%.*e" : "%.*f", decimals,
                              static_cast<double>(value));
  return {buffer.data(), static_cast<std::size_t>(n)};
}

}  // namespace

int NumberText::columns() const noexcept {
  const auto starts = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  return static_cast<int>(std::count_if(bytes_.begin(), bytes_.begin() + size_, starts));
}

void NumberText::append(std::string_view text) noexcept {
  const std::size_t n = std::min(text.size(), bytes_.size() - size_);
  std::memcpy(bytes_.data() + size_, text.data(), n);
  size_ = static_cast<std::uint8_t>(size_ + n);
}

NumberStyle choose_style(ConstView values, Digits digits) noexcept {
  return choose_style(largest_magnitude(values), digits);
}

float largest_magnitude(ConstView values) noexcept {
  float largest = 0;
  for (int i = 0; i < values.rows; ++i) {
    for (int j = 0; j < values.cols; ++j) {
      const float x = std::abs(values(i, j));
      if (std::isfinite(x)) largest = std::max(largest, x);
    }
  }
  return largest;
}

NumberStyle choose_style(float largest, Digits digits) noexcept {
  const int want = significant(digits);
  if (!(largest > 0)) return {want - 1, false, true};
  // The exponent after rounding to `want` digits, so that 0.99999 counts as 1.
  std::array<char, 64> buffer{};
  const std::string_view text = rounded(buffer, largest, want - 1, true);
  const char* e = text.data() + text.find('e') + 1;
  int exponent = 0;
  std::from_chars(*e == '+' ? e + 1 : e, text.data() + text.size(), exponent);
  if (exponent >= kMostWhole || exponent < kLeastExponent) return {want - 1, true, true};
  return {std::max(0, want - 1 - exponent), false, true};
}

NumberText format(float value, NumberStyle style) noexcept {
  NumberText out;
  if (std::isnan(value)) {
    out.append("NaN");
    return out;
  }
  const std::string_view minus = style.narrow       ? kDash
                                 : style.true_minus ? kMinus
                                                    : std::string_view("-");
  const bool negative = std::signbit(value);
  if (std::isinf(value)) {
    if (negative) out.append(minus);
    out.append(kInfinity);
    return out;
  }
  // A value that plain digits would make longer than the buffer (its matrix has since grown) goes
  // scientific.
  const bool scientific = style.scientific || std::abs(value) >= 1e9F;
  if (scientific && value == 0) {
    out.append("0");
    return out;
  }
  std::array<char, 64> buffer{};
  std::string_view digits =
      rounded(buffer, std::abs(value), std::clamp(style.decimals, 0, 12), scientific);
  if (negative && !all_zero(digits)) out.append(minus);
  if (style.bare && digits.size() > 1 && digits.starts_with("0.")) digits.remove_prefix(1);
  const auto e = digits.find('e');
  out.append(digits.substr(0, e));
  if (e == std::string_view::npos) return out;
  // "e+06" is written e6.
  out.append("e");
  digits.remove_prefix(e + 1);
  if (digits.front() == '-') out.append(minus);
  digits.remove_prefix(1);
  while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
  out.append(digits);
  return out;
}

int widest(float largest, NumberStyle style) noexcept { return format(-largest, style).columns(); }

NumberText format_exact(float value) noexcept {
  NumberText out;
  if (std::isnan(value)) {
    out.append("nan");
  } else if (std::isinf(value)) {
    out.append(value > 0 ? "inf" : "-inf");
  } else {
    std::array<char, 32> buffer{};
    const float shown = value == 0 ? 0.0F : value;
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), shown);
    out.append({buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data())});
  }
  return out;
}

Result<float> parse_number(std::string_view text) {
  const std::string_view given = trim(text);
  if (given.empty()) return fail(ErrorCode::kParse, "no number: write one like 0.5, -2 or 1e-3");
  if (given.size() > kLongestNumber)
    return fail(ErrorCode::kParse, quoted(given) + " is too long for a number");
  std::string_view rest = given;
  std::string plain;
  if (take_sign(rest)) plain += '-';
  if (is_word(rest, "inf") || is_word(rest, "infinity") || is_word(rest, "nan") ||
      rest == kInfinity)
    return fail(ErrorCode::kNotFinite, quoted(given) + " is not finite: write an ordinary number");
  const std::size_t mantissa = scan_mantissa(rest);
  if (mantissa == 0) return not_a_number(given);
  plain += rest.substr(0, mantissa);
  rest.remove_prefix(mantissa);
  if (!rest.empty()) {
    if (rest.front() != 'e' && rest.front() != 'E') return not_a_number(given);
    rest.remove_prefix(1);
    plain += take_sign(rest) ? "e-" : "e";
    if (rest.empty() || !std::all_of(rest.begin(), rest.end(), digit)) return not_a_number(given);
    plain += rest;
  }
  // libc++ 19 has no from_chars for floats. The grammar is checked, so strtof sees neither hex nor
  // words, and the program never leaves the "C" locale.
  const float value = std::strtof(plain.c_str(), nullptr);
  if (!std::isfinite(value)) {
    return fail(ErrorCode::kRange, quoted(given) + " is too large: at most 3.4e38 can be stored");
  }
  return value == 0 ? 0.0F : value;
}

}  // namespace ap
