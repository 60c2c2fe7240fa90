#include "attention/model/tensor_id.hpp"

#include <algorithm>
#include <utility>

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
    {"table", kParameter | kBefore},
    {"segment", kParameter | kBefore},
    {"embedding_sum", kBefore},
    {"embedding_norm_gain", kParameter | kBefore},
    {"embedding_norm_bias", kParameter | kBefore},
    {"q_norm", kParameter},
    {"k_norm", kParameter},
    {"q_normed", kHead},
    {"k_normed", kHead},
    {"gates", kParameter},
    {"post_norm1_gain", kParameter},
    {"post_norm1_bias", kParameter},
    {"post_norm1", 0},
    {"post_norm2_gain", kParameter},
    {"post_norm2_bias", kParameter},
    {"post_norm2", 0},
    {"mlp_gate", kParameter},
    {"mlp_gated", 0},
    {"head_transform", kParameter | kBefore},
    {"head_transform_bias", kParameter | kBefore},
    {"transformed", kBefore},
    {"activated", kBefore},
    {"final_norm_gain", kParameter | kBefore},
    {"final_norm_bias", kParameter | kBefore},
    {"final", kBefore},
    {"unembedding", kParameter | kBefore},
    {"unembedding_bias", kParameter | kBefore},
    {"uncapped", kBefore},
    {"logits", kBefore},
    {"probabilities", kBefore},
}};

/// Those of language models, each put behind the stage named first.
constexpr std::pair<Stage, Stage> kPlaces[] = {
    {Stage::kPositions, Stage::kSegment},
    {Stage::kSegment, Stage::kEmbeddingSum},
    {Stage::kEmbeddingSum, Stage::kEmbeddingNormGain},
    {Stage::kEmbeddingNormGain, Stage::kEmbeddingNormBias},
    {Stage::kV, Stage::kQNormGain},
    {Stage::kQNormGain, Stage::kKNormGain},
    {Stage::kKNormGain, Stage::kQNormed},
    {Stage::kQNormed, Stage::kKNormed},
    {Stage::kHeadOut, Stage::kGates},
    {Stage::kProjected, Stage::kPostNorm1Gain},
    {Stage::kPostNorm1Gain, Stage::kPostNorm1Bias},
    {Stage::kPostNorm1Bias, Stage::kPostNorm1},
    {Stage::kMlpOut, Stage::kPostNorm2Gain},
    {Stage::kPostNorm2Gain, Stage::kPostNorm2Bias},
    {Stage::kPostNorm2Bias, Stage::kPostNorm2},
    {Stage::kPostNorm2, Stage::kMlpGate},
    {Stage::kMlpGate, Stage::kMlpGated},
};

/// The table first, then the stages in their old order with those of kPlaces, then the head's.
constexpr std::array<Stage, kStageCount> make_order() {
  std::array<Stage, kStageCount> order{};
  std::size_t n = 0;
  order[n++] = Stage::kTable;
  for (int s = 0; s <= static_cast<int>(Stage::kTemperature); ++s) {
    order[n++] = static_cast<Stage>(s);
    for (const auto& [before, stage] : kPlaces) {
      if (order[n - 1] == before) order[n++] = stage;
    }
  }
  const std::size_t placed = n;
  for (int s = static_cast<int>(Stage::kTable); s < kStageCount; ++s) {
    bool there = false;
    for (std::size_t i = 0; i < placed; ++i) there |= order[i] == static_cast<Stage>(s);
    if (!there) order[n++] = static_cast<Stage>(s);
  }
  return order;
}
constexpr std::array<Stage, kStageCount> kOrder = make_order();

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

std::span<const Stage, kStageCount> stages_in_order() noexcept { return kOrder; }

bool per_head(Stage stage) noexcept { return has_flag(stage, kHead); }
bool is_parameter(Stage stage) noexcept { return has_flag(stage, kParameter); }
bool before_layers(Stage stage) noexcept { return has_flag(stage, kBefore); }

}  // namespace ap
