#include "app/cli/tokenizer_file.hpp"

#include <filesystem>

#include "app/cli/files.hpp"
#include "exchange/models/disk.hpp"

namespace ap::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNames[] = {"tokenizer.json", "tokenizer_config.json", "vocab.json",
                                  "merges.txt",     "encoder.json",          "vocab.bpe",
                                  "vocab.txt",      "tokenizer.bin",         "tokenizer.model",
                                  "spiece.model"};

/// A GGUF holds its own; llama2.c's lies beside the model.
Result<OpenedTokenizer> tokenizer_of_model(const std::string& path) {
  const auto files = files_on_disk(path);
  if (!files) return std::unexpected(files.error());
  auto tokenizer = ap::open_tokenizer(*files);
  if (!tokenizer) {
    Error error = tokenizer.error();
    if (error.where.empty()) error.where = path;
    return std::unexpected(std::move(error));
  }
  return OpenedTokenizer{std::move(*tokenizer), {}};
}

}  // namespace

Result<OpenedTokenizer> open_tokenizer(const std::string& path) {
  std::error_code ignored;
  const bool folder = fs::is_directory(path, ignored);
  const fs::path home = folder ? fs::path(path) : fs::path(path).parent_path();
  const std::string name = fs::path(path).filename().string();
  if (!folder && !fs::exists(path, ignored))
    return fail(ErrorCode::kNotFound, "there is no such file or folder", path);
  if (name.ends_with(".gguf")) return tokenizer_of_model(path);
  std::map<std::string, std::string, std::less<>> files;
  for (const char* known : kNames) {
    // Of a file that is named, only itself and what belongs to it.
    const bool own = name == known || std::string_view(known) == "tokenizer_config.json" ||
                     (name == "vocab.json" && std::string_view(known) == "merges.txt") ||
                     (name == "encoder.json" && std::string_view(known) == "vocab.bpe");
    const fs::path file = home / known;
    if ((!folder && !own) || !fs::is_regular_file(file, ignored)) continue;
    auto bytes = read_text(file.string());
    if (!bytes) return std::unexpected(bytes.error());
    files.emplace(known, std::move(*bytes));
  }
  if (folder && files.empty()) return tokenizer_of_model(path);
  if (!folder && !files.contains(name)) {
    // Under another name: by its ending.
    auto bytes = read_text(path);
    if (!bytes) return std::unexpected(bytes.error());
    const std::string ending = fs::path(path).extension().string();
    files.emplace(ending == ".json"  ? "tokenizer.json"
                  : ending == ".txt" ? "vocab.txt"
                                     : "tokenizer.bin",
                  std::move(*bytes));
  }
  auto opened = read_tokenizer(files);
  if (!opened) {
    Error error = opened.error();
    error.where = path + (error.where.empty() ? "" : ": " + error.where);
    return std::unexpected(std::move(error));
  }
  return opened;
}

}  // namespace ap::cli
