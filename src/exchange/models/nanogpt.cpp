// GPT-2 as nanoGPT and minGPT write it: the same names, PyTorch's Linear, biases that may be
// missing. Without a configuration nothing says which GELU it was: nanoGPT has had both.
#include "exchange/models/rules.hpp"

namespace ap {
namespace {

Result<void> more(const Config& config, Spec& spec) {
  const auto biased = config.boolean("bias");
  if (!biased) return std::unexpected(biased.error());
  if (*biased) spec.bias = spec.output_bias = spec.mlp_bias = **biased ? Answer::kYes : Answer::kNo;
  return {};
}

}  // namespace

const Family& nanogpt_family() {
  static const Family family{
      .name = "GPT-2 of nanoGPT or minGPT",
      .model_types = {"gpt-nano", "gpt-micro", "gpt-mini", "gopher-44m"},
      .architectures = {},
      .body = "transformer.",
      .signature = {"~h.0.attn.c_attn.weight", "~h.0.mlp.c_fc.weight", "~wte.weight"},
      .start = {},
      .keys = {{{"n_embd", "hidden_size"}, &Spec::width},
               {{"n_layer", "num_hidden_layers"}, &Spec::layers},
               {{"n_head", "num_attention_heads"}, &Spec::heads, Otherwise::kMust},
               {{"block_size", "n_positions", "n_ctx"}, &Spec::context},
               {{"n_inner"}, &Spec::mlp_width},
               {{"vocab_size"}, &Spec::vocabulary},
               {{"layer_norm_epsilon"}, &Spec::epsilon, Otherwise::kFree},
               {{"tie_word_embeddings"}, &Spec::tied, Otherwise::kFree}},
      .activation = {"activation_function"},
      .default_activation = "gelu_new",
      .parts =
          {{Slot::kTable, {"~wte.weight"}},
           {Slot::kPositions, {"~wpe.weight"}},
           {Slot::kNorm1Gain, {"~h.{l}.ln_1.weight"}},
           {Slot::kNorm1Bias, {"~h.{l}.ln_1.bias"}, Layout::kPlain, Need::kEven, &Spec::bias},
           {Slot::kQ, {"~h.{l}.attn.c_attn.weight"}, Layout::kLinearThirds},
           {Slot::kK, {"~h.{l}.attn.c_attn.weight"}, Layout::kLinearThirds},
           {Slot::kV, {"~h.{l}.attn.c_attn.weight"}, Layout::kLinearThirds},
           {Slot::kQBias, {"~h.{l}.attn.c_attn.bias"}, Layout::kThirds, Need::kEven, &Spec::bias},
           {Slot::kKBias, {"~h.{l}.attn.c_attn.bias"}, Layout::kThirds, Need::kEven, &Spec::bias},
           {Slot::kVBias, {"~h.{l}.attn.c_attn.bias"}, Layout::kThirds, Need::kEven, &Spec::bias},
           {Slot::kO, {"~h.{l}.attn.c_proj.weight"}, Layout::kLinear},
           {Slot::kOBias,
            {"~h.{l}.attn.c_proj.bias"},
            Layout::kPlain,
            Need::kEven,
            &Spec::output_bias},
           {Slot::kNorm2Gain, {"~h.{l}.ln_2.weight"}},
           {Slot::kNorm2Bias, {"~h.{l}.ln_2.bias"}, Layout::kPlain, Need::kEven, &Spec::bias},
           {Slot::kUp, {"~h.{l}.mlp.c_fc.weight"}, Layout::kLinear},
           {Slot::kUpBias, {"~h.{l}.mlp.c_fc.bias"}, Layout::kPlain, Need::kEven, &Spec::mlp_bias},
           {Slot::kDown, {"~h.{l}.mlp.c_proj.weight"}, Layout::kLinear},
           {Slot::kDownBias,
            {"~h.{l}.mlp.c_proj.bias"},
            Layout::kPlain,
            Need::kEven,
            &Spec::mlp_bias},
           {Slot::kFinalNormGain, {"~ln_f.weight"}},
           {Slot::kFinalNormBias, {"~ln_f.bias"}, Layout::kPlain, Need::kEven, &Spec::bias},
           {Slot::kUnembedding, {"lm_head.weight"}, Layout::kPlain, Need::kUntied}},
      .ignored = {".attn.bias", ".attn.masked_bias"},
      .refused = {{"lora_", "an adapter"}},
      .more = more};
  return family;
}

}  // namespace ap
