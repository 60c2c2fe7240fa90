// Reads a card's numbers back from its text and does the arithmetic that it states.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <numbers>

#include "view/card/card.hpp"

namespace ap {
namespace {

constexpr double kWrong = std::numeric_limits<double>::quiet_NaN();

double read(std::string text) {
  constexpr std::string_view kMinus = "\u2212";
  for (std::size_t at = text.find(kMinus); at != std::string::npos; at = text.find(kMinus))
    text.replace(at, kMinus.size(), "-");
  if (text == "\u221E") return std::numeric_limits<double>::infinity();
  if (text == "-\u221E") return -std::numeric_limits<double>::infinity();
  return std::strtod(text.c_str(), nullptr);
}

/// The worth of one in the last digit.
double unit(std::string_view text) {
  const std::size_t e = text.find('e');
  const std::string_view mantissa = text.substr(0, e);
  const std::size_t point = mantissa.find('.');
  const double decimals =
      point == std::string_view::npos ? 0 : static_cast<double>(mantissa.size() - point - 1);
  const double power = e == std::string_view::npos ? 0 : read(std::string(text.substr(e + 1)));
  return std::pow(10.0, power - decimals);
}

struct Shown {
  double value = 0;
  double unit = 0;
};
std::vector<Shown> numbers(const CardLine& line) {
  std::vector<Shown> out;
  for (const CardRun& run : line.runs)
    if (run.role == RunRole::kNumber) out.push_back({read(run.text), unit(run.text)});
  return out;
}

bool near(double exact, Shown shown) noexcept {
  return exact == shown.value || std::abs(exact - shown.value) <= shown.unit * 1.01;
}

double constant(const Card& card, std::string_view name) {
  for (const CardLine& line : card.lines) {
    if (line.kind != LineKind::kConstant || !line.runs[0].text.starts_with(name)) continue;
    const std::vector<Shown> n = numbers(line);
    if (!n.empty()) return n.back().value;
  }
  return 0;
}

double gelu_tanh(double x) {
  return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
}

double sum(const Card& card) {
  double total = 0;
  for (const CardLine& line : card.lines) {
    if (line.kind != LineKind::kTerm && line.kind != LineKind::kMore) continue;
    const std::vector<Shown> n = numbers(line);
    if (n.size() == 3 && !near(n[0].value * n[1].value, n[2])) return kWrong;
    total += n.back().value;
  }
  return total;
}

double softmax(const Card& card) {
  double total = 0;
  double slack = 0;
  Shown of_row;
  double own = kWrong;
  for (const CardLine& line : card.lines) {
    const std::vector<Shown> n = numbers(line);
    if (n.empty()) continue;
    if (line.kind == LineKind::kTerm || line.kind == LineKind::kMore) {
      if (n.size() >= 3) {
        const double temperature = n.size() == 4 ? n[2].value : 1;
        if (!near(std::exp((n[0].value - n[1].value) / temperature), n.back())) return kWrong;
      }
      total += n.back().value;
      slack += n.back().unit * 0.51;
    } else if (n.size() == 1) {
      of_row = n[0];
    } else {
      own = n[0].value / n[1].value;
    }
  }
  if (std::isnan(own)) return 0;  // every key hidden
  return std::abs(total - of_row.value) <= slack + of_row.unit ? own : kWrong;
}

double first(const Card& card, std::size_t which = 0) {
  for (const CardLine& line : card.lines) {
    if (line.kind != LineKind::kTerm) continue;
    if (which-- == 0) return numbers(line)[0].value;
  }
  return kWrong;
}

double result(const Card& card) {
  for (const CardLine& line : card.lines)
    if (line.kind == LineKind::kResult) return read(line.runs.back().text);
  return kWrong;
}

}  // namespace

double shown_value(const Card& card) {
  switch (card.operation) {
    case Operation::kGiven:
    case Operation::kCached:
    case Operation::kMaskRule: return result(card);
    case Operation::kCopy: return first(card);
    case Operation::kSum:
    case Operation::kDot:
    case Operation::kRotate: return sum(card);
    case Operation::kScale: return first(card) * constant(card, "scale");
    case Operation::kCap:
      return constant(card, "cap") * std::tanh(first(card) / constant(card, "cap"));
    case Operation::kSoftmax: return softmax(card);
    case Operation::kLayerNorm:
      return (first(card) - constant(card, "mean")) /
                 std::sqrt(constant(card, "variance") + constant(card, "epsilon")) *
                 constant(card, "gain") +
             constant(card, "bias");
    case Operation::kRmsNorm:
      return first(card) / std::sqrt(constant(card, "mean square") + constant(card, "epsilon")) *
             constant(card, "gain");
    case Operation::kGelu: return first(card) * 0.5 * std::erfc(-first(card) / std::numbers::sqrt2);
    case Operation::kRelu: return std::max(first(card), 0.0);
    case Operation::kSwiglu: return first(card) / (1 + std::exp(-first(card))) * first(card, 1);
    case Operation::kGeluTanh: return gelu_tanh(first(card));
    case Operation::kGeluQuick: return first(card) / (1 + std::exp(-1.702 * first(card)));
    case Operation::kGeglu: return gelu_tanh(first(card)) * first(card, 1);
    case Operation::kSinusoid: {
      const double angle = constant(card, "position") * constant(card, "frequency");
      bool cosine = false;
      for (const CardLine& line : card.lines)
        cosine = cosine ||
                 (line.kind == LineKind::kFormula && plain(line).find("cos") != std::string::npos);
      return cosine ? std::cos(angle) : std::sin(angle);
    }
    case Operation::kAngle: return constant(card, "position") * constant(card, "frequency");
    case Operation::kAlibi: return -constant(card, "slope") * constant(card, "distance");
  }
  return kWrong;
}

}  // namespace ap
