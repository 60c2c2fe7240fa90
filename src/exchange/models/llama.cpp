// Llama and its kin (Llama 2 and 3, TinyLlama, SmolLM, Mistral, Qwen 2, 2.5 and 3) and llama2.c's
// files: RMSNorm, SwiGLU, RoPE, grouped heads. What differs: biases of Q, K and V (Qwen 2), norms
// of queries and keys (Qwen 3), a window (Mistral: every layer; Qwen: from a layer on), the
// pairing.
#include "exchange/models/rules.hpp"

namespace ap {
namespace {

/// Qwen 2 and 3: layers from max_window_layers on, if use_sliding_window says so.
bool qwen_window(const Config& config, int layer) {
  const auto used = config.boolean("use_sliding_window");
  const auto first = config.integer("max_window_layers");
  return used && used->value_or(false) && first && layer >= first->value_or(28);
}
bool every_layer(const Config& /*config*/, int /*layer*/) { return true; }
bool no_layer(const Config& /*config*/, int /*layer*/) { return false; }

Result<void> more(const Config& config, Spec& spec) {
  const auto type = config.text("model_type");
  if (!type) return std::unexpected(type.error());
  const std::string model = type->value_or("");
  if (auto ok = read_rope_scaling(config, spec); !ok) return ok;
  spec.interleaved = model == "llama2.c";
  if (model == "qwen2") {
    spec.bias = Answer::kYes;
    spec.output_bias = Answer::kNo;
  } else {
    spec.output_bias = spec.bias;
  }
  spec.qk_norm = model == "qwen3" ? Answer::kYes : model.empty() ? Answer::kUnknown : Answer::kNo;
  const bool mistral = model == "mistral";
  const bool qwen = model.starts_with("qwen");
  // A key left out is its default, null is none.
  const bool mentioned = config.mentions("sliding_window");
  if (!mentioned && config.given() && (mistral || qwen)) spec.window = 4096;
  if (mistral && spec.window == 0) return {};
  return read_windows(config, spec, mistral ? every_layer : qwen ? qwen_window : no_layer);
}

}  // namespace

const Family& llama_family() {
  static const Family family{
      .name = "Llama",
      .model_types = {"llama", "mistral", "qwen2", "qwen3", "llama2.c"},
      .architectures = {"LlamaForCausalLM", "MistralForCausalLM", "Qwen2ForCausalLM",
                        "Qwen3ForCausalLM", "LlamaModel"},
      .body = "model.",
      .signature = {"~layers.0.self_attn.q_proj.weight", "~layers.0.mlp.gate_proj.weight",
                    "~embed_tokens.weight"},
      .start = {.norm = NormKind::kRmsNorm, .epsilon = 1e-6F, .positions = PositionKind::kRope},
      .keys = {{{"hidden_size"}, &Spec::width},
               {{"num_hidden_layers"}, &Spec::layers},
               {{"num_attention_heads"}, &Spec::heads, Otherwise::kMust},
               {{"num_key_value_heads"}, &Spec::kv_heads},
               {{"head_dim"}, &Spec::head_width},
               {{"intermediate_size"}, &Spec::mlp_width},
               {{"max_position_embeddings"}, &Spec::context, Otherwise::kFree},
               {{"vocab_size"}, &Spec::vocabulary},
               {{"rms_norm_eps"}, &Spec::epsilon, Otherwise::kDefault},
               {{"rope_theta", "rope_parameters.rope_theta"},
                &Spec::rope_base,
                Otherwise::kDefault},
               {{"sliding_window"}, &Spec::window, Otherwise::kFree},
               {{"attention_bias"}, &Spec::bias, Otherwise::kFree},
               {{"mlp_bias"}, &Spec::mlp_bias, Otherwise::kFree},
               {{"tie_word_embeddings"}, &Spec::tied, Otherwise::kFree}},
      .activation = {"hidden_act"},
      .default_activation = "silu",
      .gated = true,
      .parts = {{Slot::kTable, {"~embed_tokens.weight"}},
                {Slot::kNorm1Gain, {"~layers.{l}.input_layernorm.weight"}},
                {Slot::kQ, {"~layers.{l}.self_attn.q_proj.weight"}, Layout::kLinear},
                {Slot::kK, {"~layers.{l}.self_attn.k_proj.weight"}, Layout::kLinear},
                {Slot::kV, {"~layers.{l}.self_attn.v_proj.weight"}, Layout::kLinear},
                {Slot::kO, {"~layers.{l}.self_attn.o_proj.weight"}, Layout::kLinear},
                {Slot::kQBias,
                 {"~layers.{l}.self_attn.q_proj.bias"},
                 Layout::kPlain,
                 Need::kEven,
                 &Spec::bias},
                {Slot::kKBias,
                 {"~layers.{l}.self_attn.k_proj.bias"},
                 Layout::kPlain,
                 Need::kEven,
                 &Spec::bias},
                {Slot::kVBias,
                 {"~layers.{l}.self_attn.v_proj.bias"},
                 Layout::kPlain,
                 Need::kEven,
                 &Spec::bias},
                {Slot::kOBias,
                 {"~layers.{l}.self_attn.o_proj.bias"},
                 Layout::kPlain,
                 Need::kEven,
                 &Spec::output_bias},
                {Slot::kQNorm,
                 {"~layers.{l}.self_attn.q_norm.weight"},
                 Layout::kPlain,
                 Need::kEven,
                 &Spec::qk_norm},
                {Slot::kKNorm,
                 {"~layers.{l}.self_attn.k_norm.weight"},
                 Layout::kPlain,
                 Need::kEven,
                 &Spec::qk_norm},
                {Slot::kNorm2Gain, {"~layers.{l}.post_attention_layernorm.weight"}},
                {Slot::kGate, {"~layers.{l}.mlp.gate_proj.weight"}, Layout::kLinear},
                {Slot::kUp, {"~layers.{l}.mlp.up_proj.weight"}, Layout::kLinear},
                {Slot::kDown, {"~layers.{l}.mlp.down_proj.weight"}, Layout::kLinear},
                {Slot::kGateBias,
                 {"~layers.{l}.mlp.gate_proj.bias"},
                 Layout::kPlain,
                 Need::kEven,
                 &Spec::mlp_bias},
                {Slot::kUpBias,
                 {"~layers.{l}.mlp.up_proj.bias"},
                 Layout::kPlain,
                 Need::kEven,
                 &Spec::mlp_bias},
                {Slot::kDownBias,
                 {"~layers.{l}.mlp.down_proj.bias"},
                 Layout::kPlain,
                 Need::kEven,
                 &Spec::mlp_bias},
                {Slot::kFinalNormGain, {"~norm.weight"}},
                {Slot::kUnembedding, {"lm_head.weight"}, Layout::kPlain, Need::kUntied}},
      .ignored = {".rotary_emb.inv_freq", ".rotary_emb.cos_cached", ".rotary_emb.sin_cached"},
      .refused = {{".block_sparse_moe.", "a mixture of experts"},
                  {".mlp.experts.", "a mixture of experts"},
                  {".pre_feedforward_layernorm.", "norms around the MLP (is it a Gemma 2?)"},
                  {"lora_", "an adapter"}},
      .more = more};
  return family;
}

}  // namespace ap
