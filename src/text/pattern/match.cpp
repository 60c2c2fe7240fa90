// The matcher: a program over UTF-8 with a stack of the ways not yet tried, no recursion but for
// what stands in a look-ahead or an atomic group.
#include <algorithm>

#include "text/pattern/pattern.hpp"
#include "text/unicode.hpp"

namespace ap {

class PatternMatcher {
 public:
  PatternMatcher(const Pattern& pattern, std::string_view text, PatternBudget& budget)
      : steps_(pattern.steps_), sets_(pattern.sets_), text_(text), budget_(budget) {}

  /// Where a match of the program from `step` on, beginning at `at`, ends.
  std::optional<std::size_t> run(std::uint32_t step, std::size_t at);

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};
  struct Way {
    std::uint32_t step = 0;
    std::size_t at = 0;
    std::size_t least = kNone;  // of a run: it may be shortened down to here
  };

  /// The code point at `at` < size; the text is valid.
  CodePoint code(std::size_t at) const {
    const auto byte = static_cast<unsigned char>(text_[at]);
    if (byte < 0x80) return {byte, 1};
    return decode(text_, at).value_or(CodePoint{0xfffd, 1});
  }
  bool in_set(std::uint32_t set, std::size_t& at) const {
    if (at >= text_.size()) return false;
    const CodePoint c = code(at);
    if (!sets_[set].contains(c.value)) return false;
    at += static_cast<std::size_t>(c.size);
    return true;
  }
  std::size_t back(std::size_t at) const {
    do --at;
    while (at > 0 && (static_cast<unsigned char>(text_[at]) & 0xc0U) == 0x80U);
    return at;
  }
  bool word_before(std::size_t at) const { return at > 0 && is_word(code(back(at)).value); }
  bool word_at(std::size_t at) const { return at < text_.size() && is_word(code(at).value); }
  bool holds(const Pattern::Step& step, std::size_t at) const;
  bool run_of(const Pattern::Step& step, std::uint32_t next, std::size_t& at);
  bool pop(std::size_t floor, std::uint32_t& step, std::size_t& at);

  const std::vector<Pattern::Step>& steps_;
  const std::vector<CodeSet>& sets_;
  std::string_view text_;
  PatternBudget& budget_;
  std::vector<Way> ways_;
};

bool PatternMatcher::holds(const Pattern::Step& step, std::size_t at) const {
  using Op = Pattern::Op;
  switch (step.op) {
    case Op::kLineBegin: return at == 0 || text_[at - 1] == '\n';
    case Op::kLineEnd: return at == text_.size() || text_[at] == '\n';
    case Op::kTextBegin: return at == 0;
    case Op::kTextEnd: return at == text_.size();
    case Op::kLastLineEnd: return at == text_.size() || text_.substr(at) == "\n";
    case Op::kBoundary: return (word_before(at) != word_at(at)) != step.flag;
    case Op::kBehind: return (at > 0 && sets_[step.a].contains(code(back(at)).value)) != step.flag;
    default: return false;
  }
}

bool PatternMatcher::run_of(const Pattern::Step& step, std::uint32_t next, std::size_t& at) {
  std::size_t least = at;
  std::uint32_t count = 0;
  for (; count < step.c && in_set(step.a, at); ++count) {
    --budget_.steps;
    if (count + 1 == step.b) least = at;
  }
  if (count < step.b) return false;
  if (!step.flag && at > least) ways_.push_back({next, at, least});
  return true;
}

bool PatternMatcher::pop(std::size_t floor, std::uint32_t& step, std::size_t& at) {
  if (ways_.size() <= floor) return false;
  Way& way = ways_.back();
  step = way.step;
  if (way.least == kNone) {
    at = way.at;
    ways_.pop_back();
    return true;
  }
  at = way.at = back(way.at);
  if (at <= way.least) ways_.pop_back();
  return true;
}

std::optional<std::size_t> PatternMatcher::run(std::uint32_t step, std::size_t at) {
  using Op = Pattern::Op;
  const std::size_t floor = ways_.size();
  while (--budget_.steps >= 0) {
    const Pattern::Step& now = steps_[step++];
    bool good = true;
    switch (now.op) {
      case Op::kSet: good = in_set(now.a, at); break;
      case Op::kRun: good = run_of(now, step, at); break;
      case Op::kSplit:
        ways_.push_back({now.b, at});
        step = now.a;
        break;
      case Op::kJump: step = now.a; break;
      case Op::kLook:
        good = run(step, at).has_value() != now.flag;
        step = now.a;
        break;
      case Op::kAtomic: {
        const auto end = run(step, at);
        good = end.has_value();
        at = end.value_or(at);
        step = now.a;
        break;
      }
      case Op::kAccept: ways_.resize(floor); return at;
      default: good = holds(now, at); break;
    }
    if (!good && !pop(floor, step, at)) return std::nullopt;
  }
  ways_.resize(floor);
  return std::nullopt;
}

std::optional<Pattern::Match> Pattern::find(std::string_view text, std::size_t from,
                                            PatternBudget& budget) const {
  if (!literal_.empty()) {
    const std::size_t at = text.find(literal_, from);
    if (at == std::string_view::npos) return std::nullopt;
    return Match{at, at + literal_.size()};
  }
  PatternMatcher matcher(*this, text, budget);
  for (std::size_t at = from; at <= text.size() && !budget.spent();) {
    const auto code = decode(text, at);
    if (any_first_ || (code && first_.contains(code->value))) {
      if (const auto end = matcher.run(0, at)) return Match{at, *end};
    }
    --budget.steps;
    at += code ? static_cast<std::size_t>(code->size) : 1;
  }
  return std::nullopt;
}

}  // namespace ap
