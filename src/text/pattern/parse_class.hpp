// One place of an expression: a character, an escape, a class in brackets.
#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "text/pattern/code_set.hpp"

namespace ap {

/// The expression and how far it is read.
struct PatternReader {
  std::string_view text;
  std::size_t at = 0;

  [[nodiscard]] bool done() const { return at >= text.size(); }
  /// The code point here; 0 at the end.
  [[nodiscard]] char32_t peek() const;
  [[nodiscard]] char32_t before() const { return static_cast<unsigned char>(text[at - 1]); }
  char32_t next();
  [[nodiscard]] bool starts(std::string_view what) const {
    return text.substr(at).starts_with(what);
  }
  bool take(std::string_view what);
  /// {m}, {m,}, {m,n}, {,n}; nothing, and nothing read, if what is here is none.
  std::optional<std::pair<std::uint32_t, std::uint32_t>> braces();
  /// "the pattern ... (at byte 7 of \s+...)"
  [[nodiscard]] std::unexpected<Error> fail(ErrorCode code, std::string_view what) const;
};

/// fold: Latin letters in both cases.
[[nodiscard]] Result<CodeSet> read_place(PatternReader& in, bool fold);

}  // namespace ap
