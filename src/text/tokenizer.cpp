#include "text/tokenizer.hpp"

#include <optional>

namespace ap {
namespace {

bool is_word(CodeKind kind) noexcept {
  return kind == CodeKind::kLetter || kind == CodeKind::kDigit || kind == CodeKind::kExtend;
}

/// Signs that stay inside a word between two letters or digits.
bool joins_word(char32_t c) noexcept {
  switch (c) {
    case '\'':
    case 0x2019:  // typographic apostrophe
    case '-':
    case 0x2010:  // hyphen
    case 0x2011:  // non-breaking hyphen
    case '_':
    case 0xb7:   // middle dot (Catalan)
    case 0x5f3:  // geresh, gershayim (Hebrew)
    case 0x5f4: return true;
    default: return false;
  }
}

/// Signs that stay inside a number between two digits.
bool joins_number(char32_t c) noexcept {
  return c == '.' || c == ',' || c == ':' || c == 0x66b || c == 0x66c;  // Arabic separators
}

/// One pass over valid UTF-8; every function returns the byte after the token that it reads.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  [[nodiscard]] std::size_t token_end(const Cluster& first) const noexcept {
    if (is_word(first.kind)) {
      const std::size_t initials = initials_end(first);
      return initials > first.end ? initials : word_end(first);
    }
    if (first.kind == CodeKind::kSymbol && (first.base == '.' || first.base == '-')) {
      return run_end(first);
    }
    return first.end;
  }

 private:
  [[nodiscard]] std::optional<Cluster> peek(std::size_t at) const noexcept {
    if (at >= text_.size()) return std::nullopt;
    return cluster_at(text_, at);
  }

  [[nodiscard]] std::size_t word_end(Cluster last) const noexcept {
    while (auto next = peek(last.end)) {
      if (next->kind == CodeKind::kSymbol) {
        const auto after = peek(next->end);
        const bool between_digits =
            last.kind == CodeKind::kDigit && after && after->kind == CodeKind::kDigit;
        const bool inside =
            after && is_word(after->kind) &&
            (joins_word(next->base) || (between_digits && joins_number(next->base)));
        if (!inside) break;
        last = *after;
      } else if (is_word(next->kind)) {
        last = *next;
      } else {
        break;
      }
    }
    return last.end;
  }

  /// "U.S." or "p.m.": at least two single letters, each with its point; else first.end.
  [[nodiscard]] std::size_t initials_end(const Cluster& first) const noexcept {
    int pairs = 0;
    std::size_t end = first.end;
    std::optional<Cluster> letter = first;
    while (letter && letter->kind == CodeKind::kLetter) {
      const auto point = peek(letter->end);
      if (!point || point->base != '.') return pairs >= 2 ? no_word_after(end, first) : first.end;
      ++pairs;
      end = point->end;
      letter = peek(end);
    }
    return pairs >= 2 ? no_word_after(end, first) : first.end;
  }

  [[nodiscard]] std::size_t no_word_after(std::size_t end, const Cluster& first) const noexcept {
    const auto next = peek(end);
    return next && is_word(next->kind) ? first.end : end;
  }

  [[nodiscard]] std::size_t run_end(const Cluster& first) const noexcept {
    std::size_t end = first.end;
    for (auto next = peek(end); next && next->base == first.base; next = peek(end)) {
      end = next->end;
    }
    return end;
  }

  std::string_view text_;
};

}  // namespace

Result<std::vector<Token>> tokenize(std::string_view text, TokenMode mode) {
  if (text.size() > static_cast<std::size_t>(kMaxSentenceBytes)) {
    return fail(ErrorCode::kTooLarge, "the sentence has " + std::to_string(text.size()) +
                                          " bytes; at most " + std::to_string(kMaxSentenceBytes) +
                                          " are taken");
  }
  if (const auto bad = invalid_utf8(text)) {
    return fail(ErrorCode::kParse, "the text is not valid UTF-8", "byte " + std::to_string(*bad));
  }
  const Scanner scanner(text);
  std::vector<Token> tokens;
  int count = 0;  // goes on past the limit, to be told
  for (std::size_t at = 0; at < text.size();) {
    const Cluster first = cluster_at(text, at);
    at = first.end;
    if (first.kind == CodeKind::kSeparator) continue;
    if (mode == TokenMode::kWords) at = scanner.token_end(first);
    if (++count > kMaxSentenceTokens) continue;
    tokens.push_back({std::string(text.substr(first.begin, at - first.begin)),
                      static_cast<int>(first.begin), static_cast<int>(at)});
  }
  if (count > kMaxSentenceTokens) {
    return fail(ErrorCode::kTooLarge, "the sentence has " + std::to_string(count) +
                                          " tokens; at most " + std::to_string(kMaxSentenceTokens) +
                                          " are taken");
  }
  return tokens;
}

}  // namespace ap
