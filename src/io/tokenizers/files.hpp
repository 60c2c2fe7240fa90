// A tokenizer from the files that models come with: tokenizer.json, vocab.json with merges.txt,
// encoder.json with vocab.bpe, vocab.txt, llama2.c's tokenizer.bin. Bytes in, no disk.
// What a file says and this program does not do (a Unigram model, dropout) is an error that names
// it; what changes no id (truncation, padding) is left out and said in `notes`.
#pragma once

#include <map>
#include <span>

#include "text/tokenizers/tokenizer.hpp"

namespace ap {

struct OpenedTokenizer {
  Tokenizer tokenizer;
  std::vector<std::string> notes;  // sentences
};

/// `config`: the text of tokenizer_config.json, or empty; it names the special tokens.
[[nodiscard]] Result<OpenedTokenizer> read_tokenizer_json(std::string_view json,
                                                          std::string_view config = {});
/// GPT-2's pair of files under either names; RoBERTa's if the vocabulary has its <s>, </s>, <mask>.
[[nodiscard]] Result<OpenedTokenizer> read_vocab_and_merges(std::string_view vocab_json,
                                                            std::string_view merges,
                                                            std::string_view config = {});
/// BERT's vocab.txt. Whether capitals are kept: config's do_lower_case; without one, the vocabulary
/// tells (a note says which).
[[nodiscard]] Result<OpenedTokenizer> read_vocab_txt(std::string_view text,
                                                     std::string_view config = {});
/// llama2.c: i32 longest, then for each token f32 score, i32 length, bytes. `count`: the model's
/// vocabulary, or 0 for as many as the file holds.
[[nodiscard]] Result<OpenedTokenizer> read_tokenizer_bin(std::span<const unsigned char> bytes,
                                                         int count = 0);

/// Of a model's files by name ("tokenizer.json" -> its bytes), the tokenizer: the first of the
/// kinds above that is whole. kNotFound says which names are looked for.
[[nodiscard]] Result<OpenedTokenizer> read_tokenizer(
    const std::map<std::string, std::string, std::less<>>& files);

}  // namespace ap
