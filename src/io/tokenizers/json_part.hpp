// A part of tokenizer.json with its place in the file, so that a refusal says where. The first
// wrong part is remembered; what is read after it is not used.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/error.hpp"

namespace ap::tokenizer_file {

using Json = nlohmann::json;

/// The text as JSON; kParse with `where` if it is none.
[[nodiscard]] Result<Json> parse_json(std::string_view text, std::string_view where);

class Part {
 public:
  Part(const Json& json, std::string path) : json_(&json), path_(std::move(path)) {}

  [[nodiscard]] const Json& json() const { return *json_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  /// Null if there is no such key or its value is null.
  [[nodiscard]] const Json* find(const char* key) const;
  [[nodiscard]] Part at(const char* key) const;

  /// The value, or `otherwise` without one; a value of another kind is an error in `problem`.
  [[nodiscard]] std::string text(const char* key, std::string_view otherwise,
                                 std::optional<Error>& problem) const;
  [[nodiscard]] bool flag(const char* key, bool otherwise, std::optional<Error>& problem) const;
  [[nodiscard]] int number(const char* key, int otherwise, std::optional<Error>& problem) const;

  [[nodiscard]] std::unexpected<Error> unknown(std::string_view what) const {
    return fail(ErrorCode::kUnsupported, std::string(what) + " is not something this program does",
                path_);
  }
  [[nodiscard]] std::unexpected<Error> bad(std::string message) const {
    return fail(ErrorCode::kParse, std::move(message), path_);
  }

 private:
  void wrong(const char* key, std::string_view kind, std::optional<Error>& problem) const;

  const Json* json_;
  std::string path_;
};

/// {"String": ...} or {"Regex": ...}
struct PatternText {
  std::string text;
  bool regex = false;
};
[[nodiscard]] Result<PatternText> read_pattern(const Part& part, const char* key);

}  // namespace ap::tokenizer_file
