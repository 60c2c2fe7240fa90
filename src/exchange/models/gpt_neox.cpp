// GPT-NeoX (Pythia): Q, K and V of a head beside each other, RoPE of a part of it, attention and
// MLP side by side.
#include "exchange/models/rules.hpp"

namespace ap {
namespace {

Result<void> more(const Config& config, Spec& spec) {
  if (spec.tied == Answer::kUnknown) spec.tied = Answer::kNo;
  return read_rope_scaling(config, spec);
}

}  // namespace

const Family& gpt_neox_family() {
  static const std::string_view fused = "~layers.{l}.attention.query_key_value.weight";
  static const std::string_view fused_bias = "~layers.{l}.attention.query_key_value.bias";
  static const Family family{
      .name = "GPT-NeoX",
      .model_types = {"gpt_neox"},
      .architectures = {"GPTNeoXForCausalLM", "GPTNeoXModel"},
      .body = "gpt_neox.",
      .signature = {"~layers.0.attention.query_key_value.weight", "~embed_in.weight"},
      .start = {.positions = PositionKind::kRope, .rotary_part = 0.25F, .parallel = true},
      .keys = {{{"hidden_size"}, &Spec::width},
               {{"num_hidden_layers"}, &Spec::layers},
               {{"num_attention_heads"}, &Spec::heads, Otherwise::kMust},
               {{"max_position_embeddings"}, &Spec::context, Otherwise::kFree},
               {{"intermediate_size"}, &Spec::mlp_width},
               {{"vocab_size"}, &Spec::vocabulary},
               {{"layer_norm_eps"}, &Spec::epsilon, Otherwise::kDefault},
               {{"rotary_pct", "partial_rotary_factor", "rope_parameters.partial_rotary_factor"},
                &Spec::rotary_part,
                Otherwise::kDefault},
               {{"rotary_emb_base", "rope_theta", "rope_parameters.rope_theta"},
                &Spec::rope_base,
                Otherwise::kDefault},
               {{"use_parallel_residual"}, &Spec::parallel, Otherwise::kDefault},
               {{"attention_bias"}, &Spec::bias, Otherwise::kFree},
               {{"tie_word_embeddings"}, &Spec::tied, Otherwise::kFree}},
      .activation = {"hidden_act"},
      .default_activation = "gelu",
      .parts = {{Slot::kTable, {"~embed_in.weight"}},
                {Slot::kNorm1Gain, {"~layers.{l}.input_layernorm.weight"}},
                {Slot::kNorm1Bias, {"~layers.{l}.input_layernorm.bias"}},
                {Slot::kQ, {fused}, Layout::kLinearByHead},
                {Slot::kK, {fused}, Layout::kLinearByHead},
                {Slot::kV, {fused}, Layout::kLinearByHead},
                {Slot::kQBias, {fused_bias}, Layout::kLinearByHead, Need::kEven, &Spec::bias},
                {Slot::kKBias, {fused_bias}, Layout::kLinearByHead, Need::kEven, &Spec::bias},
                {Slot::kVBias, {fused_bias}, Layout::kLinearByHead, Need::kEven, &Spec::bias},
                {Slot::kO, {"~layers.{l}.attention.dense.weight"}, Layout::kLinear},
                {Slot::kOBias,
                 {"~layers.{l}.attention.dense.bias"},
                 Layout::kPlain,
                 Need::kEven,
                 &Spec::bias},
                {Slot::kNorm2Gain, {"~layers.{l}.post_attention_layernorm.weight"}},
                {Slot::kNorm2Bias, {"~layers.{l}.post_attention_layernorm.bias"}},
                {Slot::kUp, {"~layers.{l}.mlp.dense_h_to_4h.weight"}, Layout::kLinear},
                {Slot::kUpBias, {"~layers.{l}.mlp.dense_h_to_4h.bias"}},
                {Slot::kDown, {"~layers.{l}.mlp.dense_4h_to_h.weight"}, Layout::kLinear},
                {Slot::kDownBias, {"~layers.{l}.mlp.dense_4h_to_h.bias"}},
                {Slot::kFinalNormGain, {"~final_layer_norm.weight"}},
                {Slot::kFinalNormBias, {"~final_layer_norm.bias"}},
                {Slot::kUnembedding,
                 {"embed_out.weight", "lm_head.weight"},
                 Layout::kPlain,
                 Need::kUntied}},
      .ignored = {".attention.bias", ".attention.masked_bias", ".rotary_emb.inv_freq"},
      .refused = {{"lora_", "an adapter"}},
      .more = more};
  return family;
}

}  // namespace ap
