// A word into pieces, by the model of the tokenizer. Words are valid UTF-8, or, with byte-level
// merges, any bytes. Leaves out: what is a word (cutter.hpp), added tokens (added_tokens.hpp).
#pragma once

#include <array>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "text/tokenizers/merging.hpp"
#include "text/tokenizers/vocabulary.hpp"

namespace ap {

/// id: kNoId for a character that has none.
inline constexpr std::uint32_t kNoId = 0xfffffffeU;

class WordModel {
 public:
  /// Errors name the part: a merge of unknown pieces, scores that are not numbers, ...
  [[nodiscard]] static Result<WordModel> make(const TokenizerSpec& spec,
                                              const Vocabulary& vocabulary);

  [[nodiscard]] bool byte_level() const noexcept { return byte_level_; }
  /// Replaces `out`; how many characters have no token and are left out.
  int pieces(std::string_view word, std::vector<Symbol>& out) const;
  /// How the bytes [begin, end) of a word came to be cut: all of it, or one of its pieces.
  [[nodiscard]] WordStory story(std::string_view word, std::uint32_t begin,
                                std::uint32_t end) const;
  /// The bytes that a token of a byte-level vocabulary is looked up by.
  [[nodiscard]] std::optional<std::string> bytes_of(int id) const;

 private:
  WordModel(const TokenizerSpec& spec, const Vocabulary& vocabulary)
      : spec_(&spec), vocabulary_(&vocabulary) {}

  [[nodiscard]] Result<void> read_alphabet();
  [[nodiscard]] Result<void> read_merges();
  [[nodiscard]] Result<void> read_scores();
  void split_token(int id, std::string_view text, std::uint32_t rank);
  [[nodiscard]] std::uint32_t letter(std::string_view one) const;

  /// The id of a whole word, kNoId if there is none.
  [[nodiscard]] std::uint32_t whole(std::string_view word) const;
  int cut(std::string_view word, std::vector<Symbol>& out, std::vector<Symbol>* start,
          std::vector<MergeEvent>* events) const;
  // Each returns how many characters it left out.
  int letters(std::string_view word, std::vector<Symbol>& out) const;
  int letters_of_bytes(std::string_view word, std::vector<Symbol>& out) const;
  int letters_of_merges(std::string_view word, std::vector<Symbol>& out) const;
  void letters_of_scores(std::string_view word, std::vector<Symbol>& out) const;
  bool append_bytes(std::string_view word, std::size_t begin, std::size_t end,
                    std::vector<Symbol>& out) const;
  int name_letters(std::string_view word, std::vector<Symbol>& out) const;
  void longest_first(std::string_view word, std::vector<Symbol>& out) const;

  const TokenizerSpec* spec_;
  const Vocabulary* vocabulary_;
  bool byte_level_ = false;
  std::uint32_t unknown_ = kNoId;
  std::array<std::uint32_t, 256> bytes_{};           // id of <0xNN>, or of a byte's letter
  std::unordered_map<std::string, int> byte_words_;  // byte level: whole tokens by their bytes
  PairTable table_;
  std::vector<float> ranked_scores_;                           // kScores, by rank
  std::unordered_map<std::string_view, std::uint32_t> extra_;  // characters that only merge
  std::size_t longest_ = 0;                                    // bytes of the longest token
};

}  // namespace ap
