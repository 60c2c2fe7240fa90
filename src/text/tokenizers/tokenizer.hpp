// A language model's tokenizer: text -> pieces {id, span in the text} -> text, and why: the merges
// of a word in the order they happened. Made once from a TokenizerSpec (the files' readers are in
// io/tokenizers, GGUF's values in text/tokenizers/gguf.hpp), then immutable and cheap to copy.
// Ids are those of Hugging Face's `tokenizers` (Rust) for the same tokenizer.json; GGUF's are
// llama.cpp's, tokenizer.bin's are llama2.c's. Unicode data: text/unicode/unicode_data.hpp.
// Leaves out: pairs of texts, truncation and padding, training a vocabulary.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "text/tokenizers/spec.hpp"

namespace ap {

inline constexpr int kMaxTokenIds = 1 << 22;
inline constexpr std::size_t kMaxTokenizedBytes = std::size_t{1} << 25;

/// One token of a text. [begin, end) are bytes of the text as given; empty for what the template or
/// a normalizer adds. `word` counts the stretches that are merged by themselves: pieces of one word
/// share it. -1: an added token or one of the template.
struct Piece {
  int id = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  int word = -1;
  friend bool operator==(const Piece&, const Piece&) = default;
};

struct Encoding {
  std::vector<Piece> pieces;
  int replaced = 0;  // places in the text that were not UTF-8 and were read as U+FFFD
  int dropped = 0;   // characters without an id in a vocabulary without an unknown token
  [[nodiscard]] std::vector<int> ids() const;
};

/// One thing that happened to a word: pieces `at` and `at + 1` of what was left became one. For
/// WordPiece, which merges nothing, each step is a piece found: left = right = -1.
struct MergeStep {
  int at = 0;
  int left = -1;
  int right = -1;
  int result = -1;
  int rank = -1;       // place in the list of merges, or of the scores from the highest
  float score = 0.0F;  // kScores
};

/// How a word was cut: what it began as, and each step. An id of -1: a character without an id.
struct WordStory {
  struct Part {
    int id = -1;
    std::string bytes;
  };
  std::vector<Part> start;
  std::vector<MergeStep> steps;
  std::vector<Part> end;
};

struct TokenizerParts;

class Tokenizer {
 public:
  /// Checks everything that later steps rely on: ids in range and each but once, merges whose parts
  /// and union exist, patterns that compile, template ids that exist. `where` names the part.
  [[nodiscard]] static Result<Tokenizer> make(TokenizerSpec spec);

  /// special: put the template's tokens around the text. Errors: kTooLarge over kMaxTokenizedBytes,
  /// kUnsupported for a pattern of the file that takes too long on this text, kNotFound for a word
  /// of a vocabulary of words that is not in it and has no token for unknown ones.
  [[nodiscard]] Result<Encoding> encode(std::string_view text, bool special = true) const;

  /// The text of some ids, bytes that are no text as U+FFFD. Ids must exist (see has()); others are
  /// left out.
  [[nodiscard]] std::string decode(std::span<const int> ids, bool skip_special = false) const;

  /// Largest id + 1. Not every id below need exist.
  [[nodiscard]] int size() const noexcept;
  [[nodiscard]] bool has(int id) const noexcept;
  [[nodiscard]] bool special(int id) const noexcept;
  [[nodiscard]] TokenModel model() const noexcept;

  /// As the file writes it ("Ġthe", "##ing", "<0x0A>"); empty if there is no such id.
  [[nodiscard]] std::string_view raw(int id) const noexcept;
  /// The bytes that it stands for (" the", "ing", "\n").
  [[nodiscard]] std::string bytes(int id) const;
  /// These as text; bytes that are no text are U+FFFD. What `tokens` of the command line has.
  [[nodiscard]] std::string text(int id) const;
  /// As people read it: a space is ·, a line feed ⟨LF⟩, a byte that is no text ⟨E2⟩. Never empty
  /// for an id that exists.
  [[nodiscard]] std::string piece_text(int id) const;
  /// By what the file writes, added tokens included.
  [[nodiscard]] std::optional<int> find(std::string_view raw) const;

  [[nodiscard]] std::optional<int> bos() const noexcept;
  [[nodiscard]] std::optional<int> eos() const noexcept;
  [[nodiscard]] std::optional<int> pad() const noexcept;
  [[nodiscard]] std::optional<int> mask() const noexcept;
  [[nodiscard]] std::optional<int> unknown() const noexcept;
  [[nodiscard]] const TokenizerSpec& spec() const noexcept;

  /// How the word of pieces[piece] came to be cut; of a word of more than 256 bytes (models that
  /// cut no words), how that piece came to be. No steps for an added token. 0 <= piece < count.
  [[nodiscard]] Result<WordStory> explain(std::string_view text, int piece,
                                          bool special = true) const;
  /// How a token itself is made, from characters or bytes up.
  [[nodiscard]] WordStory explain(int id) const;

 private:
  explicit Tokenizer(std::shared_ptr<const TokenizerParts> parts) : parts_(std::move(parts)) {}
  std::shared_ptr<const TokenizerParts> parts_;
};

}  // namespace ap
