// The regular expressions that tokenizers cut by, as Hugging Face's `tokenizers` reads them
// (Oniguruma, Ruby's syntax, Unicode): alternatives, classes with \p{..}, && and nested ones,
// groups, (?i:..) of Latin letters, quantifiers (greedy, lazy, possessive), look-ahead, look-behind
// of one place, \b, ^, $. The leftmost match by backtracking, on a budget of steps, so that no file
// can stop the program. Leaves out: back references, names, scripts (\p{Han}), \X, \R; each is an
// error that names it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "text/pattern/code_set.hpp"

namespace ap {

/// What a text may cost: about a thousand steps a byte.
struct PatternBudget {
  explicit PatternBudget(std::size_t bytes) : steps(1'000'000 + 1000 * std::int64_t(bytes)) {}
  std::int64_t steps;
  [[nodiscard]] bool spent() const { return steps < 0; }
};

class Pattern {
 public:
  struct Match {
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  /// kParse or kUnsupported, the message with the place in the expression.
  [[nodiscard]] static Result<Pattern> compile(std::string_view expression);
  /// Exactly these bytes.
  [[nodiscard]] static Pattern literal(std::string_view text);

  /// The first match that begins at `from` or later; `text` is valid UTF-8. Nothing, too, when the
  /// budget is spent.
  [[nodiscard]] std::optional<Match> find(std::string_view text, std::size_t from,
                                          PatternBudget& budget) const;

  // For the matcher: the expression as a program.
  enum class Op : std::uint8_t {
    kSet,     // one code point of sets[a]
    kRun,     // b to c of sets[a], as many as there are; flag: never fewer
    kSplit,   // go on at a; if that fails, at b
    kJump,    // to a
    kLook,    // what follows up to b matches here (flag: does not); go on at a
    kBehind,  // the code point before is of sets[a] (flag: is not, or there is none)
    kAtomic,  // what follows up to b, its first way only; go on at a
    kLineBegin,
    kLineEnd,
    kTextBegin,
    kTextEnd,
    kLastLineEnd,  // the end, or a line feed at the end
    kBoundary,     // of a word (flag: none)
    kAccept,
  };
  struct Step {
    Op op = Op::kAccept;
    std::uint32_t a = 0, b = 0, c = 0;
    bool flag = false;
  };

 private:
  friend class PatternCompiler;
  friend class PatternMatcher;
  std::string literal_;  // if not empty, that is all
  std::vector<Step> steps_;
  std::vector<CodeSet> sets_;
  CodeSet first_;           // what a match can begin with ...
  bool any_first_ = false;  // ... or anything, even nothing
};

}  // namespace ap
