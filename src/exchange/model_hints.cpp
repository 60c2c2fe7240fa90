#include "exchange/model_hints.hpp"

#include <algorithm>
#include <initializer_list>

#include "playground/json/read.hpp"

namespace ap {
namespace {

using Json = nlohmann::json;
using Keys = std::initializer_list<const char*>;

Error placed(Error error, std::string_view where) {
  error.where = std::string(where) + (error.where.empty() ? "" : ", " + error.where);
  return error;
}

/// The first of the keys that has a number; what it says of text stands in its own object where a
/// model does more than text.
double number(const Json& json, Keys keys) {
  for (const char* key : keys) {
    const auto it = json.find(key);
    if (it != json.end() && it->is_number()) return it->get<double>();
  }
  return 0;
}
int whole(const Json& json, Keys keys) {
  const double value = number(json, keys);
  return value >= 1 && value <= 1e6 ? static_cast<int>(value) : 0;
}

void read_rope(const Json& json, ModelHints& hints) {
  hints.rope_base = static_cast<float>(number(json, {"rope_theta", "rotary_emb_base"}));
  hints.rotary_part = static_cast<float>(number(json, {"partial_rotary_factor", "rotary_pct"}));
  for (const char* key : {"rope_parameters", "rope_scaling"}) {
    const auto it = json.find(key);
    if (it == json.end() || !it->is_object()) continue;
    if (hints.rope_base <= 0) hints.rope_base = static_cast<float>(number(*it, {"rope_theta"}));
    if (hints.rotary_part <= 0)
      hints.rotary_part = static_cast<float>(number(*it, {"partial_rotary_factor"}));
    const auto type = it->contains("rope_type") ? it->find("rope_type") : it->find("type");
    hints.rope_scaled =
        hints.rope_scaled || (type != it->end() && type->is_string() && *type != "default");
  }
  if (hints.rotary_part <= 0 || hints.rotary_part > 1) hints.rotary_part = 1;
}

}  // namespace

Result<ModelHints> read_model_hints(std::string_view text, std::string_view where) {
  const auto whole_json = parse_json(text);
  if (!whole_json) return std::unexpected(placed(whole_json.error(), where));
  ModelHints hints;
  if (!whole_json->is_object()) return hints;
  const auto inner = whole_json->find("text_config");
  const Json& json = inner != whole_json->end() && inner->is_object() ? *inner : *whole_json;
  hints.width = whole(json, {"hidden_size", "n_embd", "dim", "d_model"});
  hints.heads = whole(json, {"num_attention_heads", "n_head", "n_heads"});
  hints.kv_heads = whole(json, {"num_key_value_heads"});
  if (hints.kv_heads == 0) hints.kv_heads = hints.heads;
  hints.head_width = whole(json, {"head_dim"});
  if (hints.head_width == 0 && hints.heads > 0 && hints.width % hints.heads == 0)
    hints.head_width = hints.width / hints.heads;
  read_rope(json, hints);
  return hints;
}

Result<std::vector<std::string>> shard_names(std::string_view text, std::string_view where) {
  std::vector<std::string> names;
  if (text.find("\"weight_map\"") == std::string_view::npos) return names;
  const auto json = parse_json(text);
  if (!json) return std::unexpected(placed(json.error(), where));
  if (!json->is_object() || !json->contains("weight_map")) return names;
  const Json& map = (*json)["weight_map"];
  if (!map.is_object()) return names;
  for (const Json& item : map) {
    if (!item.is_string())
      return fail(ErrorCode::kParse, "weight_map names no file", std::string(where));
    const auto& name = item.get_ref<const std::string&>();
    if (name.empty() || name.find_first_of("/\\:") != std::string::npos || name.front() == '.') {
      return fail(ErrorCode::kParse,
                  "weight_map names a file elsewhere: '" + name.substr(0, 80) + "'",
                  std::string(where));
    }
    names.push_back(name);
  }
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

}  // namespace ap
