// A language model from the files of one folder (or a single file), whatever the container: Hugging
// Face's folder, shards, one .safetensors, GGUF, llama2.c, .npz, minGPT's JSON; with its tokenizer.
// Pure: whoever has the files reads them.
#pragma once

#include <functional>
#include <optional>

#include "exchange/models/assemble.hpp"
#include "text/tokenizers/tokenizer.hpp"

namespace ap {

struct ModelFiles {
  std::string where;               // what it is called in messages
  std::vector<std::string> names;  // of the folder, without paths
  std::string chosen;              // one of them, if it was named; empty: the folder
  std::function<Result<SharedBytes>(const std::string& name)> read;
};

struct ModelOptions {
  ConfigSettings config;        // beside or above what config.json says
  std::uint64_t max_bytes = 0;  // of the numbers as float32; 0: no limit
};

struct OpenedModel : AssembledModel {
  std::string container;  // "safetensors", "GGUF", "llama2.c", "npz", "JSON"
  std::optional<Tokenizer> tokenizer;
  std::string no_tokenizer;        // why there is none
  std::vector<int> stops;          // ids that end a text
  std::vector<std::string> notes;  // sentences for whoever opened it
};

[[nodiscard]] Result<OpenedModel> open_model(const ModelFiles& files,
                                             const ModelOptions& options = {});
/// The tokenizer alone, also of a GGUF that has nothing else.
[[nodiscard]] Result<Tokenizer> open_tokenizer(const ModelFiles& files);

}  // namespace ap
