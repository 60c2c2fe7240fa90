// Config: what a model's config.json says, asked by key; several names for one thing, a path with
// dots for a key inside ("rope_scaling.factor"). GGUF's values and llama2.c's seven numbers become
// one as well, so that families read all the same way. null counts as not given.
#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "io/containers/gguf.hpp"
#include "io/containers/llama2c.hpp"

namespace ap {

/// "key=value" of a command line, which add to config.json or stand above it.
using ConfigSettings = std::vector<std::pair<std::string, std::string>>;

class Config {
 public:
  /// An empty text: nothing is known but what `settings` say.
  [[nodiscard]] static Result<Config> read(std::string_view json, std::string where,
                                           const ConfigSettings& settings = {});
  [[nodiscard]] Result<void> add(const ConfigSettings& settings);
  [[nodiscard]] static Config of(const Gguf& file, std::string where);
  [[nodiscard]] static Config of(const Llama2c& file, std::string where);

  /// Whether there is a file that speaks for the model, so that a key left out means its default.
  [[nodiscard]] bool given() const noexcept { return given_; }
  [[nodiscard]] const std::string& where() const noexcept { return where_; }

  [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }
  /// Present, if only as null.
  [[nodiscard]] bool mentions(std::string_view key) const { return find(key, true) != nullptr; }
  [[nodiscard]] const nlohmann::json* find(std::string_view key, bool null = false) const;

  /// Nothing where the key is not there; an error where it is of another kind.
  [[nodiscard]] Result<std::optional<int>> integer(std::string_view key) const;
  [[nodiscard]] Result<std::optional<float>> number(std::string_view key) const;
  [[nodiscard]] Result<std::optional<bool>> boolean(std::string_view key) const;
  [[nodiscard]] Result<std::optional<std::string>> text(std::string_view key) const;

  /// An error about a key, in a sentence that names it and the file.
  [[nodiscard]] std::unexpected<Error> wrong(ErrorCode code, std::string_view key,
                                             const std::string& what) const;

 private:
  nlohmann::json json_ = nlohmann::json::object();
  std::string where_;
  bool given_ = false;
};

}  // namespace ap
