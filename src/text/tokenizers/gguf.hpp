// The tokenizer that a GGUF file holds, from its `tokenizer.ggml.*` values: models gpt2 (byte-level
// merges, the pattern by `pre`), llama (SentencePiece scores) and bert (WordPiece). Ids are
// llama.cpp's. Leaves out: t5 (Unigram), rwkv, plamo2; they are refused by name.
#pragma once

#include "text/tokenizers/tokenizer.hpp"

namespace ap {

/// The values as they stand in the file; a vector or string is empty, an optional unset, where the
/// file has no such key.
struct GgufTokenizerData {
  std::string model;                // tokenizer.ggml.model
  std::string pre;                  // tokenizer.ggml.pre
  std::vector<std::string> tokens;  // tokenizer.ggml.tokens
  std::vector<float> scores;        // tokenizer.ggml.scores
  std::vector<int> types;  // tokenizer.ggml.token_type: 1 normal, 2 unknown, 3 control, ...
  std::vector<std::string> merges;  // tokenizer.ggml.merges, "left right"
  std::optional<int> bos, eos, unknown, separator, pad, cls, mask;  // tokenizer.ggml.*_token_id
  std::optional<bool> add_bos, add_eos, add_sep, add_space_prefix;  // tokenizer.ggml.add_*
};

[[nodiscard]] Result<Tokenizer> tokenizer_from_gguf(const GgufTokenizerData& data);

}  // namespace ap
