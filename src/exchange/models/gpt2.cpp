// GPT-2 (Radford et al. 2019) as Hugging Face writes it: Conv1D, in x out, Q, K and V as thirds.
#include "exchange/models/rules.hpp"

namespace ap {
namespace {

Result<void> more(const Config& config, Spec& spec) {
  if (auto ok = refuse_true(config, "scale_attn_by_inverse_layer_idx",
                            "a scale that differs from layer to layer");
      !ok)
    return ok;
  if (auto ok = refuse_true(config, "add_cross_attention", "attention to another text"); !ok)
    return ok;
  const auto scaled = config.boolean("scale_attn_weights");
  if (!scaled) return std::unexpected(scaled.error());
  if (!scaled->value_or(true)) spec.scale = ScaleKind::kOff;
  if (spec.tied == Answer::kUnknown) spec.tied = Answer::kYes;
  return {};
}

}  // namespace

const Family& gpt2_family() {
  static const Family family{
      .name = "GPT-2",
      .model_types = {"gpt2"},
      .architectures = {"GPT2LMHeadModel", "GPT2Model"},
      .body = "transformer.",
      .signature = {"~h.0.attn.c_attn.weight", "~h.0.mlp.c_fc.weight", "~wte.weight"},
      .start = {},
      .keys = {{{"n_embd", "hidden_size"}, &Spec::width},
               {{"n_layer", "num_hidden_layers"}, &Spec::layers},
               {{"n_head", "num_attention_heads"}, &Spec::heads, Otherwise::kMust},
               {{"n_positions", "n_ctx", "max_position_embeddings"}, &Spec::context},
               {{"n_inner"}, &Spec::mlp_width},
               {{"vocab_size"}, &Spec::vocabulary},
               {{"layer_norm_epsilon"}, &Spec::epsilon, Otherwise::kDefault},
               {{"tie_word_embeddings"}, &Spec::tied, Otherwise::kFree}},
      .activation = {"activation_function"},
      .default_activation = "gelu_new",
      .parts = {{Slot::kTable, {"~wte.weight"}},
                {Slot::kPositions, {"~wpe.weight"}},
                {Slot::kNorm1Gain, {"~h.{l}.ln_1.weight"}},
                {Slot::kNorm1Bias, {"~h.{l}.ln_1.bias"}},
                {Slot::kQ, {"~h.{l}.attn.c_attn.weight"}, Layout::kThirds},
                {Slot::kK, {"~h.{l}.attn.c_attn.weight"}, Layout::kThirds},
                {Slot::kV, {"~h.{l}.attn.c_attn.weight"}, Layout::kThirds},
                {Slot::kQBias, {"~h.{l}.attn.c_attn.bias"}, Layout::kThirds},
                {Slot::kKBias, {"~h.{l}.attn.c_attn.bias"}, Layout::kThirds},
                {Slot::kVBias, {"~h.{l}.attn.c_attn.bias"}, Layout::kThirds},
                {Slot::kO, {"~h.{l}.attn.c_proj.weight"}},
                {Slot::kOBias, {"~h.{l}.attn.c_proj.bias"}},
                {Slot::kNorm2Gain, {"~h.{l}.ln_2.weight"}},
                {Slot::kNorm2Bias, {"~h.{l}.ln_2.bias"}},
                {Slot::kUp, {"~h.{l}.mlp.c_fc.weight"}},
                {Slot::kUpBias, {"~h.{l}.mlp.c_fc.bias"}},
                {Slot::kDown, {"~h.{l}.mlp.c_proj.weight"}},
                {Slot::kDownBias, {"~h.{l}.mlp.c_proj.bias"}},
                {Slot::kFinalNormGain, {"~ln_f.weight"}},
                {Slot::kFinalNormBias, {"~ln_f.bias"}},
                {Slot::kUnembedding, {"lm_head.weight"}, Layout::kPlain, Need::kUntied}},
      .ignored = {".attn.bias", ".attn.masked_bias"},
      .refused = {{".crossattention.", "attention to another text"}, {"lora_", "an adapter"}},
      .more = more};
  return family;
}

}  // namespace ap
