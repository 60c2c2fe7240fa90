#include "attention/forward/plan.hpp"

namespace ap {

Stage Plan::attention_input() const noexcept { return pre_norm ? Stage::kNorm1 : Stage::kInput; }
Stage Plan::attended() const noexcept { return residual ? Stage::kAdded : Stage::kProjected; }
Stage Plan::middle() const noexcept { return post_norm ? Stage::kNorm1 : attended(); }
Stage Plan::mlp_input() const noexcept { return pre_norm ? Stage::kNorm2 : middle(); }
Stage Plan::mlp_result() const noexcept { return residual ? Stage::kMlpAdded : Stage::kMlpOut; }

Stage Plan::last() const noexcept {
  if (!mlp) return middle();
  return post_norm ? Stage::kNorm2 : mlp_result();
}

Plan plan(const Model& model, bool has_mask) noexcept {
  const PositionKind positions = model.positions.kind;
  const bool normed = model.norm != NormKind::kNone;
  const bool alibi = positions == PositionKind::kAlibi;
  return {
      .added_positions =
          positions == PositionKind::kSinusoidal || positions == PositionKind::kLearned,
      .rope = positions == PositionKind::kRope,
      .alibi = alibi,
      .pre_norm = normed && model.norm_place == NormPlace::kPre,
      .post_norm = normed && model.norm_place == NormPlace::kPost,
      .mlp = model.mlp != MlpKind::kNone,
      .swiglu = model.mlp == MlpKind::kSwiglu,
      .residual = model.residual,
      .scaled = model.scale != ScaleKind::kOff,
      .capped = model.softcap > 0.0F,
      .masked = has_mask || alibi,
  };
}

bool has_mask(const Model& model, const Input& input) noexcept {
  return model.causal || input.mask != nullptr || input.kv_length >= 0 || model.windowed();
}

}  // namespace ap
