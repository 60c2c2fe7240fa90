#include "exchange/models/open_tokenizer.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "io/containers/gguf.hpp"
#include "io/tokenizers/files.hpp"
#include "text/tokenizers/gguf.hpp"

namespace ap {
namespace {

constexpr std::array<const char*, 9> kTokenizerFiles{
    "tokenizer.json", "tokenizer_config.json", "vocab.json",
    "merges.txt",     "encoder.json",          "vocab.bpe",
    "vocab.txt",      "added_tokens.json",     "special_tokens_map.json"};

std::optional<int> whole(const Gguf& file, const char* key) {
  const double* value = file.find<double>(std::string("tokenizer.ggml.") + key);
  if (!value || !(*value >= 0.0 && *value < 2147483648.0)) return std::nullopt;
  return static_cast<int>(*value);
}
std::optional<bool> truth(const Gguf& file, const char* key) {
  const bool* value = file.find<bool>(std::string("tokenizer.ggml.") + key);
  return value ? std::optional(*value) : std::nullopt;
}
template <class T>
T list(const Gguf& file, const char* key) {
  const T* value = file.find<T>(std::string("tokenizer.ggml.") + key);
  return value ? *value : T{};
}

/// llama2.c's: "tokenizer.bin", or the only one that is called tok*.bin.
Result<Tokenizer> llama2c_tokenizer(const ModelFiles& files, int vocabulary) {
  std::vector<std::string> found;
  for (const std::string& name : files.names)
    if (name.starts_with("tok") && name.ends_with(".bin")) found.push_back(name);
  if (std::ranges::find(found, "tokenizer.bin") != found.end()) found = {"tokenizer.bin"};
  const std::string by_size = "tok" + std::to_string(vocabulary) + ".bin";
  if (std::ranges::find(found, by_size) != found.end()) found = {by_size};
  if (found.size() != 1)
    return fail(ErrorCode::kNotFound, "there is no tokenizer.bin beside the model", files.where);
  const auto bytes = files.read(found.front());
  if (!bytes) return std::unexpected(bytes.error());
  auto opened = read_tokenizer_bin(bytes->bytes, vocabulary);
  if (!opened) return std::unexpected(opened.error());
  return std::move(opened->tokenizer);
}

}  // namespace

Result<Tokenizer> gguf_tokenizer(const Gguf& file) {
  GgufTokenizerData data;
  data.model = list<std::string>(file, "model");
  data.pre = list<std::string>(file, "pre");
  if (data.model.empty())
    return fail(ErrorCode::kNotFound, "the file has no tokenizer (tokenizer.ggml.model)");
  data.tokens = list<std::vector<std::string>>(file, "tokens");
  data.merges = list<std::vector<std::string>>(file, "merges");
  for (const double score : list<std::vector<double>>(file, "scores"))
    data.scores.push_back(static_cast<float>(score));
  for (const double type : list<std::vector<double>>(file, "token_type"))
    data.types.push_back(type >= 0.0 && type < 256.0 ? static_cast<int>(type) : 0);
  data.bos = whole(file, "bos_token_id");
  data.eos = whole(file, "eos_token_id");
  data.unknown = whole(file, "unknown_token_id");
  data.separator = whole(file, "seperator_token_id");  // as llama.cpp spells it
  if (!data.separator) data.separator = whole(file, "separator_token_id");
  data.pad = whole(file, "padding_token_id");
  data.cls = whole(file, "cls_token_id");
  data.mask = whole(file, "mask_token_id");
  data.add_bos = truth(file, "add_bos_token");
  data.add_eos = truth(file, "add_eos_token");
  data.add_sep = truth(file, "add_sep_token");
  data.add_space_prefix = truth(file, "add_space_prefix");
  return tokenizer_from_gguf(data);
}

Result<Tokenizer> folder_tokenizer(const ModelFiles& files, int vocabulary) {
  if (vocabulary > 0) return llama2c_tokenizer(files, vocabulary);
  std::map<std::string, std::string, std::less<>> texts;
  for (const char* name : kTokenizerFiles) {
    if (std::ranges::find(files.names, name) == files.names.end()) continue;
    const auto bytes = files.read(name);
    if (!bytes) return std::unexpected(bytes.error());
    texts.emplace(name, std::string(bytes->bytes.begin(), bytes->bytes.end()));
  }
  auto opened = read_tokenizer(texts);
  if (!opened) return std::unexpected(opened.error());
  return std::move(opened->tokenizer);
}

Result<Tokenizer> open_tokenizer(const ModelFiles& files) {
  const std::string& chosen = files.chosen;
  std::string gguf = chosen.ends_with(".gguf") ? chosen : "";
  for (const std::string& name : files.names)
    if (chosen.empty() && gguf.empty() && name.ends_with(".gguf")) gguf = name;
  auto of_folder = folder_tokenizer(files, 0);
  if (of_folder || (gguf.empty() && of_folder.error().code != ErrorCode::kNotFound))
    return of_folder;
  if (!gguf.empty()) {
    const auto bytes = files.read(gguf);
    if (!bytes) return std::unexpected(bytes.error());
    const auto file = read_gguf(*bytes, gguf);
    if (!file) return std::unexpected(file.error());
    return gguf_tokenizer(*file);
  }
  for (const std::string& name : files.names) {
    if (!name.starts_with("tok") || !name.ends_with(".bin")) continue;
    const auto bytes = files.read(name);
    if (!bytes) return std::unexpected(bytes.error());
    auto opened = read_tokenizer_bin(bytes->bytes);
    if (!opened) return std::unexpected(opened.error());
    return std::move(opened->tokenizer);
  }
  return of_folder;
}

}  // namespace ap
