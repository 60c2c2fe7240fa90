#include "exchange/import_target.hpp"

#include <algorithm>

#include "playground/document/names.hpp"

namespace ap {

bool is_headed(Stage stage) noexcept { return per_head(stage) && stage != Stage::kPositions; }
bool of_queries(Stage stage) noexcept { return stage == Stage::kWq || stage == Stage::kBq; }
bool of_values(Stage stage) noexcept { return stage == Stage::kWv || stage == Stage::kBv; }

int heads_of(const Model& m, Stage stage) noexcept {
  return !is_headed(stage) ? 1 : of_queries(stage) ? m.heads : m.kv_heads;
}

std::string by(std::int64_t rows, std::int64_t cols) {
  return std::to_string(rows) + " × " + std::to_string(cols);
}

namespace {

/// Columns of a stage that is a vector or a matrix of the layer; 0 rows: not one of these.
Extent layer_extent(const Model& m, Stage stage) {
  const Layer& l = m.layers.front();
  const auto of = [](const SharedMatrix& x) { return x ? Extent{x->rows(), x->cols()} : Extent{}; };
  switch (stage) {
    case Stage::kWo: return {std::int64_t{m.heads} * m.value_width, m.width};
    case Stage::kBo: return {1, m.width};
    case Stage::kWGate: return of(l.gate.weight);
    case Stage::kBGate: return of(l.gate.bias);
    case Stage::kWUp: return of(l.up.weight);
    case Stage::kBUp: return of(l.up.bias);
    case Stage::kWDown: return of(l.down.weight);
    case Stage::kBDown: return of(l.down.bias);
    case Stage::kNorm1Gain: return of(l.norm1.gain);
    case Stage::kNorm1Bias: return of(l.norm1.bias);
    case Stage::kNorm2Gain: return of(l.norm2.gain);
    case Stage::kNorm2Bias: return of(l.norm2.bias);
    case Stage::kTemperature: return {1, m.heads};
    default: return {};
  }
}

/// Rows of learned positions, also before they are switched on.
int learned_rows(const Document& d) {
  const SharedMatrix& learned = d.model.positions.learned;
  if (learned) return static_cast<int>(learned->rows());
  return std::max(d.query.size(), d.cross ? d.source.size() : 0);
}

}  // namespace

Result<Extent> target_extent(const Document& d, TensorId id) {
  const Model& m = d.model;
  if (!before_layers(id.stage) && (id.layer < 0 || id.layer >= static_cast<int>(m.layers.size()))) {
    return fail(ErrorCode::kNotFound,
                "no layer " + std::to_string(id.layer) + ": the model has " +
                    std::to_string(m.layers.size()),
                "layer");
  }
  const int heads = heads_of(m, id.stage);
  if (id.head < -1 || id.head >= heads) {
    return fail(ErrorCode::kNotFound,
                "no head " + std::to_string(id.head) + ": " + std::string(symbol(id.stage)) +
                    " has " + std::to_string(heads),
                "head");
  }
  const std::int64_t across = id.head < 0 ? heads : 1;
  switch (id.stage) {
    case Stage::kEmbeddings: return Extent{d.query.size() - d.cached, m.width};
    case Stage::kSourceEmbeddings:
      if (!d.cross)
        return fail(ErrorCode::kNotFound,
                    "there is no source sentence: switch on cross-attention first", "stage");
      return Extent{d.source.size(), m.width};
    case Stage::kPositions: return Extent{learned_rows(d) - d.cached, m.width};
    case Stage::kMask:
      return Extent{d.query.size() - d.cached, d.cross ? d.source.size() : d.query.size()};
    case Stage::kWq:
    case Stage::kWk: return Extent{m.width, across * m.key_width};
    case Stage::kWv: return Extent{m.width, across * m.value_width};
    case Stage::kBq:
    case Stage::kBk: return Extent{1, across * m.key_width};
    case Stage::kBv: return Extent{1, across * m.value_width};
    default: break;
  }
  const Extent extent = layer_extent(m, id.stage);
  if (extent.rows == 0) {
    return fail(ErrorCode::kNotFound,
                "this model has no " + std::string(symbol(id.stage)) + ": an option turns it on",
                "stage");
  }
  return extent;
}

}  // namespace ap
