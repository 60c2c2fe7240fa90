// What a tokenizer is made of, as plain data: the vocabulary, how a text is cleaned, cut and
// merged, and how pieces become text again. The names are those of Hugging Face's tokenizer.json,
// nested sequences laid flat; the readers of io/tokenizers fill it in from every kind of file.
// Leaves out: pairs of texts, truncation, padding, dropout, Unigram models.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ap {

/// How a word becomes pieces.
enum class TokenModel : std::uint8_t {
  kMerges,     // byte pair encoding: the lowest ranked pair first
  kScores,     // SentencePiece, llama2.c: the pair whose union scores highest first
  kWordPiece,  // the longest piece that fits, from the left
  kWords,      // the word as it is, or unknown
};

/// A token that is found in the text before anything else, whatever the model would make of it.
struct AddedToken {
  int id = 0;
  std::string content;
  bool special = false;      // not part of what is said: left out of decode() on request
  bool normalized = false;   // looked for in the cleaned text, its content cleaned as well
  bool lstrip = false;       // takes the space before it
  bool rstrip = false;       // takes the space after it
  bool single_word = false;  // not inside a word
};

enum class CleanKind : std::uint8_t {
  kNfc,
  kNfd,
  kNfkc,
  kNfkd,
  kLowercase,
  kStripAccents,  // marks are taken away
  kStrip,         // space at the ends
  kReplace,
  kPrepend,
  kBert,
};
struct CleanStep {
  CleanKind kind = CleanKind::kNfc;
  std::string pattern;                // kReplace
  bool regex = false;                 // kReplace: the pattern is a regular expression
  std::string content;                // kReplace, kPrepend
  bool left = true, right = true;     // kStrip
  bool clean_text = true;             // kBert: control characters go, spaces become one kind
  bool chinese = true;                // kBert: a space around every ideograph
  bool lowercase = true;              // kBert
  std::optional<bool> strip_accents;  // kBert: as lowercase if not given
};

enum class CutKind : std::uint8_t {
  kByteLevel,  // the last one: from here on words are bytes
  kSplit,
  kWhitespace,  // \w+|[^\w\s]+
  kWhitespaceSplit,
  kBert,
  kMetaspace,
  kPunctuation,
  kDigits,
};
enum class CutBehavior : std::uint8_t { kRemoved, kIsolated, kPrevious, kNext, kContiguous };
enum class PrependScheme : std::uint8_t { kAlways, kFirst, kNever };
struct CutStep {
  CutKind kind = CutKind::kSplit;
  std::string pattern;                             // kSplit
  bool regex = false;                              // kSplit
  bool invert = false;                             // kSplit
  CutBehavior behavior = CutBehavior::kIsolated;   // kSplit, kPunctuation
  bool add_prefix_space = false;                   // kByteLevel
  bool use_regex = true;                           // kByteLevel: cut by GPT-2's pattern first
  std::string replacement = "\u2581";              // kMetaspace
  PrependScheme prepend = PrependScheme::kAlways;  // kMetaspace
  bool split = true;                               // kMetaspace
  bool individual_digits = false;                  // kDigits
};

enum class DecodeKind : std::uint8_t {
  kByteLevel,
  kReplace,
  kByteFallback,
  kFuse,
  kStrip,
  kMetaspace,
  kWordPiece,
  kSuffix,  // "</w>" becomes a space
};
struct DecodeStep {
  DecodeKind kind = DecodeKind::kFuse;
  std::string pattern;                             // kReplace; the prefix or suffix of the others
  bool regex = false;                              // kReplace
  std::string content;                             // kReplace, kStrip (one character)
  int start = 0, stop = 0;                         // kStrip
  bool cleanup = true;                             // kWordPiece: " ." becomes "."
  PrependScheme prepend = PrependScheme::kAlways;  // kMetaspace
};

struct TokenizerSpec {
  TokenModel model = TokenModel::kMerges;
  std::vector<std::pair<std::string, int>> vocabulary;      // text as the file has it, id
  std::vector<std::pair<std::string, std::string>> merges;  // kMerges: by rank
  std::vector<float> scores;                                // kScores: one for each entry above
  std::optional<std::string> unknown;  // what stands for a character that there is no id for
  bool byte_fallback = false;          // ... or the tokens <0xE2> <0x82> <0xAC>
  bool fuse_unknown = false;           // kMerges: a run of unknown characters is one token
  bool ignore_merges = false;          // kMerges: a word that is in the vocabulary is not cut
  bool merge_unknown = false;          // kScores: characters without an id may merge, too
  int byte_offset = -1;                // kScores: id of byte b is b + this, not by its name
  std::string continuing_prefix;       // "##"
  std::string word_suffix;             // "</w>"
  int max_word_characters = 100;       // kWordPiece

  std::vector<AddedToken> added;
  std::vector<CleanStep> clean;
  std::vector<CutStep> cut;
  std::vector<DecodeStep> decode;
  std::vector<int> before, after;  // ids that the template puts around a text

  std::optional<int> bos, eos, pad, mask;
  bool skip_space_after_bos = false;  // llama2.c: the space before the first word is not shown
};

}  // namespace ap
