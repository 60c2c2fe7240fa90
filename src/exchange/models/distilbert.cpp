// DistilBERT: BERT's shape under names of its own, without token types.
#include "exchange/models/rules.hpp"

namespace ap {
namespace {

Result<void> more(const Config& config, Spec& spec) {
  const auto tied = config.boolean("tie_weights_");
  if (!tied) return std::unexpected(tied.error());
  if (*tied && spec.tied == Answer::kUnknown) spec.tied = **tied ? Answer::kYes : Answer::kNo;
  if (spec.tied == Answer::kUnknown) spec.tied = Answer::kYes;
  spec.transform = spec.mlp;
  return {};
}

}  // namespace

const Family& distilbert_family() {
  static const Family family{
      .name = "DistilBERT",
      .model_types = {"distilbert"},
      .architectures = {"DistilBertForMaskedLM", "DistilBertModel"},
      .body = "distilbert.",
      .signature = {"~transformer.layer.0.attention.q_lin.weight",
                    "~embeddings.word_embeddings.weight"},
      .start = {.norm_place = NormPlace::kPost, .epsilon = 1e-12F, .causal = false},
      .keys = {{{"dim", "hidden_size"}, &Spec::width},
               {{"n_layers", "num_hidden_layers"}, &Spec::layers},
               {{"n_heads", "num_attention_heads"}, &Spec::heads, Otherwise::kMust},
               {{"max_position_embeddings"}, &Spec::context},
               {{"hidden_dim"}, &Spec::mlp_width},
               {{"vocab_size"}, &Spec::vocabulary},
               {{"tie_word_embeddings"}, &Spec::tied, Otherwise::kFree}},
      .activation = {"activation"},
      .default_activation = "gelu",
      .parts = {{Slot::kTable, {"~embeddings.word_embeddings.weight"}},
                {Slot::kPositions, {"~embeddings.position_embeddings.weight"}},
                {Slot::kEmbeddingNormGain,
                 {"~embeddings.LayerNorm.weight", "~embeddings.LayerNorm.gamma"}},
                {Slot::kEmbeddingNormBias,
                 {"~embeddings.LayerNorm.bias", "~embeddings.LayerNorm.beta"}},
                {Slot::kQ, {"~transformer.layer.{l}.attention.q_lin.weight"}, Layout::kLinear},
                {Slot::kQBias, {"~transformer.layer.{l}.attention.q_lin.bias"}},
                {Slot::kK, {"~transformer.layer.{l}.attention.k_lin.weight"}, Layout::kLinear},
                {Slot::kKBias, {"~transformer.layer.{l}.attention.k_lin.bias"}},
                {Slot::kV, {"~transformer.layer.{l}.attention.v_lin.weight"}, Layout::kLinear},
                {Slot::kVBias, {"~transformer.layer.{l}.attention.v_lin.bias"}},
                {Slot::kO, {"~transformer.layer.{l}.attention.out_lin.weight"}, Layout::kLinear},
                {Slot::kOBias, {"~transformer.layer.{l}.attention.out_lin.bias"}},
                {Slot::kNorm1Gain, {"~transformer.layer.{l}.sa_layer_norm.weight"}},
                {Slot::kNorm1Bias, {"~transformer.layer.{l}.sa_layer_norm.bias"}},
                {Slot::kUp, {"~transformer.layer.{l}.ffn.lin1.weight"}, Layout::kLinear},
                {Slot::kUpBias, {"~transformer.layer.{l}.ffn.lin1.bias"}},
                {Slot::kDown, {"~transformer.layer.{l}.ffn.lin2.weight"}, Layout::kLinear},
                {Slot::kDownBias, {"~transformer.layer.{l}.ffn.lin2.bias"}},
                {Slot::kNorm2Gain, {"~transformer.layer.{l}.output_layer_norm.weight"}},
                {Slot::kNorm2Bias, {"~transformer.layer.{l}.output_layer_norm.bias"}},
                {Slot::kTransform, {"vocab_transform.weight"}, Layout::kLinear},
                {Slot::kTransformBias, {"vocab_transform.bias"}},
                {Slot::kFinalNormGain, {"vocab_layer_norm.weight"}},
                {Slot::kFinalNormBias, {"vocab_layer_norm.bias"}},
                {Slot::kUnembedding, {"vocab_projector.weight"}, Layout::kPlain, Need::kUntied},
                {Slot::kLogitBias, {"vocab_projector.bias"}}},
      .ignored = {"embeddings.position_ids"},
      .refused = {{"lora_", "an adapter"}},
      .more = more};
  return family;
}

}  // namespace ap
