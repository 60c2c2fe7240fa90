// A lesson's numbers as text, and its conditions as yes or no.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "playground/lessons/value.hpp"

namespace ap {

static std::string grouped(double x) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.0f", x);
  std::string out = digits;
  for (std::size_t i = out.size(); i > 3 + (out[0] == '-' ? 1U : 0U);) {
    i -= 3;
    out.insert(i, "\u202f");  // a narrow space that does not break
  }
  return out;
}

bool holds(std::string_view condition, const LessonScene& scene) {
  const auto value = evaluate(condition, scene);
  return value && value->kind == LessonValue::Kind::kNumber && value->number != 0;
}

std::string filled(std::string_view value, const LessonScene& scene) {
  // The last colon that is not a token's ("the:2" is inside brackets).
  std::string_view format;
  const std::size_t colon = value.rfind(':');
  if (colon != value.npos && value.find_first_of("])\"", colon) == value.npos) {
    format = value.substr(colon + 1);
    value = value.substr(0, colon);
  }
  const auto found = evaluate(value, scene);
  if (!found || found->kind == LessonValue::Kind::kMatrix) return "–";
  if (found->kind == LessonValue::Kind::kText) return found->text;
  double x = found->number;
  if (!std::isfinite(x)) return std::isnan(x) ? "–" : x > 0 ? "∞" : "−∞";
  if (format == ",") return grouped(x);
  const bool percent = format == "%";
  const int decimals = percent ? 0 : format.empty() ? 2 : std::atoi(std::string(format).c_str());
  if (percent) x *= 100;
  char buffer[48];
  std::snprintf(buffer, sizeof buffer, "%.*f", std::clamp(decimals, 0, 9), std::abs(x));
  const bool negative =
      x < 0 && std::string_view(buffer).find_first_not_of("0.") != std::string_view::npos;
  return (negative ? "−" : "") + std::string(buffer) + (percent ? " %" : "");
}

}  // namespace ap
