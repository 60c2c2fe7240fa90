// Gemma 1 and 2: gains of 1 + w, a table times sqrt(D), GeGLU; 2 also norms what a part adds, caps
// scores and logits, gives even layers a window and the scores a scale of their own.
#include <cmath>

#include "exchange/models/rules.hpp"

namespace ap {
namespace {

bool even_layer(const Config& /*config*/, int layer) { return layer % 2 == 0; }

Result<void> scale_table(Spec& spec) {
  spec.table_scale = std::sqrt(static_cast<float>(spec.width));
  if (spec.tied == Answer::kUnknown) spec.tied = Answer::kYes;
  spec.output_bias = spec.bias;
  return {};
}

Result<void> more(const Config& /*config*/, Spec& spec) { return scale_table(spec); }

Result<void> more2(const Config& config, Spec& spec) {
  if (auto ok = scale_table(spec); !ok) return ok;
  if (!(spec.free_scale > 0.0F))
    return config.wrong(ErrorCode::kRange, "query_pre_attn_scalar", "needs a number above 0");
  spec.scale = ScaleKind::kFree;
  spec.free_scale = 1.0F / std::sqrt(spec.free_scale);
  // null means none; a key left out its default, which stands in the table.
  if (config.mentions("attn_logit_softcapping") && !config.has("attn_logit_softcapping"))
    spec.softcap = 0.0F;
  if (config.mentions("final_logit_softcapping") && !config.has("final_logit_softcapping"))
    spec.logit_softcap = 0.0F;
  if (config.mentions("sliding_window") && !config.has("sliding_window")) spec.window = 0;
  return read_windows(config, spec, even_layer);
}

std::vector<Part> parts(bool second) {
  std::vector<Part> list{{Slot::kTable, {"~embed_tokens.weight"}},
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
                         {Slot::kGate, {"~layers.{l}.mlp.gate_proj.weight"}, Layout::kLinear},
                         {Slot::kUp, {"~layers.{l}.mlp.up_proj.weight"}, Layout::kLinear},
                         {Slot::kDown, {"~layers.{l}.mlp.down_proj.weight"}, Layout::kLinear},
                         {Slot::kFinalNormGain, {"~norm.weight"}},
                         {Slot::kUnembedding, {"lm_head.weight"}, Layout::kPlain, Need::kUntied}};
  if (second) {
    list.push_back({Slot::kPost1, {"~layers.{l}.post_attention_layernorm.weight"}});
    list.push_back({Slot::kNorm2Gain, {"~layers.{l}.pre_feedforward_layernorm.weight"}});
    list.push_back({Slot::kPost2, {"~layers.{l}.post_feedforward_layernorm.weight"}});
  } else {
    list.push_back({Slot::kNorm2Gain, {"~layers.{l}.post_attention_layernorm.weight"}});
  }
  return list;
}

std::vector<Key> keys(bool second) {
  std::vector<Key> list{
      {{"hidden_size"}, &Spec::width},
      {{"num_hidden_layers"}, &Spec::layers},
      {{"num_attention_heads"}, &Spec::heads, Otherwise::kMust},
      {{"num_key_value_heads"}, &Spec::kv_heads},
      {{"head_dim"}, &Spec::head_width, Otherwise::kDefault},
      {{"intermediate_size"}, &Spec::mlp_width},
      {{"max_position_embeddings"}, &Spec::context, Otherwise::kFree},
      {{"vocab_size"}, &Spec::vocabulary},
      {{"rms_norm_eps"}, &Spec::epsilon, Otherwise::kDefault},
      {{"rope_theta", "rope_parameters.rope_theta"}, &Spec::rope_base, Otherwise::kDefault},
      {{"attention_bias"}, &Spec::bias, Otherwise::kFree},
      {{"tie_word_embeddings"}, &Spec::tied, Otherwise::kFree}};
  if (second) {
    list.push_back({{"query_pre_attn_scalar"}, &Spec::free_scale, Otherwise::kDefault});
    list.push_back({{"attn_logit_softcapping"}, &Spec::softcap, Otherwise::kDefault});
    list.push_back({{"final_logit_softcapping"}, &Spec::logit_softcap, Otherwise::kDefault});
    list.push_back({{"sliding_window"}, &Spec::window, Otherwise::kDefault});
  }
  return list;
}

constexpr const char* kBuffer = ".rotary_emb.inv_freq";

}  // namespace

const Family& gemma_family() {
  static const Family family{.name = "Gemma",
                             .model_types = {"gemma"},
                             .architectures = {"GemmaForCausalLM"},
                             .body = "model.",
                             .signature = {},
                             .start = {.head_width = 256,
                                       .norm = NormKind::kRmsNorm,
                                       .epsilon = 1e-6F,
                                       .norm_plus_one = true,
                                       .positions = PositionKind::kRope},
                             .keys = keys(false),
                             .activation = {"hidden_activation"},
                             .default_activation = "gelu_pytorch_tanh",
                             .gated = true,
                             .parts = parts(false),
                             .ignored = {kBuffer},
                             .refused = {{"lora_", "an adapter"}},
                             .more = more};
  return family;
}

const Family& gemma2_family() {
  static const Family family{
      .name = "Gemma 2",
      .model_types = {"gemma2"},
      .architectures = {"Gemma2ForCausalLM"},
      .body = "model.",
      .signature = {"~layers.0.pre_feedforward_layernorm.weight",
                    "~layers.0.post_feedforward_layernorm.weight", "~embed_tokens.weight"},
      .start = {.head_width = 256,
                .norm = NormKind::kRmsNorm,
                .norm_place = NormPlace::kSandwich,
                .epsilon = 1e-6F,
                .norm_plus_one = true,
                .positions = PositionKind::kRope,
                .free_scale = 256.0F,
                .softcap = 50.0F,
                .logit_softcap = 30.0F,
                .window = 4096},
      .keys = keys(true),
      .activation = {"hidden_activation"},
      .default_activation = "gelu_pytorch_tanh",
      .gated = true,
      .parts = parts(true),
      .ignored = {kBuffer},
      .refused = {{".self_attn.q_norm.", "norms of queries (is it a Gemma 3?)"},
                  {"lora_", "an adapter"}},
      .more = more2};
  return family;
}

}  // namespace ap
