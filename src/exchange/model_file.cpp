#include "exchange/model_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "exchange/model_families.hpp"

namespace ap {
namespace {

constexpr std::array<Family, 4> kFamilies{{
    {"BERT", "encoder.layer.", ".attention.self.query", ".attention.self.key",
     ".attention.self.value", ".attention.output.dense", true, false, false},
    {"DistilBERT", "transformer.layer.", ".attention.q_lin", ".attention.k_lin", ".attention.v_lin",
     ".attention.out_lin", true, false, false},
    {"GPT-2", "h.", ".attn.c_attn", ".attn.c_attn", ".attn.c_attn", ".attn.c_proj", false, true,
     false},
    {"Llama", "layers.", ".self_attn.q_proj", ".self_attn.k_proj", ".self_attn.v_proj",
     ".self_attn.o_proj", true, true, true},
}};

/// The layer's number, if the name is that of a weight of the family; the prefix goes with it.
bool matches(const std::string& name, const Family& f, std::string_view part, std::string& prefix,
             int& layer) {
  const std::string ending = std::string(part) + ".weight";
  if (!name.ends_with(ending)) return false;
  const std::size_t end = name.size() - ending.size();
  const std::size_t start = name.rfind(f.before, end);
  if (start == std::string::npos || (start > 0 && name[start - 1] != '.')) return false;
  const std::size_t digits = start + f.before.size();
  if (digits >= end) return false;
  const auto [stop, error] = std::from_chars(name.data() + digits, name.data() + end, layer);
  if (error != std::errc{} || stop != name.data() + end || layer < 0) return false;
  prefix = name.substr(0, digits);
  return true;
}

bool matches_any(const std::string& name, const Family& f, std::string& prefix, int& layer) {
  return std::ranges::any_of(std::array{f.q, f.k, f.v, f.o}, [&](std::string_view part) {
    return matches(name, f, part, prefix, layer);
  });
}

/// Shape of a weight as (in, out), or zeros where it is not there or no matrix.
Extent in_out(const OpenedFile& file, const std::string& name, bool linear) {
  const int at = file.find(name);
  if (at < 0) return {};
  const auto& shape = file.entries()[static_cast<std::size_t>(at)].shape;
  if (shape.size() != 2 || shape[0] > kMaxWidth * 3 || shape[1] > kMaxWidth * 3) return {};
  return linear ? Extent{shape[1], shape[0]} : Extent{shape[0], shape[1]};
}

int guessed_head_width(const ModelInfo& m) {
  const auto divides = [&](int k) { return m.query_columns % k == 0 && m.key_columns % k == 0; };
  if (m.family == "Llama" && m.width >= 2048 && divides(128)) return 128;
  if (m.query_columns > 64 && divides(64)) return 64;
  for (const int heads : {4, 2}) {
    if (m.query_columns % heads == 0 && divides(m.query_columns / heads))
      return m.query_columns / heads;
  }
  return m.query_columns;
}

/// The head width where something says it: config.json, or a norm of one head's query.
void know_heads(const OpenedFile& file, ModelInfo& m) {
  const int norm =
      file.find(m.prefix + std::to_string(m.layers.front()) + ".self_attn.q_norm.weight");
  m.qk_norms = norm >= 0;
  int said = 0;
  if (norm >= 0) {
    const auto& shape = file.entries()[static_cast<std::size_t>(norm)].shape;
    if (shape.size() == 1 && shape[0] < m.query_columns) said = static_cast<int>(shape[0]);
  }
  if (const auto& hints = file.hints()) {
    if (hints->head_width > 0) said = hints->head_width;
    m.rope_base = hints->rope_base;
    m.rope_scaled = hints->rope_scaled;
    const float turning = hints->rotary_part * static_cast<float>(said);
    if (hints->rotary_part < 1) m.rotary_width = 2 * static_cast<int>(turning / 2);
  }
  m.head_known = said > 0 && m.heads(said) > 0 && m.kv_heads(said) > 0;
  if (m.head_known) m.head_width = said;
}

/// Sizes from the first layer; false if they do not fit together.
bool measure(const OpenedFile& file, const Family& f, ModelInfo& m) {
  const int layer = m.layers.front();
  const Extent q = in_out(file, tensor(m, layer, f.q, ".weight"), f.linear);
  const Extent k = in_out(file, tensor(m, layer, f.k, ".weight"), f.linear);
  const Extent o = in_out(file, tensor(m, layer, f.o, ".weight"), f.linear);
  if (q.rows <= 0 || q.cols <= 0 || k.rows != q.rows || k.cols <= 0 || o.cols != q.rows)
    return false;
  if (f.fused() && q.cols % 3 != 0) return false;
  m.width = static_cast<int>(q.rows);
  m.query_columns = static_cast<int>(f.fused() ? q.cols / 3 : q.cols);
  m.key_columns = f.fused() ? m.query_columns : static_cast<int>(k.cols);
  for (const std::string_view part : {f.q, f.k, f.v, f.o})
    m.biases = m.biases || file.find(tensor(m, layer, part, ".bias")) >= 0;
  m.head_width = guessed_head_width(m);
  know_heads(file, m);
  return o.rows == m.query_columns;
}

}  // namespace

const Family& family_of(const ModelInfo& model) {
  return *std::ranges::find(kFamilies, model.family, &Family::name);
}

std::string tensor(const ModelInfo& model, int layer, std::string_view part, const char* kind) {
  return model.prefix + std::to_string(layer) + std::string(part) + kind;
}

std::string_view lacks(const OpenedFile& file, const Family& f, const ModelInfo& m, int layer) {
  for (const std::string_view part : {f.q, f.k, f.v, f.o}) {
    if (file.find(tensor(m, layer, part, ".weight")) < 0) return part;
  }
  return {};
}

std::vector<ModelInfo> find_models(const OpenedFile& file) {
  std::vector<ModelInfo> models;
  for (const FileEntry& entry : file.entries()) {
    for (const Family& f : kFamilies) {
      std::string prefix;
      int layer = 0;
      if (!matches_any(entry.name, f, prefix, layer)) continue;
      auto known = std::ranges::find_if(
          models, [&](const ModelInfo& m) { return m.family == f.name && m.prefix == prefix; });
      if (known == models.end() && models.size() < 16)
        known = models.insert(known, {std::string(f.name), prefix, {}});
      if (known != models.end()) known->layers.push_back(layer);
    }
  }
  for (ModelInfo& m : models) {
    std::ranges::sort(m.layers);
    m.layers.erase(std::ranges::unique(m.layers).begin(), m.layers.end());
    // A layer of which a part is missing: the rest may be in another file.
    const auto cut = std::ranges::stable_partition(
        m.layers, [&](int layer) { return lacks(file, family_of(m), m, layer).empty(); });
    m.partial.assign(cut.begin(), cut.end());
    m.layers.erase(cut.begin(), cut.end());
  }
  std::erase_if(models, [](const ModelInfo& m) { return m.layers.empty(); });
  std::erase_if(models, [&](ModelInfo& m) { return !measure(file, family_of(m), m); });
  std::ranges::stable_sort(models, [](const ModelInfo& a, const ModelInfo& b) {
    return a.layers.size() > b.layers.size();
  });
  return models;
}

}  // namespace ap
