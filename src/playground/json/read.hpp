// Strict JSON reading without exceptions: every failure has a code, a message and a place; keys
// that nobody asked for are failures too. Internal to playground/ (state, actions, presets).
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "playground/document/names.hpp"
#include "playground/document/world.hpp"

namespace ap {

/// Values in one text; more are refused while reading, before they fill the memory.
inline constexpr std::size_t kMaxJsonValues = 8'000'000;
inline constexpr int kMaxJsonDepth = 32;

/// kTooLarge over kMaxStateBytes, kMaxJsonValues or kMaxJsonDepth; kParse with line and column;
/// kParse for a key given twice. Numbers are rounded to float once, from their text.
[[nodiscard]] Result<nlohmann::json> parse_json(std::string_view text);

/// A whole state text. `words` makes "embeddings": "words" possible (presets); null refuses it.
[[nodiscard]] Result<Document> read_document(std::string_view text, const WordVectors* words,
                                             bool* older = nullptr);
[[nodiscard]] Result<Document> read_document(const nlohmann::json& json, const std::string& path,
                                             const WordVectors* words, bool* older = nullptr);

/// The first thing that went wrong; what comes after it is not looked at.
struct JsonErrors {
  std::optional<Error> first;
  void add(ErrorCode code, std::string message, std::string where) {
    if (!first) first = Error{code, std::move(message), std::move(where)};
  }
  explicit operator bool() const noexcept { return first.has_value(); }
};

/// "a number", "an object", ...: what it is instead, short enough for a message.
[[nodiscard]] std::string json_kind(const nlohmann::json& json);

enum class Infinity { kRefused, kMinus };  // "-inf" as a string, in masks

void read(const nlohmann::json& json, bool& out, const std::string& path, JsonErrors& errors);
void read(const nlohmann::json& json, int& out, const std::string& path, JsonErrors& errors);
void read(const nlohmann::json& json, std::uint64_t& out, const std::string& path,
          JsonErrors& errors);
void read(const nlohmann::json& json, float& out, const std::string& path, JsonErrors& errors,
          Infinity infinity = Infinity::kRefused);
void read(const nlohmann::json& json, std::string& out, const std::string& path,
          JsonErrors& errors);
void read(const nlohmann::json& json, Stage& out, const std::string& path, JsonErrors& errors);
/// [[..], ..], all rows of one length.
void read(const nlohmann::json& json, Matrix& out, const std::string& path, JsonErrors& errors,
          Infinity infinity = Infinity::kRefused);
/// [..]: one row.
void read_row(const nlohmann::json& json, Matrix& out, const std::string& path, JsonErrors& errors);

template <class E>
  requires std::is_enum_v<E>
void read(const nlohmann::json& json, E& out, const std::string& path, JsonErrors& errors) {
  std::string text;
  read(json, text, path, errors);
  if (errors) return;
  if (const auto value = enum_from<E>(text)) {
    out = *value;
  } else {
    errors.add(ErrorCode::kUnknownKey,
               "'" + text.substr(0, 60) + "' is none of: " + enum_choices<E>(), path);
  }
}

/// An object whose keys are asked for one by one.
class JsonObject {
 public:
  JsonObject(const nlohmann::json& json, std::string path, JsonErrors& errors);

  /// The value, or null; it counts as known from now on.
  [[nodiscard]] const nlohmann::json* find(std::string_view key);
  [[nodiscard]] std::string path(std::string_view key) const;
  [[nodiscard]] JsonErrors& errors() const noexcept { return errors_; }

  template <class T>
  void required(std::string_view key, T& out) {
    if (const auto* value = need(key)) read(*value, out, path(key), errors_);
  }
  template <class T>
  void optional(std::string_view key, T& out) {
    if (const auto* value = find(key)) read(*value, out, path(key), errors_);
  }
  /// find, but it must be there.
  [[nodiscard]] const nlohmann::json* need(std::string_view key);
  /// Calls f(item, path) for every item of the array.
  template <class F>
  void each(std::string_view key, F f) {
    const auto* list = need(key);
    if (!list) return;
    if (!list->is_array()) {
      errors_.add(ErrorCode::kParse, "needs a list, not " + json_kind(*list), path(key));
      return;
    }
    for (std::size_t i = 0; i < list->size() && !errors_; ++i) {
      f((*list)[i], path(key) + "[" + std::to_string(i) + "]");
    }
  }
  /// Keys that nobody asked for are an error.
  void finish();

 private:
  const nlohmann::json* json_;  // null if it is no object
  std::string path_;
  JsonErrors& errors_;
  std::vector<std::string> known_;  // copies: callers build keys
};

}  // namespace ap
