// GPT-Neo (TinyStories): GPT-2's shape, Linear, scores without a scale, every other layer with a
// window that sees the last 256 keys.
#include "exchange/models/rules.hpp"

namespace ap {
namespace {

Result<void> no_types(const Config& config) {
  return config.wrong(ErrorCode::kParse, "attention_types",
                      "needs [[[\"global\", \"local\"], times], ...], as many as there are layers");
}

/// attention_layers, a name a layer, or attention_types, which repeats some.
Result<std::vector<bool>> local_layers(const Config& config, int layers) {
  std::vector<bool> local;
  const auto add = [&](const nlohmann::json& kind) {
    if (kind != "global" && kind != "local") return false;
    local.push_back(kind == "local");
    return true;
  };
  if (const auto* list = config.find("attention_layers"); list && list->is_array()) {
    for (const auto& kind : *list)
      if (!add(kind)) return std::unexpected(no_types(config).error());
  } else if (const auto* types = config.find("attention_types")) {
    if (!types->is_array()) return std::unexpected(no_types(config).error());
    for (const auto& item : *types) {
      if (!item.is_array() || item.size() != 2 || !item[0].is_array() ||
          !item[1].is_number_unsigned() || item[1].get<unsigned>() > 1000)
        return std::unexpected(no_types(config).error());
      for (unsigned i = 0; i < item[1].get<unsigned>(); ++i)
        for (const auto& kind : item[0])
          if (!add(kind) || local.size() > 4096) return std::unexpected(no_types(config).error());
    }
  } else if (config.given()) {  // the default of its configuration
    for (int l = 0; l < layers; ++l) local.push_back(l % 2 == 1);
  } else {
    return std::unexpected(no_types(config).error());
  }
  if (local.size() != static_cast<std::size_t>(layers))
    return std::unexpected(no_types(config).error());
  return local;
}

Result<void> more(const Config& config, Spec& spec) {
  const auto local = local_layers(config, spec.layers);
  if (!local) return std::unexpected(local.error());
  for (const bool l : *local) spec.windows.push_back(l ? spec.window : 0);
  if (spec.tied == Answer::kUnknown) spec.tied = Answer::kYes;
  return {};
}

}  // namespace

const Family& gpt_neo_family() {
  static const Family family{
      .name = "GPT-Neo",
      .model_types = {"gpt_neo"},
      .architectures = {"GPTNeoForCausalLM", "GPTNeoModel"},
      .body = "transformer.",
      .signature = {"~h.0.attn.attention.q_proj.weight", "~wte.weight"},
      .start = {.scale = ScaleKind::kOff, .window = 256},
      .keys = {{{"hidden_size"}, &Spec::width},
               {{"num_layers", "num_hidden_layers"}, &Spec::layers},
               {{"num_heads", "num_attention_heads"}, &Spec::heads, Otherwise::kMust},
               {{"max_position_embeddings"}, &Spec::context},
               {{"intermediate_size"}, &Spec::mlp_width},
               {{"vocab_size"}, &Spec::vocabulary},
               {{"layer_norm_epsilon"}, &Spec::epsilon, Otherwise::kDefault},
               {{"window_size"}, &Spec::window, Otherwise::kDefault},
               {{"tie_word_embeddings"}, &Spec::tied, Otherwise::kFree}},
      .activation = {"activation_function"},
      .default_activation = "gelu_new",
      .parts = {{Slot::kTable, {"~wte.weight"}},
                {Slot::kPositions, {"~wpe.weight"}},
                {Slot::kNorm1Gain, {"~h.{l}.ln_1.weight"}},
                {Slot::kNorm1Bias, {"~h.{l}.ln_1.bias"}},
                {Slot::kQ, {"~h.{l}.attn.attention.q_proj.weight"}, Layout::kLinear},
                {Slot::kK, {"~h.{l}.attn.attention.k_proj.weight"}, Layout::kLinear},
                {Slot::kV, {"~h.{l}.attn.attention.v_proj.weight"}, Layout::kLinear},
                {Slot::kO, {"~h.{l}.attn.attention.out_proj.weight"}, Layout::kLinear},
                {Slot::kOBias, {"~h.{l}.attn.attention.out_proj.bias"}},
                {Slot::kNorm2Gain, {"~h.{l}.ln_2.weight"}},
                {Slot::kNorm2Bias, {"~h.{l}.ln_2.bias"}},
                {Slot::kUp, {"~h.{l}.mlp.c_fc.weight"}, Layout::kLinear},
                {Slot::kUpBias, {"~h.{l}.mlp.c_fc.bias"}},
                {Slot::kDown, {"~h.{l}.mlp.c_proj.weight"}, Layout::kLinear},
                {Slot::kDownBias, {"~h.{l}.mlp.c_proj.bias"}},
                {Slot::kFinalNormGain, {"~ln_f.weight"}},
                {Slot::kFinalNormBias, {"~ln_f.bias"}},
                {Slot::kUnembedding, {"lm_head.weight"}, Layout::kPlain, Need::kUntied}},
      .ignored = {".attn.attention.bias", ".attn.attention.masked_bias"},
      .refused = {{"lora_", "an adapter"}},
      .more = more};
  return family;
}

}  // namespace ap
