#include "exchange/models/config.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "playground/json/read.hpp"

namespace ap {
namespace {

using Json = nlohmann::json;

/// Dots in a key; one with more is nobody's.
constexpr int kDeepest = 6;

/// "8", "true", "0.5", "[1, 2]"; anything else is a text.
Json value_of(const std::string& text) {
  auto json = parse_json(text);
  return json ? std::move(*json) : Json(text);
}

/// Sets "a.b" inside a.
void set(Json& json, std::string_view key, Json value) {
  Json* at = &json;
  for (;;) {
    const std::size_t dot = key.find('.');
    const std::string step(key.substr(0, dot));
    if (!at->is_object()) *at = Json::object();
    at = &(*at)[step];
    if (dot == std::string_view::npos) break;
    key.remove_prefix(dot + 1);
  }
  *at = std::move(value);
}

std::string shown(const Json& json) {
  std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > 40) text = text.substr(0, 37) + "...";
  return text;
}

}  // namespace

Result<Config> Config::read(std::string_view json, std::string where,
                            const ConfigSettings& settings) {
  Config config;
  config.where_ = std::move(where);
  if (!json.empty()) {
    auto parsed = parse_json(json);
    if (!parsed) {
      const std::string place = parsed.error().where.empty() ? "" : ", " + parsed.error().where;
      return fail(parsed.error().code, parsed.error().message + place, config.where_);
    }
    if (!parsed->is_object())
      return fail(ErrorCode::kParse, "is not a model's configuration: it needs keys and values",
                  config.where_);
    config.json_ = std::move(*parsed);
    config.given_ = true;
  }
  if (auto ok = config.add(settings); !ok) return std::unexpected(ok.error());
  return config;
}

Result<void> Config::add(const ConfigSettings& settings) {
  for (const auto& [key, value] : settings) {
    if (std::ranges::count(key, '.') > kDeepest || key.empty())
      return fail(ErrorCode::kUnknownKey, "is no key of a configuration", key.substr(0, 80));
    set(json_, key, value_of(value));
  }
  return {};
}

Config Config::of(const Gguf& file, std::string where) {
  Config config;
  config.where_ = std::move(where);
  config.given_ = true;
  std::string architecture;
  if (const auto* name = file.find<std::string>("general.architecture")) architecture = *name;
  config.json_["gguf"] = architecture;
  for (const auto& [key, value] : file.values) {
    if (!key.starts_with(architecture + ".")) continue;
    const std::string rest = key.substr(architecture.size() + 1);
    if (std::ranges::count(rest, '.') > kDeepest) continue;
    Json json;
    if (const auto* b = std::get_if<bool>(&value)) json = *b;
    if (const auto* n = std::get_if<double>(&value)) {
      // Whole numbers are held as such, so that counts can be told from fractions.
      if (std::floor(*n) == *n && std::abs(*n) < 1e15)
        json = static_cast<std::int64_t>(*n);
      else
        json = *n;
    }
    if (const auto* s = std::get_if<std::string>(&value)) json = *s;
    if (const auto* list = std::get_if<std::vector<double>>(&value)) json = *list;
    set(config.json_, rest, std::move(json));
  }
  return config;
}

Config Config::of(const Llama2c& file, std::string where) {
  Config config;
  config.where_ = std::move(where);
  config.given_ = true;
  config.json_ = {{"model_type", "llama2.c"},
                  {"hidden_size", file.width},
                  {"intermediate_size", file.mlp_width},
                  {"num_hidden_layers", file.layers},
                  {"num_attention_heads", file.heads},
                  {"num_key_value_heads", file.kv_heads},
                  {"vocab_size", file.vocabulary},
                  {"max_position_embeddings", file.context},
                  {"tie_word_embeddings", file.tied},
                  {"rms_norm_eps", 1e-5},
                  {"rope_theta", 10000.0},
                  {"hidden_act", "silu"}};
  return config;
}

const Json* Config::find(std::string_view key, bool null) const {
  const Json* at = &json_;
  for (;;) {
    const std::size_t dot = key.find('.');
    if (!at->is_object()) return nullptr;
    const auto item = at->find(std::string(key.substr(0, dot)));
    if (item == at->end()) return nullptr;
    at = &*item;
    if (dot == std::string_view::npos) break;
    key.remove_prefix(dot + 1);
  }
  return at->is_null() && !null ? nullptr : at;
}

std::unexpected<Error> Config::wrong(ErrorCode code, std::string_view key,
                                     const std::string& what) const {
  return fail(code, what, where_.empty() ? std::string(key) : where_ + ", " + std::string(key));
}

Result<std::optional<int>> Config::integer(std::string_view key) const {
  const Json* json = find(key);
  if (!json) return std::nullopt;
  constexpr auto kMost = static_cast<double>(std::numeric_limits<int>::max());
  const double value = json->is_number() ? json->get<double>() : std::nan("");
  if (!(std::floor(value) == value && std::abs(value) <= kMost))
    return wrong(ErrorCode::kParse, key, "needs a whole number, not " + shown(*json));
  return static_cast<int>(value);
}

Result<std::optional<float>> Config::number(std::string_view key) const {
  const Json* json = find(key);
  if (!json) return std::nullopt;
  const auto value = json->is_number() ? static_cast<float>(json->get<double>())
                                       : std::numeric_limits<float>::quiet_NaN();
  if (!std::isfinite(value))
    return wrong(ErrorCode::kParse, key, "needs a number, not " + shown(*json));
  return value;
}

Result<std::optional<bool>> Config::boolean(std::string_view key) const {
  const Json* json = find(key);
  if (!json) return std::nullopt;
  if (!json->is_boolean())
    return wrong(ErrorCode::kParse, key, "needs true or false, not " + shown(*json));
  return json->get<bool>();
}

Result<std::optional<std::string>> Config::text(std::string_view key) const {
  const Json* json = find(key);
  if (!json) return std::nullopt;
  if (!json->is_string()) return wrong(ErrorCode::kParse, key, "needs a text, not " + shown(*json));
  return json->get<std::string>();
}

}  // namespace ap
