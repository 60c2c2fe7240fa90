#include "attention/forward/plan.hpp"

namespace ap {

Stage Plan::attention_input() const noexcept { return pre_norm ? Stage::kNorm1 : Stage::kInput; }
Stage Plan::attended() const noexcept { return residual ? Stage::kAdded : Stage::kProjected; }
Stage Plan::middle() const noexcept { return post_norm ? Stage::kNorm1 : attended(); }
Stage Plan::attention_part() const noexcept {
  return sandwich ? Stage::kPostNorm1 : Stage::kProjected;
}
Stage Plan::mlp_source() const noexcept { return parallel ? Stage::kInput : middle(); }
Stage Plan::mlp_input() const noexcept { return pre_norm ? Stage::kNorm2 : mlp_source(); }
Stage Plan::mlp_part() const noexcept { return sandwich ? Stage::kPostNorm2 : Stage::kMlpOut; }
Stage Plan::mlp_result() const noexcept { return residual ? Stage::kMlpAdded : Stage::kMlpOut; }

Stage Plan::last() const noexcept {
  if (!mlp) return middle();
  return post_norm ? Stage::kNorm2 : mlp_result();
}

Stage Plan::final() const noexcept {
  if (final_norm) return Stage::kFinal;
  if (!transform) return Stage::kOutput;
  return activation ? Stage::kActivated : Stage::kTransformed;
}

Plan plan(const Model& model, bool has_mask) noexcept {
  const PositionKind positions = model.positions.kind;
  const bool normed = model.norm != NormKind::kNone;
  const bool alibi = positions == PositionKind::kAlibi;
  const bool sandwich = normed && model.norm_place == NormPlace::kSandwich;
  const Language* const language = model.language ? &*model.language : nullptr;
  return {
      .added_positions =
          positions == PositionKind::kSinusoidal || positions == PositionKind::kLearned,
      .rope = positions == PositionKind::kRope,
      .alibi = alibi,
      .segment = language != nullptr && language->segment != nullptr,
      .embedding_norm = language != nullptr && language->embedding_norm.gain != nullptr,
      .qk_norm = model.qk_norm(),
      .pre_norm = normed && model.norm_place != NormPlace::kPost,
      .post_norm = normed && model.norm_place == NormPlace::kPost,
      .sandwich = sandwich,
      .mlp = model.mlp != MlpKind::kNone,
      .gated = is_gated(model.mlp),
      .residual = model.residual,
      .parallel = model.parallel,
      .scaled = model.scale != ScaleKind::kOff,
      .capped = model.softcap > 0.0F,
      .masked = has_mask || alibi,
      .language = language != nullptr,
      .transform = language != nullptr && language->transformed(),
      .activation = language != nullptr && language->activation != MlpKind::kNone,
      .final_norm = language != nullptr && language->final_norm.gain != nullptr,
      .logits_capped = language != nullptr && language->softcap > 0.0F,
  };
}

bool has_mask(const Model& model, const Input& input) noexcept {
  return model.causal || input.mask != nullptr || input.kv_length >= 0 || model.windowed();
}

}  // namespace ap
