// The parts of a Tokenizer, made once. Only tokenizer.cpp and encode.cpp look inside.
#pragma once

#include "text/tokenizers/added_tokens.hpp"
#include "text/tokenizers/cleaner.hpp"
#include "text/tokenizers/cutter.hpp"
#include "text/tokenizers/decoder.hpp"
#include "text/tokenizers/tokenizer.hpp"
#include "text/tokenizers/word_model.hpp"

namespace ap {

struct TokenizerParts {
  TokenizerSpec spec;
  Vocabulary vocabulary;  // of views into spec
  AddedTokens plain;      // looked for in the text as it is
  Cleaner cleaner;
  AddedTokens cleaned;  // looked for in the cleaned text
  Cutter cutter;
  std::optional<WordModel> model;
  Decoder decoder;
};

}  // namespace ap
