#include "io/containers/llama2c.hpp"

#include <array>
#include <cstring>

namespace ap {
namespace {

constexpr std::size_t kHeader = 7 * sizeof(std::int32_t);

/// One tensor of each layer, or of the model where `layered` is false.
struct Part {
  std::string_view name;  // {l}: the layer
  std::int64_t rows;      // 1: a row
  std::int64_t cols;
  bool layered;
  bool used;
};

/// The order of the file.
std::vector<Part> parts_of(const Llama2c& m) {
  const std::int64_t d = m.width;
  const std::int64_t f = m.mlp_width;
  const std::int64_t k = d / m.heads;
  std::vector<Part> parts{
      {"model.embed_tokens.weight", m.vocabulary, d, false, true},
      {"model.layers.{l}.input_layernorm.weight", 1, d, true, true},
      {"model.layers.{l}.self_attn.q_proj.weight", d, d, true, true},
      {"model.layers.{l}.self_attn.k_proj.weight", m.kv_heads * k, d, true, true},
      {"model.layers.{l}.self_attn.v_proj.weight", m.kv_heads * k, d, true, true},
      {"model.layers.{l}.self_attn.o_proj.weight", d, d, true, true},
      {"model.layers.{l}.post_attention_layernorm.weight", 1, d, true, true},
      {"model.layers.{l}.mlp.gate_proj.weight", f, d, true, true},
      {"model.layers.{l}.mlp.down_proj.weight", d, f, true, true},
      {"model.layers.{l}.mlp.up_proj.weight", f, d, true, true},
      {"model.norm.weight", 1, d, false, true},
      // Cosines and sines of the positions: computed, not read.
      {"freq_cis_real", m.context, k / 2, false, false},
      {"freq_cis_imag", m.context, k / 2, false, false}};
  if (!m.tied) parts.push_back({"lm_head.weight", m.vocabulary, d, false, true});
  return parts;
}

/// The header alone; kParse where it is none.
Result<Llama2c> read_header(std::span<const unsigned char> bytes, std::string_view where) {
  if (bytes.size() < kHeader)
    return fail(ErrorCode::kParse, "is too short for a llama2.c model", std::string(where));
  std::array<std::int32_t, 7> n{};
  std::memcpy(n.data(), bytes.data(), kHeader);
  constexpr std::uint32_t kVersioned = 0x616B3432;  // "ak42": versions 1 and 2
  if (static_cast<std::uint32_t>(n[0]) == kVersioned) {
    return fail(ErrorCode::kUnsupported,
                "is llama2.c of version " + std::to_string(n[1]) +
                    "; version 0 can be read (export.py --version 0)",
                std::string(where));
  }
  Llama2c m;
  m.width = n[0];
  m.mlp_width = n[1];
  m.layers = n[2];
  m.heads = n[3];
  m.kv_heads = n[4];
  m.tied = n[5] > 0;
  // The least int32 has no positive one.
  m.vocabulary = n[5] > 0 ? n[5] : n[5] < -(1 << 28) ? 0 : -n[5];
  m.context = n[6];
  constexpr int kMost = 1 << 28;
  for (const int x : {m.width, m.mlp_width, m.layers, m.heads, m.kv_heads, m.vocabulary, m.context})
    if (x <= 0 || x > kMost)
      return fail(ErrorCode::kParse, "is not a llama2.c model: its first seven numbers are none",
                  std::string(where));
  if (m.width % m.heads != 0 || m.heads % m.kv_heads != 0 || m.layers > 1024 ||
      m.width > (1 << 20) || m.mlp_width > (1 << 24)) {
    return fail(ErrorCode::kParse,
                "is not a llama2.c model: " + std::to_string(m.heads) + " heads and " +
                    std::to_string(m.kv_heads) + " key heads do not fit a width of " +
                    std::to_string(m.width),
                std::string(where));
  }
  return m;
}

/// Below 2^62: the header's limits see to it.
std::uint64_t file_bytes(const Llama2c& m) {
  std::uint64_t numbers = 0;
  for (const Part& p : parts_of(m))
    numbers += static_cast<std::uint64_t>(p.rows) * static_cast<std::uint64_t>(p.cols) *
               static_cast<std::uint64_t>(p.layered ? m.layers : 1);
  return kHeader + numbers * sizeof(float);
}

std::string named(std::string_view pattern, int layer) {
  std::string out(pattern);
  if (const auto at = out.find("{l}"); at != std::string::npos)
    out.replace(at, 3, std::to_string(layer));
  return out;
}

}  // namespace

bool is_llama2c(std::span<const unsigned char> bytes) noexcept {
  const auto header = read_header(bytes, "");
  return header && file_bytes(*header) == bytes.size();
}

Result<Llama2c> read_llama2c(const SharedBytes& file, std::string_view where) {
  auto m = read_header(file.bytes, where);
  if (!m) return m;
  const std::uint64_t needed = file_bytes(*m);
  if (needed != file.bytes.size()) {
    return fail(ErrorCode::kParse,
                "has " + std::to_string(file.bytes.size()) + " bytes; a llama2.c model of " +
                    std::to_string(m->layers) + " layers of width " + std::to_string(m->width) +
                    " has " + std::to_string(needed) +
                    (needed > file.bytes.size() ? ": it is cut off, or no such model"
                                                : ": it is no such model"),
                std::string(where));
  }
  std::uint64_t at = kHeader;
  for (const Part& p : parts_of(*m)) {
    const auto bytes = static_cast<std::uint64_t>(p.rows * p.cols) * sizeof(float);
    for (int l = 0; l < (p.layered ? m->layers : 1); ++l, at += bytes) {
      if (!p.used) continue;
      StoredTensor t{named(p.name, l), StoredType::kF32, "F32", {}, file.part(at, bytes)};
      if (!p.name.ends_with("norm.weight")) t.shape.push_back(p.rows);
      t.shape.push_back(p.cols);
      if (auto ok = m->tensors.add(std::move(t), where); !ok) return std::unexpected(ok.error());
    }
  }
  return m;
}

}  // namespace ap
