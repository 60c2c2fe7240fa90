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
  if (same_word(text, "true") || same_word(text, "false")) {
    out = text.size() == 4 ? 1.0F : 0.0F;
    if (boolean != nullptr) *boolean = true;
    return true;
  }
  const bool minus = text[0] == '-';
  const std::string_view word = text.substr(minus || text[0] == '+' ? 1 : 0);
  if (same_word(word, "inf") || same_word(word, "infinity")) {
    out = minus ? -std::numeric_limits<float>::infinity() : std::numeric_limits<float>::infinity();
    return true;
  }
  if (same_word(word, "nan")) {
    out = std::numeric_limits<float>::quiet_NaN();
    return true;
  }
  // What strtof knows besides (hexadecimal, nan(...)) is not a number here.
  if (text.find_first_not_of("0123456789+-.eE") != std::string_view::npos) return false;
  char copy[kLongest + 1];
  std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = '\0';
  char* end = nullptr;
  const float value = std::strtof(copy, &end);
  if (end != copy + text.size() || !std::isfinite(value)) return false;
  out = value;
  return true;
}

}  // namespace ap
