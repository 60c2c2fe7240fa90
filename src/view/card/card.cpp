#include "view/card/card.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "view/card/text.hpp"
#include "view/paint/number.hpp"

namespace ap {
namespace {

using detail::Names;

/// Digits for one attempt: `result` of the cell, `parts` of everything that leads to it.
struct DigitPlan {
  NumberStyle result;
  int extra = 0;

  [[nodiscard]] NumberText of(double value, int more = 0) const noexcept {
    NumberStyle style = result;
    style.decimals = std::clamp(style.decimals + extra + more, 0, 11);
    return format(static_cast<float>(value), style);
  }
};

/// Without the zeros that say nothing: 0.5000 is 0.5, 1.000e−5 is 1e−5.
std::string trimmed(std::string_view number) {
  const std::size_t e = std::min(number.find('e'), number.size());
  std::string mantissa(number.substr(0, e));
  if (mantissa.find('.') != std::string::npos) {
    while (mantissa.back() == '0') mantissa.pop_back();
    if (mantissa.back() == '.') mantissa.pop_back();
  }
  return mantissa + std::string(number.substr(e));
}

class Writer {
 public:
  Writer(const Explanation& e, const Trace& trace, const SheetLabels& labels,
         const CardOptions& options, DigitPlan digits)
      : e_(e),
        trace_(trace),
        labels_(labels),
        options_(options),
        digits_(digits),
        names_(detail::names_of(e.cell.cell, trace, labels)) {
    card_.cell = e.cell.cell;
    card_.operation = e.operation;
  }

  Card write() {
    card_.lines.push_back(detail::title_line(e_.cell.cell, trace_, labels_));
    for (const Names* names :
         {static_cast<const Names*>(nullptr), static_cast<const Names*>(&names_)}) {
      CardLine line = detail::formula_line(e_, trace_, names);
      if (!line.runs.empty()) card_.lines.push_back(std::move(line));
    }
    body();
    const std::string why = detail::reason_text(e_.reason, names_);
    if (!why.empty()) note(why);
    return std::move(card_);
  }

 private:
  CardLine& add(LineKind kind) {
    card_.lines.emplace_back();
    card_.lines.back().kind = kind;
    return card_.lines.back();
  }
  static void put(CardLine& line, std::string_view text, RunRole role, Hue hue = Hue::kNeutral,
                  std::optional<CellId> cell = {}) {
    line.runs.push_back({std::string(text), role, hue, cell});
  }
  void number(CardLine& line, const CellValue& v, int more = 1) const {
    put(line, digits_.of(v.value, more), RunRole::kNumber, hue_of(v.cell.tensor.stage), v.cell);
  }
  void number(CardLine& line, double v, int more = 1) const {
    put(line, digits_.of(v, more), RunRole::kNumber);
  }
  void note(std::string_view text) { put(add(LineKind::kNote), text, RunRole::kText); }
  void constant(std::string_view name, double value, int more = 1) {
    CardLine& line = add(LineKind::kConstant);
    put(line, std::string(name) + " = ", RunRole::kSoft);
    put(line, trimmed(digits_.of(value, more)), RunRole::kNumber);
  }
  void result() {
    CardLine& line = add(LineKind::kResult);
    put(line, "= ", RunRole::kSign);
    put(line, format(e_.cell.value, digits_.result), RunRole::kResult,
        hue_of(e_.cell.cell.tensor.stage), e_.cell.cell);
  }

  /// Which of many a term is: the word, or the number of the dimension.
  [[nodiscard]] std::string term_label(const Term& t) const {
    const CellId& cell = t.a.cell;
    const Axis axis = col_axis(cell.tensor.stage, trace_.model);
    if (e_.operation == Operation::kSum || e_.operation == Operation::kRotate)
      return std::string(detail::symbol_of(cell.tensor.stage));
    if (!t.has_b && e_.operation == Operation::kDot) return "bias";
    return detail::label(labels_, axis, cell.col);
  }

  void product_term(const Term& t) {
    CardLine& line = add(LineKind::kTerm);
    put(line, term_label(t) + "  ", RunRole::kWord);
    // An operand's rounding counts as often as the other is large.
    const auto digits_for = [](double other) {
      return std::abs(other) <= 1 ? 2 : std::abs(other) <= 10 ? 3 : 4;
    };
    number(line, t.a, digits_for(t.has_b ? t.b.value : t.factor));
    const bool factor = e_.operation == Operation::kRotate;
    if (!t.has_b && !factor) return;
    put(line, " × ", RunRole::kSign);
    if (t.has_b)
      number(line, t.b, digits_for(t.a.value));
    else
      number(line, t.factor, digits_for(t.a.value));
    put(line, " = ", RunRole::kSign);
    number(line, t.value, 1);
  }

  void exp_term(const Term& t) {
    CardLine& line = add(LineKind::kTerm);
    put(line, term_label(t) + "  ", RunRole::kWord);
    put(line, "exp(", RunRole::kSign);
    if (std::isfinite(t.a.value) && std::isfinite(e_.constant("max"))) {
      const double temperature = e_.constant("temperature");
      if (temperature != 1) put(line, "(", RunRole::kSign);
      number(line, t.a, 2);
      put(line, " − ", RunRole::kSign);
      number(line, e_.constant("max"), 2);
      if (temperature != 1) put(line, ") / ", RunRole::kSign), number(line, temperature, 2);
    } else {
      number(line, t.a);
    }
    put(line, ") = ", RunRole::kSign);
    number(line, t.value, 2);
  }

  /// Adds nothing, and cannot: a hidden word. The cell's own term is always told.
  [[nodiscard]] bool hidden(const Term& t) const noexcept {
    return e_.operation == Operation::kSoftmax ? hides(t.a.value) && t.value == 0
                                               : t.has_b && t.a.value == 0 && e_.terms.size() > 4;
  }

  /// Largest first when there are too many to show; `always`: shown whatever its size.
  std::vector<std::size_t> chosen(int always) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < e_.terms.size(); ++i)
      if (static_cast<int>(i) == always || !hidden(e_.terms[i])) order.push_back(i);
    const auto most = static_cast<std::size_t>(std::max(1, options_.most_terms));
    if (order.size() <= most) return order;
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      const bool own_a = static_cast<int>(a) == always;
      const bool own_b = static_cast<int>(b) == always;
      if (own_a != own_b) return own_a;
      const double x = std::abs(e_.terms[a].value);
      const double y = std::abs(e_.terms[b].value);
      return x != y ? x > y : a < b;
    });
    order.resize(most);
    return order;
  }

  template <class Write>
  void terms(int always, int more_digits, Write write) {
    const std::vector<std::size_t> order = chosen(always);
    double largest = 0;
    double rest = 0;
    for (const Term& t : e_.terms) largest = std::max(largest, std::abs(t.value)), rest += t.value;
    for (const std::size_t i : order) {
      const Term& t = e_.terms[i];
      write(t);
      CardLine& line = card_.lines.back();
      line.share = largest > 0 && std::isfinite(largest)
                       ? static_cast<float>(std::abs(t.value) / largest)
                       : 0;
      line.negative = t.value < 0;
      rest -= t.value;
    }
    if (order.size() == e_.terms.size()) return;
    CardLine& line = add(LineKind::kMore);
    put(line, "and " + std::to_string(e_.terms.size() - order.size()) + " more, together ",
        RunRole::kSoft);
    put(line,
        std::abs(rest) < 1e-12 * largest ? std::string("0")
                                         : std::string(digits_.of(rest, more_digits).view()),
        RunRole::kNumber);
  }

  void softmax() {
    if (e_.own < 0) {
      note("Every word is hidden from " + names_.row + ", so all its weights are 0");
      result();
      return;
    }
    terms(e_.own, 2, [&](const Term& t) { exp_term(t); });
    constant("sum", e_.constant("sum"), 2);
    CardLine& line = add(LineKind::kConstant);
    put(line, "exp of " + names_.col + " / sum = ", RunRole::kSoft);
    number(line, e_.terms[static_cast<std::size_t>(e_.own)].value, 2);
    put(line, " / ", RunRole::kSign);
    number(line, e_.constant("sum"), 2);
    result();
  }

  void constants(int more) {
    for (const Constant& c : e_.constants)
      if (std::string_view(c.name) != "cosine") constant(c.name, c.value, more);
  }

  void body() {
    switch (e_.operation) {
      case Operation::kGiven: note("Set, not computed: edit it"); return result();
      case Operation::kCached: note("Kept in the cache from an earlier step"); return result();
      case Operation::kMaskRule:
        if (e_.reason == MaskReason::kOpen) note(names_.row + " may look at " + names_.col);
        return result();
      case Operation::kCopy: {
        note("The same number, taken over");
        number(add(LineKind::kTerm), e_.terms[0].a);
        return result();
      }
      case Operation::kSum:
      case Operation::kDot:
      case Operation::kRotate:
        terms(-1, 1, [&](const Term& t) { product_term(t); });
        return result();
      case Operation::kSoftmax: return softmax();
      case Operation::kLayerNorm:
      case Operation::kRmsNorm: {
        CardLine& line = add(LineKind::kTerm);
        put(line, "x  ", RunRole::kWord);
        number(line, e_.terms[static_cast<std::size_t>(e_.own)].a, 2);
        constants(3);
        return result();
      }
      default: break;
    }
    for (const Term& t : e_.terms) {
      CardLine& line = add(LineKind::kTerm);
      put(line, std::string(detail::symbol_of(t.a.cell.tensor.stage)) + "  ", RunRole::kWord);
      number(line, t.a, 2);
      if (!t.has_b) continue;
      CardLine& second = add(LineKind::kTerm);
      put(second, std::string(detail::symbol_of(t.b.cell.tensor.stage)) + "  ", RunRole::kWord);
      number(second, t.b, 2);
    }
    constants(3);
    result();
  }

  const Explanation& e_;
  const Trace& trace_;
  const SheetLabels& labels_;
  const CardOptions& options_;
  DigitPlan digits_;
  Names names_;
  Card card_;
};

NumberStyle result_style(const Explanation& e) noexcept {
  // Weights are shares: four decimals say 0.01 %. Elsewhere by the size of what is added up.
  if (e.operation == Operation::kSoftmax) return {4, false, true};
  float largest = std::isfinite(e.cell.value) ? std::abs(e.cell.value) : 1;
  for (const Term& t : e.terms)
    if (std::isfinite(t.value)) largest = std::max(largest, static_cast<float>(std::abs(t.value)));
  return choose_style(largest, Digits::kFull);
}

}  // namespace

Card make_card(const Explanation& e, const Trace& trace, const SheetLabels& labels,
               const CardOptions& options) {
  const NumberStyle style = result_style(e);
  // More digits for the parts until they give the result to its digits; a result that lies on the
  // edge between two roundings loses a digit instead.
  for (int fewer = 0; fewer <= std::min(2, style.decimals); ++fewer) {
    for (int extra = -1; extra <= 5; ++extra) {
      DigitPlan digits{style, extra + fewer};
      digits.result.decimals -= fewer;
      Card card = Writer(e, trace, labels, options, digits).write();
      const double shown = shown_value(card);
      if (std::isnan(shown)) continue;
      if (format(static_cast<float>(shown), digits.result).view() ==
          format(e.cell.value, digits.result).view())
        return card;
    }
  }
  Card card = Writer(e, trace, labels, options, {style, 2}).write();
  card.exact = false;
  for (CardLine& line : card.lines)
    if (line.kind == LineKind::kResult) line.runs[0].text = "≈ ";
  return card;
}

std::string plain(const CardLine& line) {
  std::string out;
  for (const CardRun& run : line.runs) {
    if (run.role == RunRole::kSub) out += '_';
    out += run.text;
  }
  return out;
}

std::string plain(const Card& card) {
  std::string out;
  for (const CardLine& line : card.lines) {
    out += plain(line);
    out += '\n';
  }
  return out;
}

}  // namespace ap
