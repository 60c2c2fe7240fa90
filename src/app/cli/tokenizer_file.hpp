// The tokenizer of a path: a model's folder, one of a tokenizer's files, or a GGUF.
#pragma once

#include <string>

#include "io/tokenizers/files.hpp"

namespace ap::cli {

[[nodiscard]] Result<OpenedTokenizer> open_tokenizer(const std::string& path);

}  // namespace ap::cli
