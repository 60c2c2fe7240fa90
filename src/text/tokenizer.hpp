// A sentence into tokens: whole words as a reader sees them, or single characters. The rules are
// those of common word tokenizers, without a vocabulary and for any script:
// - a word is a run of letters and digits; each other sign is a token of its own, except that
//   runs of full stops or hyphens ("...", "--") stay together;
// - a word keeps an apostrophe (didn't, J'aime, l’eau), a hyphen (well-known, mid-1990s), an
//   underscore or a middle dot between two letters or digits, and a point, comma or colon between
//   two digits (3.14, 1,000, 10:30); initials keep their points (U.S., p.m.);
// - Han and Kana: each character is a token. Thai, Lao and Khmer are not segmented;
// - an emoji, flag or keycap with all its modifiers is a token.
// Spaces, line ends and control characters separate and are never tokens, in both modes.
// Leaves out: subwords, sentence splitting, normalisation (the text is kept byte for byte).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "text/unicode.hpp"

namespace ap {

inline constexpr int kMaxSentenceBytes = 64 * 1024;
inline constexpr int kMaxSentenceTokens = 1024;

enum class TokenMode { kWords, kCharacters };

/// text = the sentence's bytes [begin, end).
struct Token {
  std::string text;
  int begin = 0;
  int end = 0;
  friend bool operator==(const Token&, const Token&) = default;
};

/// Tokens in order, none overlapping. kParse for text that is not UTF-8 (where: "byte 17"),
/// kTooLarge over kMaxSentenceBytes or kMaxSentenceTokens (the message has the count).
[[nodiscard]] Result<std::vector<Token>> tokenize(std::string_view text, TokenMode mode);

}  // namespace ap
