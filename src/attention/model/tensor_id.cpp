#include "attention/model/tensor_id.hpp"

#include <algorithm>

namespace ap {
namespace {

constexpr unsigned kHead = 1;       // one matrix a head
constexpr unsigned kParameter = 2;  // set, not computed
constexpr unsigned kBefore = 4;     // belongs to no layer

struct StageInfo {
  std::string_view name;
  unsigned flags;
};

// In the order of Stage.
constexpr std::array<StageInfo, kStageCount> kStages{{
    {"embeddings", kParameter | kBefore},
    {"positions", kBefore | kHead},
    {"input", 0},
    {"source_embeddings", kParameter | kBefore},
    {"source_positions", kBefore},
    {"source_input", kBefore},
    {"norm1", 0},
    {"w_q", kHead | kParameter},
    {"w_k", kHead | kParameter},
    {"w_v", kHead | kParameter},
    {"b_q", kHead | kParameter},
    {"b_k", kHead | kParameter},
    {"b_v", kHead | kParameter},
    {"q", kHead},
    {"k", kHead},
    {"v", kHead},
    {"q_rotated", kHead},
    {"k_rotated", kHead},
    {"scores", kHead},
    {"scaled", kHead},
    {"capped", kHead},
    {"mask", kParameter | kBefore},
    {"masked", kHead},
    {"weights", kHead},
    {"head_out", kHead},
    {"concat", 0},
    {"w_o", kParameter},
    {"b_o", kParameter},
    {"projected", 0},
    {"added", 0},
    {"norm2", 0},
    {"w_gate", kParameter},
    {"b_gate", kParameter},
    {"w_up", kParameter},
    {"b_up", kParameter},
    {"gate", 0},
    {"up", 0},
    {"hidden", 0},
    {"w_down", kParameter},
    {"b_down", kParameter},
    {"mlp_out", 0},
    {"mlp_added", 0},
    {"output", 0},
    {"norm1_gain", kParameter},
    {"norm1_bias", kParameter},
    {"norm2_gain", kParameter},
    {"norm2_bias", kParameter},
    {"temperature", kParameter},
}};

bool has_flag(Stage stage, unsigned flag) noexcept {
  return (kStages[static_cast<std::size_t>(stage)].flags & flag) != 0;
}

}  // namespace

std::string_view name(Stage stage) noexcept {
  return kStages[static_cast<std::size_t>(stage)].name;
}

std::optional<Stage> stage_from(std::string_view name) noexcept {
  const auto* it = std::ranges::find(kStages, name, &StageInfo::name);
  if (it == kStages.end()) return std::nullopt;
  return static_cast<Stage>(it - kStages.begin());
}

bool per_head(Stage stage) noexcept { return has_flag(stage, kHead); }
bool is_parameter(Stage stage) noexcept { return has_flag(stage, kParameter); }
bool before_layers(Stage stage) noexcept { return has_flag(stage, kBefore); }

}  // namespace ap
