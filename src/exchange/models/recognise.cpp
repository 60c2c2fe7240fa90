#include "exchange/models/recognise.hpp"

#include <algorithm>
#include <set>

namespace ap {
namespace {

constexpr char kBody = '~';

bool has_type(const Family& family, std::string_view type) noexcept {
  return std::ranges::find(family.model_types, type) != family.model_types.end();
}

/// GPT-2's fused matrix is in x out, nanoGPT's of the same name out x in.
bool is_linear_gpt2(const TensorTable& table) {
  for (const auto& [name, tensor] : table.tensors()) {
    if (!name.ends_with("h.0.attn.c_attn.weight") || tensor.shape.size() != 2) continue;
    return tensor.shape[0] > tensor.shape[1];
  }
  return false;
}
const Family* of_orientation(const Family* family, const TensorTable& table) {
  const bool gpt2 = family == &gpt2_family() || family == &nanogpt_family();
  if (!gpt2) return family;
  return is_linear_gpt2(table) ? &nanogpt_family() : &gpt2_family();
}

std::string known_types() {
  std::string text;
  for (const Family* family : families())
    for (const std::string_view type : family->model_types)
      if (!type.starts_with("gguf:")) text += (text.empty() ? "" : ", ") + std::string(type);
  return text;
}

Result<const Family*> by_config(const Config& config) {
  const auto gguf = config.text("gguf");
  if (!gguf) return std::unexpected(gguf.error());
  const auto type = config.text("model_type");
  if (!type) return std::unexpected(type.error());
  if (*gguf || *type) {
    const std::string wanted = *gguf ? "gguf:" + **gguf : **type;
    for (const Family* family : families())
      if (has_type(*family, wanted)) return family;
    const std::string shown = "'" + (*gguf ? **gguf : **type).substr(0, 60) + "'";
    if (*gguf) {
      return config.wrong(ErrorCode::kUnsupported, "general.architecture",
                          shown +
                              " cannot be computed; gpt2, llama, qwen2, qwen3, gptneox, gemma "
                              "and gemma2 can");
    }
    return config.wrong(ErrorCode::kUnsupported, "model_type",
                        shown + " is no family that can be computed; these are: " + known_types());
  }
  const auto* list = config.find("architectures");
  if (!list || !list->is_array()) return nullptr;
  for (const auto& item : *list)
    for (const Family* family : families())
      if (item.is_string() &&
          std::ranges::find(family->architectures, item.get_ref<const std::string&>()) !=
              family->architectures.end())
        return family;
  return nullptr;
}

}  // namespace

std::string at_layer(std::string_view pattern, int layer) {
  std::string text(pattern);
  if (const auto at = text.find("{l}"); at != std::string::npos)
    text.replace(at, 3, std::to_string(layer));
  return text;
}

std::vector<const Family*> families() {
  return {&gemma2_family(),
          &llama_family(),
          &gemma_family(),
          &gpt_neox_family(),
          &gpt_neo_family(),
          &gpt2_family(),
          &nanogpt_family(),
          &bert_family(),
          &roberta_family(),
          &distilbert_family(),
          &transformer_lens_family(),
          &gguf_llama_family(),
          &gguf_qwen_family(),
          &gguf_gpt2_family(),
          &gguf_gpt_neox_family(),
          &gguf_gemma_family(),
          &gguf_gemma2_family()};
}

Result<void> TensorNames::find_prefix(std::string_view where) {
  const auto query = std::ranges::find(family_->parts, Slot::kQ, &Part::slot);
  if (query == family_->parts.end() || query->names.front().front() != kBody) return {};
  const std::string ending = at_layer(query->names.front().substr(1), 0);
  std::set<std::string> found;
  for (const auto& [name, tensor] : table_->tensors()) {
    if (!name.ends_with(ending)) continue;
    const std::string before = name.substr(0, name.size() - ending.size());
    if (before.empty() || before.ends_with('.')) found.insert(before);
  }
  const std::string body(family_->body);
  if (found.size() > 1 && found.contains(body)) found = {body};
  if (found.size() > 1) {
    return fail(ErrorCode::kParse,
                "holds two models, '" + *found.begin() + "' and '" + *found.rbegin() +
                    "'; one can be opened at a time",
                std::string(where));
  }
  prefix_ = found.empty() ? body : *found.begin();
  before_ = prefix_.ends_with(body) ? prefix_.substr(0, prefix_.size() - body.size()) : "";
  return {};
}

std::string TensorNames::full(std::string_view pattern, int layer) const {
  if (!pattern.starts_with(kBody)) return before_ + at_layer(pattern, layer);
  return prefix_ + at_layer(pattern.substr(1), layer);
}

const StoredTensor* TensorNames::find(std::string_view pattern, int layer) const {
  if (const auto* tensor = table_->find(full(pattern, layer))) return tensor;
  if (pattern.starts_with(kBody)) return nullptr;
  // A head beside the body, or inside whatever holds the body.
  if (const auto* tensor = table_->find(at_layer(pattern, layer))) return tensor;
  return table_->find(prefix_ + at_layer(pattern, layer));
}

const StoredTensor* TensorNames::find(const Part& part, int layer) const {
  for (const std::string_view name : part.names)
    if (const auto* tensor = find(name, layer)) return tensor;
  return nullptr;
}

std::string TensorNames::name(const Part& part, int layer) const {
  return full(part.names.front(), layer);
}

Result<TensorNames> recognise(const TensorTable& table, const Config& config,
                              std::string_view where) {
  const auto said = by_config(config);
  if (!said) return std::unexpected(said.error());
  const auto with = [&](const Family* family) -> Result<TensorNames> {
    TensorNames names(table, *of_orientation(family, table));
    if (auto ok = names.find_prefix(where); !ok) return std::unexpected(ok.error());
    return names;
  };
  if (*said) return with(*said);
  for (const Family* family : families()) {
    if (family->signature.empty()) continue;
    TensorNames names(table, *family);
    if (!names.find_prefix(where)) continue;
    const auto there = [&](std::string_view pattern) { return names.find(pattern) != nullptr; };
    if (std::ranges::all_of(family->signature, there)) return with(family);
  }
  const std::string first =
      table.tensors().empty()
          ? ""
          : " (its first is '" + table.tensors().begin()->first.substr(0, 60) + "')";
  return fail(ErrorCode::kUnsupported,
              "has no tensors of a family that can be computed" + first +
                  "; a config.json beside it with model_type would say what it is",
              std::string(where));
}

}  // namespace ap
