// Words into embedding rows, and sentences rebuilt after an edit with all that hangs on their
// tokens: rows, mask, learned positions, padding, cache. Internal to playground/.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "playground/document/align.hpp"
#include "playground/document/document.hpp"
#include "playground/document/world.hpp"

namespace ap {

/// The word's first `width` numbers (zeros past the list's 100) and where they are from.
Origin embed_word(const WordVectors* words, std::string_view word, int width, float* row);

/// The sentence of a side.
[[nodiscard]] Sentence& side_of(Document& document, Side side);
[[nodiscard]] const Sentence& side_of(const Document& document, Side side);

/// Tokenized and embedded from nothing.
[[nodiscard]] Result<Sentence> make_sentence(std::string text, TokenMode mode, int width,
                                             const WordVectors* words);

/// The texts of `text`'s tokens.
[[nodiscard]] Result<std::vector<std::string>> token_texts(std::string_view text, TokenMode mode);

struct TokenEdit {
  std::string text;
  std::vector<std::string> tokens;
  Alignment from;
};

/// Gives a side its new tokens; checks sizes before anything grows.
[[nodiscard]] Result<void> replace_tokens(Document& document, Side side, TokenEdit edit,
                                          const World& world);

/// The trace of these sizes fits; otherwise kTooLarge with the sizes.
[[nodiscard]] Result<void> check_size(const Document& document, const Model& model, int queries,
                                      int sources);
[[nodiscard]] Result<void> check_size(const Document& document, const Model& model);

/// After a sentence changed: learned positions for every token, padding and cache within it.
void fit_to_sentences(Document& document);

/// Row `index` of learned positions before anyone has trained it: small, seeded by its place.
void learned_position(int index, int first_col, int cols, float* out);

/// Words of the sentence that were unknown and are now in the list get their vectors.
/// True if any did.
bool learn_words(Sentence& sentence, const WordVectors& words);

}  // namespace ap
