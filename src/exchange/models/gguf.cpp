// The families of a GGUF: llama.cpp's names are the same for all, its keys nearly so. Linear
// weights throughout (Conv1D was turned), GPT-NeoX's heads were sorted into thirds, Gemma's gains
// had 1 added, and Llama's queries and keys stand in the order of llama.cpp's RoPE, which is undone
// here. Keys: github.com/ggml-org/llama.cpp, gguf-py/gguf/constants.py.
#include <cmath>

#include "exchange/models/rules.hpp"

namespace ap {
namespace {

Result<void> scaling(const Config& config, Spec& spec) {
  const auto kind = config.text("rope.scaling.type");
  if (!kind) return std::unexpected(kind.error());
  const std::string type = kind->value_or("none");
  if (type == "none") return {};
  if (type != "linear")
    return config.wrong(ErrorCode::kUnsupported, "rope.scaling.type",
                        "'" + type.substr(0, 40) + "' cannot be computed; none and linear can");
  const auto factor = config.number("rope.scaling.factor");
  if (!factor) return std::unexpected(factor.error());
  spec.factor = factor->value_or(1.0F);
  if (spec.factor != 1.0F) spec.scaling = RopeScaling::kLinear;
  return {};
}

Result<void> more_llama(const Config& config, Spec& spec) {
  spec.windows.assign(static_cast<std::size_t>(spec.window > 0 ? spec.layers : 0), spec.window);
  return scaling(config, spec);
}

Result<void> more_qwen(const Config& config, Spec& spec) {
  const auto architecture = config.text("gguf");
  if (!architecture) return std::unexpected(architecture.error());
  spec.qk_norm = *architecture == "qwen3" ? Answer::kYes : Answer::kNo;
  return scaling(config, spec);
}

Result<void> more_gemma(const Config& /*config*/, Spec& spec) {
  spec.table_scale = std::sqrt(static_cast<float>(spec.width));
  return {};
}

Result<void> more_gemma2(const Config& /*config*/, Spec& spec) {
  spec.table_scale = std::sqrt(static_cast<float>(spec.width));
  for (int l = 0; l < spec.layers; ++l) spec.windows.push_back(l % 2 == 0 ? spec.window : 0);
  constexpr int kLayersOf27B = 46;  // whose scale is by D / H instead of K
  if (spec.layers == kLayersOf27B && spec.heads > 0) {
    spec.scale = ScaleKind::kFree;
    spec.free_scale =
        1.0F / std::sqrt(static_cast<float>(spec.width) / static_cast<float>(spec.heads));
  }
  return {};
}

std::vector<Key> keys(std::string_view epsilon) {
  return {{{"embedding_length"}, &Spec::width},
          {{"block_count"}, &Spec::layers},
          {{"attention.head_count"}, &Spec::heads, Otherwise::kMust},
          {{"attention.head_count_kv"}, &Spec::kv_heads},
          {{"attention.key_length"}, &Spec::head_width},
          {{"feed_forward_length"}, &Spec::mlp_width},
          {{"context_length"}, &Spec::context, Otherwise::kFree},
          {{"vocab_size"}, &Spec::vocabulary},
          {{epsilon}, &Spec::epsilon, Otherwise::kMust}};
}
constexpr std::string_view kRms = "attention.layer_norm_rms_epsilon";
constexpr std::string_view kLayerNorm = "attention.layer_norm_epsilon";

template <class T>
std::vector<T> with(std::vector<T> list, const std::vector<T>& more) {
  list.insert(list.end(), more.begin(), more.end());
  return list;
}
std::vector<Key> rotary(std::vector<Key> list) {
  return with(std::move(list), {{{"rope.dimension_count"}, &Spec::rotary_width, Otherwise::kFree},
                                {{"rope.freq_base"}, &Spec::rope_base, Otherwise::kFree}});
}

std::vector<Part> frame() {
  return {{Slot::kTable, {"token_embd.weight"}},
          {Slot::kNorm1Gain, {"blk.{l}.attn_norm.weight"}},
          {Slot::kO, {"blk.{l}.attn_output.weight"}, Layout::kLinear},
          {Slot::kUp, {"blk.{l}.ffn_up.weight"}, Layout::kLinear},
          {Slot::kDown, {"blk.{l}.ffn_down.weight"}, Layout::kLinear},
          {Slot::kFinalNormGain, {"output_norm.weight"}},
          {Slot::kUnembedding, {"output.weight"}, Layout::kPlain, Need::kUntied}};
}
std::vector<Part> separate(Layout queries) {
  return with(
      frame(),
      {{Slot::kRopeFactors, {"rope_freqs.weight"}, Layout::kPlain, Need::kEven},
       {Slot::kQ, {"blk.{l}.attn_q.weight"}, queries},
       {Slot::kK, {"blk.{l}.attn_k.weight"}, queries},
       {Slot::kV, {"blk.{l}.attn_v.weight"}, Layout::kLinear},
       {Slot::kQBias, {"blk.{l}.attn_q.bias"}, queries, Need::kEven, &Spec::bias},
       {Slot::kKBias, {"blk.{l}.attn_k.bias"}, queries, Need::kEven, &Spec::bias},
       {Slot::kVBias, {"blk.{l}.attn_v.bias"}, Layout::kPlain, Need::kEven, &Spec::bias},
       {Slot::kOBias,
        {"blk.{l}.attn_output.bias"},
        Layout::kPlain,
        Need::kEven,
        &Spec::output_bias},
       {Slot::kQNorm, {"blk.{l}.attn_q_norm.weight"}, Layout::kPlain, Need::kEven, &Spec::qk_norm},
       {Slot::kKNorm, {"blk.{l}.attn_k_norm.weight"}, Layout::kPlain, Need::kEven, &Spec::qk_norm},
       {Slot::kNorm2Gain, {"blk.{l}.ffn_norm.weight"}},
       {Slot::kGate, {"blk.{l}.ffn_gate.weight"}, Layout::kLinear}});
}
/// LayerNorm and biases, Q, K and V as thirds.
std::vector<Part> fused() {
  return with(frame(), {{Slot::kNorm1Bias, {"blk.{l}.attn_norm.bias"}},
                        {Slot::kQ, {"blk.{l}.attn_qkv.weight"}, Layout::kLinearThirds},
                        {Slot::kK, {"blk.{l}.attn_qkv.weight"}, Layout::kLinearThirds},
                        {Slot::kV, {"blk.{l}.attn_qkv.weight"}, Layout::kLinearThirds},
                        {Slot::kQBias, {"blk.{l}.attn_qkv.bias"}, Layout::kThirds},
                        {Slot::kKBias, {"blk.{l}.attn_qkv.bias"}, Layout::kThirds},
                        {Slot::kVBias, {"blk.{l}.attn_qkv.bias"}, Layout::kThirds},
                        {Slot::kOBias, {"blk.{l}.attn_output.bias"}},
                        {Slot::kNorm2Gain, {"blk.{l}.ffn_norm.weight"}},
                        {Slot::kNorm2Bias, {"blk.{l}.ffn_norm.bias"}},
                        {Slot::kUpBias, {"blk.{l}.ffn_up.bias"}},
                        {Slot::kDownBias, {"blk.{l}.ffn_down.bias"}},
                        {Slot::kFinalNormBias, {"output_norm.bias"}}});
}

Spec rms(PositionKind positions) {
  Spec spec;
  spec.norm = NormKind::kRmsNorm;
  spec.positions = positions;
  return spec;
}
const std::vector<Refused> kRefused{{"_exps.", "a mixture of experts"},
                                    {".ssm_", "a state space model"},
                                    {"rope_factors_", "RoPE with factors for long texts"}};

Family gguf(std::string_view name, std::vector<std::string_view> types, Spec start,
            std::vector<Key> keys, std::string_view activation, bool gated, std::vector<Part> parts,
            Result<void> (*more)(const Config&, Spec&)) {
  return {.name = name,
          .model_types = std::move(types),
          .start = std::move(start),
          .keys = std::move(keys),
          .default_activation = activation,
          .gated = gated,
          .parts = std::move(parts),
          .refused = kRefused,
          .more = more};
}

}  // namespace

const Family& gguf_llama_family() {
  static const Family family = gguf(
      "Llama (GGUF)", {"gguf:llama"}, rms(PositionKind::kRope),
      with(rotary(keys(kRms)), {{{"attention.sliding_window"}, &Spec::window, Otherwise::kFree}}),
      "silu", true, separate(Layout::kLinearPaired), more_llama);
  return family;
}

const Family& gguf_qwen_family() {
  static const Family family =
      gguf("Qwen (GGUF)", {"gguf:qwen2", "gguf:qwen3"}, rms(PositionKind::kRope),
           rotary(keys(kRms)), "silu", true, separate(Layout::kLinear), more_qwen);
  return family;
}

const Family& gguf_gpt2_family() {
  static const Family family =
      gguf("GPT-2 (GGUF)", {"gguf:gpt2"}, {}, keys(kLayerNorm), "gelu_new", false,
           with(fused(), {{Slot::kPositions, {"position_embd.weight"}}}), nullptr);
  return family;
}

const Family& gguf_gpt_neox_family() {
  static const Family family = [] {
    Spec start;
    start.positions = PositionKind::kRope;
    start.parallel = true;
    return gguf("GPT-NeoX (GGUF)", {"gguf:gptneox"}, start,
                with(rotary(keys(kLayerNorm)),
                     {{{"use_parallel_residual"}, &Spec::parallel, Otherwise::kFree}}),
                "gelu", false, fused(), scaling);
  }();
  return family;
}

const Family& gguf_gemma_family() {
  static const Family family =
      gguf("Gemma (GGUF)", {"gguf:gemma"}, rms(PositionKind::kRope), rotary(keys(kRms)),
           "gelu_pytorch_tanh", true, separate(Layout::kLinear), more_gemma);
  return family;
}

const Family& gguf_gemma2_family() {
  static const Family family = [] {
    Spec start = rms(PositionKind::kRope);
    start.norm_place = NormPlace::kSandwich;
    start.softcap = 50.0F;
    start.logit_softcap = 30.0F;
    start.window = 4096;
    return gguf(
        "Gemma 2 (GGUF)", {"gguf:gemma2"}, start,
        with(rotary(keys(kRms)),
             {{{"attention.sliding_window"}, &Spec::window, Otherwise::kFree},
              {{"attn_logit_softcapping"}, &Spec::softcap, Otherwise::kFree},
              {{"final_logit_softcapping"}, &Spec::logit_softcap, Otherwise::kFree}}),
        "gelu_pytorch_tanh", true,
        with(separate(Layout::kLinear), {{Slot::kPost1, {"blk.{l}.post_attention_norm.weight"}},
                                         {Slot::kPost2, {"blk.{l}.post_ffw_norm.weight"}}}),
        more_gemma2);
  }();
  return family;
}

}  // namespace ap
