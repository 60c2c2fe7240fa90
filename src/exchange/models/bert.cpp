// BERT and RoBERTa: attention both ways, norms after a part, a head that predicts masked words.
// RoBERTa's first position is row 2 of its table. The token type is always the first.
#include "exchange/models/rules.hpp"

namespace ap {
namespace {

Result<void> more(const Config& config, Spec& spec) {
  if (auto ok = refuse_true(config, "is_decoder", "a BERT that sees only what came before"); !ok)
    return ok;
  const auto kind = config.text("position_embedding_type");
  if (!kind) return std::unexpected(kind.error());
  if (kind->value_or("absolute") != "absolute")
    return config.wrong(ErrorCode::kUnsupported, "position_embedding_type",
                        "'" + kind->value().substr(0, 40) + "' cannot be computed; absolute can");
  if (spec.tied == Answer::kUnknown) spec.tied = Answer::kYes;
  spec.transform = spec.mlp;
  return {};
}

Result<void> more_roberta(const Config& config, Spec& spec) {
  if (auto ok = more(config, spec); !ok) return ok;
  spec.transform = MlpKind::kGelu;
  const auto pad = config.integer("pad_token_id");
  if (!pad) return std::unexpected(pad.error());
  spec.position_offset = pad->value_or(1) + 1;
  if (spec.position_offset < 0 || spec.position_offset > 1024)
    return config.wrong(ErrorCode::kRange, "pad_token_id", "needs a small number from 0 up");
  spec.padding = spec.position_offset - 1;
  if (spec.context > 0) spec.context -= spec.position_offset;
  return {};
}

std::vector<Key> keys() {
  return {{{"hidden_size"}, &Spec::width},
          {{"num_hidden_layers"}, &Spec::layers},
          {{"num_attention_heads"}, &Spec::heads, Otherwise::kMust},
          {{"max_position_embeddings"}, &Spec::context},
          {{"intermediate_size"}, &Spec::mlp_width},
          {{"vocab_size"}, &Spec::vocabulary},
          {{"layer_norm_eps"}, &Spec::epsilon, Otherwise::kDefault},
          {{"tie_word_embeddings"}, &Spec::tied, Otherwise::kFree}};
}

/// What both call alike. Norms' oldest names are gamma and beta.
std::vector<Part> body() {
  return {
      {Slot::kTable, {"~embeddings.word_embeddings.weight"}},
      {Slot::kPositions, {"~embeddings.position_embeddings.weight"}},
      {Slot::kSegment, {"~embeddings.token_type_embeddings.weight"}, Layout::kFirstRow},
      {Slot::kEmbeddingNormGain, {"~embeddings.LayerNorm.weight", "~embeddings.LayerNorm.gamma"}},
      {Slot::kEmbeddingNormBias, {"~embeddings.LayerNorm.bias", "~embeddings.LayerNorm.beta"}},
      {Slot::kQ, {"~encoder.layer.{l}.attention.self.query.weight"}, Layout::kLinear},
      {Slot::kQBias, {"~encoder.layer.{l}.attention.self.query.bias"}},
      {Slot::kK, {"~encoder.layer.{l}.attention.self.key.weight"}, Layout::kLinear},
      {Slot::kKBias, {"~encoder.layer.{l}.attention.self.key.bias"}},
      {Slot::kV, {"~encoder.layer.{l}.attention.self.value.weight"}, Layout::kLinear},
      {Slot::kVBias, {"~encoder.layer.{l}.attention.self.value.bias"}},
      {Slot::kO, {"~encoder.layer.{l}.attention.output.dense.weight"}, Layout::kLinear},
      {Slot::kOBias, {"~encoder.layer.{l}.attention.output.dense.bias"}},
      {Slot::kNorm1Gain,
       {"~encoder.layer.{l}.attention.output.LayerNorm.weight",
        "~encoder.layer.{l}.attention.output.LayerNorm.gamma"}},
      {Slot::kNorm1Bias,
       {"~encoder.layer.{l}.attention.output.LayerNorm.bias",
        "~encoder.layer.{l}.attention.output.LayerNorm.beta"}},
      {Slot::kUp, {"~encoder.layer.{l}.intermediate.dense.weight"}, Layout::kLinear},
      {Slot::kUpBias, {"~encoder.layer.{l}.intermediate.dense.bias"}},
      {Slot::kDown, {"~encoder.layer.{l}.output.dense.weight"}, Layout::kLinear},
      {Slot::kDownBias, {"~encoder.layer.{l}.output.dense.bias"}},
      {Slot::kNorm2Gain,
       {"~encoder.layer.{l}.output.LayerNorm.weight", "~encoder.layer.{l}.output.LayerNorm.gamma"}},
      {Slot::kNorm2Bias,
       {"~encoder.layer.{l}.output.LayerNorm.bias", "~encoder.layer.{l}.output.LayerNorm.beta"}}};
}

std::vector<Part> with(std::vector<Part> parts, const std::vector<Part>& head) {
  parts.insert(parts.end(), head.begin(), head.end());
  return parts;
}

const std::vector<Refused> kRefused{{".crossattention.", "attention to another text"},
                                    {"lora_", "an adapter"}};
constexpr const char* kIds = "embeddings.position_ids";
constexpr const char* kTypeIds = "embeddings.token_type_ids";

}  // namespace

const Family& bert_family() {
  static const Family family{
      .name = "BERT",
      .model_types = {"bert"},
      .architectures = {"BertForMaskedLM", "BertForPreTraining", "BertModel"},
      .body = "bert.",
      .signature = {"~encoder.layer.0.attention.self.query.weight",
                    "~embeddings.word_embeddings.weight", "cls.predictions.transform.dense.weight"},
      .start = {.norm_place = NormPlace::kPost, .epsilon = 1e-12F, .causal = false},
      .keys = keys(),
      .activation = {"hidden_act"},
      .default_activation = "gelu",
      .parts = with(
          body(),
          {{Slot::kTransform, {"cls.predictions.transform.dense.weight"}, Layout::kLinear},
           {Slot::kTransformBias, {"cls.predictions.transform.dense.bias"}},
           {Slot::kFinalNormGain,
            {"cls.predictions.transform.LayerNorm.weight",
             "cls.predictions.transform.LayerNorm.gamma"}},
           {Slot::kFinalNormBias,
            {"cls.predictions.transform.LayerNorm.bias",
             "cls.predictions.transform.LayerNorm.beta"}},
           {Slot::kUnembedding, {"cls.predictions.decoder.weight"}, Layout::kPlain, Need::kUntied},
           {Slot::kLogitBias, {"cls.predictions.bias", "cls.predictions.decoder.bias"}}}),
      .ignored = {kIds, kTypeIds},
      .refused = kRefused,
      .more = more};
  return family;
}

const Family& roberta_family() {
  static const Family family{
      .name = "RoBERTa",
      .model_types = {"roberta", "xlm-roberta", "camembert"},
      .architectures = {"RobertaForMaskedLM", "XLMRobertaForMaskedLM", "CamembertForMaskedLM"},
      .body = "roberta.",
      .signature = {"~encoder.layer.0.attention.self.query.weight",
                    "~embeddings.word_embeddings.weight", "lm_head.layer_norm.weight"},
      .start = {.norm_place = NormPlace::kPost, .epsilon = 1e-12F, .causal = false},
      .keys = keys(),
      .activation = {"hidden_act"},
      .default_activation = "gelu",
      .parts = with(
          body(), {{Slot::kTransform, {"lm_head.dense.weight"}, Layout::kLinear},
                   {Slot::kTransformBias, {"lm_head.dense.bias"}},
                   {Slot::kFinalNormGain, {"lm_head.layer_norm.weight"}},
                   {Slot::kFinalNormBias, {"lm_head.layer_norm.bias"}},
                   {Slot::kUnembedding, {"lm_head.decoder.weight"}, Layout::kPlain, Need::kUntied},
                   {Slot::kLogitBias, {"lm_head.bias", "lm_head.decoder.bias"}}}),
      .ignored = {kIds, kTypeIds},
      .refused = kRefused,
      .more = more_roberta};
  return family;
}

}  // namespace ap
