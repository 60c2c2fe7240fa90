// The tokenizer of a model's files.
#pragma once

#include "exchange/models/open.hpp"

namespace ap {

[[nodiscard]] Result<Tokenizer> gguf_tokenizer(const Gguf& file);
/// `vocabulary`: llama2.c's, whose tokenizer.bin (tok512.bin, ...) says nothing of its length; 0:
/// it is another model's, whose tokenizer files have the usual names.
[[nodiscard]] Result<Tokenizer> folder_tokenizer(const ModelFiles& files, int vocabulary);

}  // namespace ap
