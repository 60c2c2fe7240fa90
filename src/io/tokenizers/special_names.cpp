#include "io/tokenizers/special_names.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace ap::tokenizer_file {
namespace {

struct Role {
  const char* key;
  std::optional<int> TokenizerSpec::* id;
  std::array<std::string_view, 7> names;  // the usual ones, the surest first
};
constexpr std::array<Role, 4> kRoles = {
    {{"bos_token",
      &TokenizerSpec::bos,
      {"<s>", "<bos>", "<|begin_of_text|>", "<|endoftext|>", "[CLS]", "", ""}},
     {"eos_token",
      &TokenizerSpec::eos,
      {"</s>", "<eos>", "<|end_of_text|>", "<|endoftext|>", "<|im_end|>", "[SEP]", ""}},
     {"pad_token", &TokenizerSpec::pad, {"<pad>", "[PAD]", "<|padding|>", "", "", "", ""}},
     {"mask_token", &TokenizerSpec::mask, {"<mask>", "[MASK]", "", "", "", "", ""}}}};

/// "bos_token": "<s>" or {"content": "<s>", ...}
std::optional<std::string> named(const Json& config, const char* key) {
  const auto found = config.find(key);
  if (found == config.end()) return std::nullopt;
  if (found->is_string()) return found->get<std::string>();
  if (found->is_object() && found->contains("content") && (*found)["content"].is_string())
    return (*found)["content"].get<std::string>();
  return std::nullopt;
}

}  // namespace

Result<void> name_special(std::string_view config, TokenizerSpec& spec,
                          std::vector<std::string>& notes) {
  std::unordered_map<std::string_view, int> ids;
  for (const auto& [text, id] : spec.vocabulary) ids.emplace(text, id);
  std::unordered_map<std::string_view, int> special;
  for (const AddedToken& token : spec.added) {
    ids.emplace(token.content, token.id);
    if (token.special) special.emplace(token.content, token.id);
  }
  Json json = Json::object();
  if (!config.empty()) {
    auto parsed = parse_json(config, "tokenizer_config.json");
    if (!parsed) return std::unexpected(parsed.error());
    json = std::move(*parsed);
  }
  for (const Role& role : kRoles) {
    if (spec.*role.id) continue;
    if (json.contains(role.key)) {
      const auto name = named(json, role.key);
      if (!name) continue;  // null: there is none
      const auto found = ids.find(*name);
      if (found != ids.end()) {
        spec.*role.id = found->second;
      } else {
        notes.push_back("tokenizer_config.json names " + *name + " as " + role.key +
                        ", which is not in the vocabulary; it is left out.");
      }
      continue;
    }
    for (const std::string_view name : role.names) {
      const auto found = special.find(name);
      if (name.empty() || found == special.end()) continue;
      spec.*role.id = found->second;
      break;
    }
  }
  return {};
}

}  // namespace ap::tokenizer_file
