// TransformerLens's names: Q, K and V as (H, D, K), W_O as (H, K, D), W_U as D x V. Its "LNPre" and
// "RMSPre" have no gains: they were folded into what follows.
#include "exchange/models/rules.hpp"

namespace ap {
namespace {

/// The text of a key, or its default where there is a configuration.
Result<std::string> said(const Config& config, std::string_view key, const char* otherwise) {
  const auto value = config.text(key);
  if (!value) return std::unexpected(value.error());
  if (*value) return **value;
  if (config.given()) return std::string(otherwise);
  return std::unexpected(
      config.wrong(ErrorCode::kNotFound, key, "is said by no tensor: give it").error());
}

Result<void> norms(const Config& config, Spec& spec) {
  const auto kind = said(config, "normalization_type", "LN");
  if (!kind) return std::unexpected(kind.error());
  if (*kind == "LN" || *kind == "LNPre") {
    spec.norm = NormKind::kLayerNorm;
  } else if (*kind == "RMS" || *kind == "RMSPre") {
    spec.norm = NormKind::kRmsNorm;
  } else {
    return config.wrong(ErrorCode::kUnsupported, "normalization_type",
                        "cannot be computed; LN, LNPre, RMS and RMSPre can");
  }
  return {};
}

Result<void> positions(const Config& config, Spec& spec) {
  const auto kind = said(config, "positional_embedding_type", "standard");
  if (!kind) return std::unexpected(kind.error());
  if (*kind == "standard") {
    spec.positions = PositionKind::kLearned;
  } else if (*kind == "rotary") {
    spec.positions = PositionKind::kRope;
  } else {
    return config.wrong(ErrorCode::kUnsupported, "positional_embedding_type",
                        "cannot be computed; standard and rotary can");
  }
  const auto adjacent = config.boolean("rotary_adjacent_pairs");
  if (!adjacent) return std::unexpected(adjacent.error());
  spec.interleaved = adjacent->value_or(false);
  return {};
}

/// use_local_attn with attn_types ["global", "local", ...] and window_size.
Result<void> windows(const Config& config, Spec& spec) {
  const auto local = config.boolean("use_local_attn");
  if (!local) return std::unexpected(local.error());
  if (!local->value_or(false)) return {};
  const auto* types = config.find("attn_types");
  if (!types || !types->is_array() || types->size() != static_cast<std::size_t>(spec.layers) ||
      spec.window <= 0)
    return config.wrong(ErrorCode::kShape, "attn_types",
                        "needs global or local for each layer, and window_size a number");
  for (const auto& type : *types) spec.windows.push_back(type == "local" ? spec.window : 0);
  return {};
}

Result<void> more(const Config& config, Spec& spec) {
  if (auto ok = norms(config, spec); !ok) return ok;
  if (auto ok = positions(config, spec); !ok) return ok;
  if (auto ok = windows(config, spec); !ok) return ok;
  const auto direction = said(config, "attention_dir", "causal");
  if (!direction) return std::unexpected(direction.error());
  spec.causal = *direction == "causal";
  if (auto ok = refuse_true(config, "attn_only", "a model without MLPs"); !ok) return ok;
  if (auto ok = refuse_true(config, "use_normalization_before_and_after", "norms after a part");
      !ok)
    return ok;
  const auto scaled = config.boolean("use_attn_scale");
  if (!scaled) return std::unexpected(scaled.error());
  if (!scaled->value_or(true)) spec.scale = ScaleKind::kOff;
  if (spec.scale == ScaleKind::kInverseSqrt && spec.free_scale > 1.0F) {  // attn_scale divides
    spec.scale = ScaleKind::kFree;
    spec.free_scale = 1.0F / spec.free_scale;
  }
  // -1 is off.
  if (spec.softcap < 0.0F) spec.softcap = 0.0F;
  if (spec.logit_softcap < 0.0F) spec.logit_softcap = 0.0F;
  spec.tied = Answer::kNo;
  return {};
}

}  // namespace

const Family& transformer_lens_family() {
  static const Family family{
      .name = "TransformerLens",
      .model_types = {"transformer_lens", "HookedTransformer"},
      .architectures = {"HookedTransformer"},
      .body = "",
      .signature = {"~blocks.0.attn.W_Q", "~embed.W_E"},
      .start = {},
      .keys = {{{"d_model"}, &Spec::width},
               {{"n_layers"}, &Spec::layers},
               {{"n_heads"}, &Spec::heads},
               {{"n_key_value_heads"}, &Spec::kv_heads},
               {{"d_head"}, &Spec::head_width},
               {{"d_mlp"}, &Spec::mlp_width},
               {{"n_ctx"}, &Spec::context},
               {{"d_vocab"}, &Spec::vocabulary},
               {{"eps"}, &Spec::epsilon, Otherwise::kDefault},
               {{"attn_scale"}, &Spec::free_scale, Otherwise::kFree},
               {{"rotary_dim"}, &Spec::rotary_width, Otherwise::kFree},
               {{"rotary_base"}, &Spec::rope_base, Otherwise::kFree},
               {{"parallel_attn_mlp"}, &Spec::parallel, Otherwise::kFree},
               {{"window_size"}, &Spec::window, Otherwise::kFree},
               {{"attn_scores_soft_cap"}, &Spec::softcap, Otherwise::kFree},
               {{"output_logits_soft_cap"}, &Spec::logit_softcap, Otherwise::kFree}},
      .activation = {"act_fn"},
      .parts =
          {{Slot::kTable, {"~embed.W_E"}},
           {Slot::kPositions, {"~pos_embed.W_pos"}},
           {Slot::kNorm1Gain, {"~blocks.{l}.ln1.w"}, Layout::kPlain, Need::kEven},
           {Slot::kNorm1Bias, {"~blocks.{l}.ln1.b"}, Layout::kPlain, Need::kEven},
           {Slot::kQ, {"~blocks.{l}.attn.W_Q"}, Layout::kHeads},
           {Slot::kK, {"~blocks.{l}.attn._W_K", "~blocks.{l}.attn.W_K"}, Layout::kHeads},
           {Slot::kV, {"~blocks.{l}.attn._W_V", "~blocks.{l}.attn.W_V"}, Layout::kHeads},
           {Slot::kQBias, {"~blocks.{l}.attn.b_Q"}, Layout::kHeadRows},
           {Slot::kKBias, {"~blocks.{l}.attn._b_K", "~blocks.{l}.attn.b_K"}, Layout::kHeadRows},
           {Slot::kVBias, {"~blocks.{l}.attn._b_V", "~blocks.{l}.attn.b_V"}, Layout::kHeadRows},
           {Slot::kO, {"~blocks.{l}.attn.W_O"}, Layout::kHeadRows},
           {Slot::kOBias, {"~blocks.{l}.attn.b_O"}},
           {Slot::kNorm2Gain, {"~blocks.{l}.ln2.w"}, Layout::kPlain, Need::kEven},
           {Slot::kNorm2Bias, {"~blocks.{l}.ln2.b"}, Layout::kPlain, Need::kEven},
           {Slot::kUp, {"~blocks.{l}.mlp.W_in"}},
           {Slot::kUpBias, {"~blocks.{l}.mlp.b_in"}},
           {Slot::kDown, {"~blocks.{l}.mlp.W_out"}},
           {Slot::kDownBias, {"~blocks.{l}.mlp.b_out"}},
           {Slot::kFinalNormGain, {"~ln_final.w"}, Layout::kPlain, Need::kEven},
           {Slot::kFinalNormBias, {"~ln_final.b"}, Layout::kPlain, Need::kEven},
           {Slot::kUnembedding, {"~unembed.W_U"}, Layout::kLinear},
           {Slot::kLogitBias, {"~unembed.b_U"}, Layout::kPlain, Need::kEven}},
      .ignored = {".attn.mask", ".attn.IGNORE", ".attn.rotary_sin", ".attn.rotary_cos"},
      .refused = {{".mlp.W_gate", "a gated MLP of TransformerLens"},
                  {".attn.q_norm.", "norms of queries"},
                  {".mlp.experts.", "a mixture of experts"}},
      .more = more};
  return family;
}

}  // namespace ap
