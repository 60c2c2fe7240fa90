// Checks of interventions against the model's stages, without a trace.
#include "attention/model/intervention.hpp"

#include <cmath>

#include "attention/model/input.hpp"

namespace ap {
namespace {

struct Size {
  int rows = 0;
  int cols = 0;
  int heads = 1;
};

/// Computed stages that may be intervened in, with their sizes; nothing for others, and for those
/// that the model has not.
Size size_of(const Model& m, const Input& in, Stage stage) noexcept {
  const int t = in.queries();
  const int s = in.keys();
  const int d = m.width;
  const bool norm = m.norm != NormKind::kNone;
  const bool mlp = m.mlp != MlpKind::kNone;
  const bool sandwich = norm && m.norm_place == NormPlace::kSandwich;
  const bool language = m.language.has_value();
  const bool transform = language && m.language->transformed();
  const auto if_on = [](bool on, Size size) { return on ? size : Size{}; };
  switch (stage) {
    case Stage::kEmbeddings:
    case Stage::kFinal: return if_on(language, {t, d});
    case Stage::kEmbeddingSum:
    case Stage::kInput: return if_on(language || m.positions.kind != PositionKind::kNone, {t, d});
    case Stage::kNorm1: return if_on(norm, {t, d});
    case Stage::kNorm2: return if_on(norm && mlp, {t, d});
    case Stage::kQ: return {t, m.key_width, m.heads};
    case Stage::kK: return {s, m.key_width, m.kv_heads};
    case Stage::kV: return {s, m.value_width, m.kv_heads};
    case Stage::kQNormed: return if_on(m.qk_norm(), {t, m.key_width, m.heads});
    case Stage::kKNormed: return if_on(m.qk_norm(), {s, m.key_width, m.kv_heads});
    case Stage::kQRotated:
      return if_on(m.positions.kind == PositionKind::kRope, {t, m.key_width, m.heads});
    case Stage::kKRotated:
      return if_on(m.positions.kind == PositionKind::kRope, {s, m.key_width, m.kv_heads});
    case Stage::kScores:
    case Stage::kScaled:
    case Stage::kCapped:
    case Stage::kMasked:
    case Stage::kWeights: return {t, s, m.heads};
    case Stage::kHeadOut: return {t, m.value_width, m.heads};
    case Stage::kProjected:
    case Stage::kAdded:
    case Stage::kOutput: return {t, d};
    case Stage::kPostNorm1: return if_on(sandwich, {t, d});
    case Stage::kPostNorm2: return if_on(sandwich && mlp, {t, d});
    case Stage::kGate: return if_on(is_gated(m.mlp), {t, m.mlp_width});
    case Stage::kUp:
    case Stage::kHidden: return if_on(mlp, {t, m.mlp_width});
    case Stage::kMlpOut:
    case Stage::kMlpGated:
    case Stage::kMlpAdded: return if_on(mlp, {t, d});
    case Stage::kTransformed:
    case Stage::kActivated: return if_on(transform, {t, d});
    case Stage::kUncapped:
    case Stage::kLogits:
    case Stage::kProbabilities:
      return if_on(language, {t, language ? m.language->vocabulary() : 0});
    default: return {};
  }
}

Result<void> check_values(const Intervention& i, int rows, int cols, const std::string& where) {
  if (!std::isfinite(i.factor) || std::abs(i.factor) > kMaxCell) {
    return fail(ErrorCode::kRange, "the factor must be a number up to 1e6", where + ".factor");
  }
  if (i.change == Change::kScale) return {};
  if (!i.values || i.values->size() == 0) {
    return fail(ErrorCode::kShape, "needs the values to hold or to add", where + ".values");
  }
  const auto fits = [](Eigen::Index is, int needs) { return is == 1 || is == needs; };
  if (!fits(i.values->rows(), i.rows < 0 ? 1 : rows) || !fits(i.values->cols(), cols)) {
    return fail(ErrorCode::kShape,
                "values are " + std::to_string(i.values->rows()) + " x " +
                    std::to_string(i.values->cols()) + ", the cells " + std::to_string(rows) +
                    " x " + std::to_string(cols) +
                    (i.rows < 0 ? "; of all rows: one row of values, or one value" : ""),
                where + ".values");
  }
  if (i.values->allFinite() && i.values->cwiseAbs().maxCoeff() <= kMaxCell) return {};
  return fail(ErrorCode::kNotFinite, "values must be finite numbers between -1e6 and 1e6",
              where + ".values");
}

}  // namespace

Result<void> check_intervention(const Model& model, const Input& input, const Intervention& i,
                                const std::string& where) {
  const int layers = static_cast<int>(model.layers.size());
  const Size size = size_of(model, input, i.tensor.stage);
  const std::string stage(name(i.tensor.stage));
  if (is_parameter(i.tensor.stage) && i.tensor.stage != Stage::kEmbeddings) {
    return fail(ErrorCode::kUnsupported, stage + " is given, not computed: edit its cells", where);
  }
  if (size.cols == 0) {
    return fail(ErrorCode::kNotFound,
                i.tensor.stage == Stage::kConcat
                    ? "concat is the heads' outputs side by side: intervene in head_out"
                    : "there is no computed " + stage + " to intervene in here",
                where);
  }
  if (i.tensor.layer < 0 || i.tensor.layer >= layers || i.tensor.head < 0 ||
      i.tensor.head >= size.heads) {
    return fail(ErrorCode::kNotFound, "there is no such layer or head", where);
  }
  // Tokens past the end of a text that became shorter wait for it to grow again.
  const bool keys = i.tensor.stage >= Stage::kScores && i.tensor.stage <= Stage::kWeights;
  const int end = i.cols < 0 ? i.col + 1 : i.col + i.cols;
  if (i.row < 0 || i.col < 0 || i.rows == 0 || i.cols == 0 || (!keys && end > size.cols)) {
    return fail(ErrorCode::kRange,
                stage + " is " + std::to_string(size.rows) + " x " + std::to_string(size.cols),
                where);
  }
  const int rows = i.rows < 0 ? size.rows - i.row : i.rows;
  const int cols = i.cols < 0 ? size.cols - i.col : i.cols;
  return check_values(i, rows, cols, where);
}

Result<void> check_interventions(const Model& model, const Input& input) {
  if (!input.interventions || input.interventions->empty()) return {};
  if (input.past || input.cross()) {
    return fail(ErrorCode::kUnsupported,
                "interventions need a text that looks at itself alone, without a cache",
                "interventions");
  }
  for (std::size_t i = 0; i < input.interventions->size(); ++i) {
    const std::string where = "interventions[" + std::to_string(i) + "]";
    if (auto ok = check_intervention(model, input, (*input.interventions)[i], where); !ok) {
      return ok;
    }
  }
  return {};
}

}  // namespace ap
