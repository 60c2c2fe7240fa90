// Checks of a language model's part around its layers.
#include "attention/model/language.hpp"

#include <string>

#include "attention/model/checks.hpp"
#include "attention/model/model.hpp"

namespace ap::checking {
namespace {

Result<void> check_numbers(const Language& l) {
  if (auto ok = check_number(l.table_scale, -kMaxCell, kMaxCell,
                             "the table's scale must be a number up to 1e6",
                             "model.language.table_scale");
      !ok) {
    return ok;
  }
  if (auto ok = check_number(l.softcap, 0.0F, kMaxCell,
                             "the logits' softcap must be 0 (off) or a number up to 1e6",
                             "model.language.softcap");
      !ok) {
    return ok;
  }
  if (is_gated(l.activation)) {
    return fail(ErrorCode::kUnsupported, "the head's transform has no gate",
                "model.language.activation");
  }
  return {};
}

}  // namespace

Result<void> check_language(const Model& model, const Language& l, Depth depth) {
  const std::string path = "model.language.";
  const int v = l.vocabulary();
  const int d = model.width;
  if (v < 1) return fail(ErrorCode::kShape, "missing; needs a row for each token", path + "table");
  if (v > kMaxTableRows) {
    return fail(ErrorCode::kTooLarge,
                "has " + std::to_string(v) + " rows; the most is " + std::to_string(kMaxTableRows),
                path + "table");
  }
  const bool layer_norm = model.norm == NormKind::kLayerNorm;
  const auto norm = [&](const Norm& n) {
    return std::pair{optional_if(model.norm != NormKind::kNone),
                     optional_if(layer_norm && n.gain != nullptr)};
  };
  const auto [embedding_gain, embedding_bias] = norm(l.embedding_norm);
  const auto [final_gain, final_bias] = norm(l.final_norm);
  Checks checks(depth);
  checks.matrix(l.table, v, d, Need::kRequired, path + "table")
      .matrix(l.segment, 1, d, Need::kOptional, path + "segment")
      .norm(l.embedding_norm, d, embedding_gain, embedding_bias, path + "embedding_norm")
      .matrix(l.transform.weight, d, d, Need::kOptional, path + "head_transform")
      .matrix(l.transform.bias, 1, d, optional_if(l.transformed()), path + "head_transform_bias")
      .norm(l.final_norm, d, final_gain, final_bias, path + "final_norm")
      .matrix(l.unembedding, v, d, Need::kOptional, path + "unembedding")
      .matrix(l.bias, 1, v, Need::kOptional, path + "unembedding_bias");
  if (auto ok = checks.result(); !ok) return ok;
  return check_numbers(l);
}

}  // namespace ap::checking
