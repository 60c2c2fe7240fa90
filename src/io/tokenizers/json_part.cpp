#include "io/tokenizers/json_part.hpp"

namespace ap::tokenizer_file {

Result<Json> parse_json(std::string_view text, std::string_view where) {
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded())
    return fail(ErrorCode::kParse, "is not JSON: the file is damaged or cut off",
                std::string(where));
  if (!json.is_object())
    return fail(ErrorCode::kParse, "is JSON, but not an object", std::string(where));
  return json;
}

const Json* Part::find(const char* key) const {
  if (!json_->is_object()) return nullptr;
  const auto found = json_->find(key);
  return found == json_->end() || found->is_null() ? nullptr : &*found;
}

Part Part::at(const char* key) const {
  static const Json nothing;
  const Json* const found = find(key);
  return {found == nullptr ? nothing : *found, path_.empty() ? key : path_ + '.' + key};
}

void Part::wrong(const char* key, std::string_view kind, std::optional<Error>& problem) const {
  if (problem) return;
  problem = Error{ErrorCode::kParse, "is not " + std::string(kind),
                  path_.empty() ? key : path_ + '.' + key};
}

std::string Part::text(const char* key, std::string_view otherwise,
                       std::optional<Error>& problem) const {
  const Json* const found = find(key);
  if (found != nullptr && found->is_string()) return found->get_ref<const std::string&>();
  if (found != nullptr) wrong(key, "a text", problem);
  return std::string(otherwise);
}

bool Part::flag(const char* key, bool otherwise, std::optional<Error>& problem) const {
  const Json* const found = find(key);
  if (found != nullptr && found->is_boolean()) return found->get<bool>();
  if (found != nullptr) wrong(key, "true or false", problem);
  return otherwise;
}

int Part::number(const char* key, int otherwise, std::optional<Error>& problem) const {
  const Json* const found = find(key);
  if (found == nullptr) return otherwise;
  if (found->is_number_integer()) {
    const auto value = found->get<std::int64_t>();
    if (value >= -1'000'000'000 && value <= 1'000'000'000) return static_cast<int>(value);
  }
  wrong(key, "a whole number below a thousand million", problem);
  return otherwise;
}

Result<PatternText> read_pattern(const Part& part, const char* key) {
  const Part pattern = part.at(key);
  for (const char* kind : {"String", "Regex"}) {
    const Json* const text = pattern.find(kind);
    if (text != nullptr && text->is_string())
      return PatternText{text->get_ref<const std::string&>(), kind[0] == 'R'};
  }
  if (pattern.json().is_string()) return PatternText{pattern.json().get<std::string>(), false};
  return pattern.bad(R"(needs {"String": ...} or {"Regex": ...})");
}

}  // namespace ap::tokenizer_file
