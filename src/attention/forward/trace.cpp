#include "attention/forward/trace.hpp"

#include <algorithm>
#include <utility>

#include "attention/forward/plan.hpp"

namespace ap {
namespace {

ConstView columns(ConstView whole, int head, int width) noexcept {
  if ((head + 1) * width > whole.cols) return {};
  if (whole.rows == 0) return {nullptr, 0, width, width};  // an empty sentence
  return whole.block(0, head * width, whole.rows, width);
}

ConstView layer_parameter(const Model& m, const Layer& layer, TensorId id) noexcept {
  switch (id.stage) {
    case Stage::kWq: return columns(view(layer.q.weight), id.head, m.key_width);
    case Stage::kWk: return columns(view(layer.k.weight), id.head, m.key_width);
    case Stage::kWv: return columns(view(layer.v.weight), id.head, m.value_width);
    case Stage::kBq: return columns(view(layer.q.bias), id.head, m.key_width);
    case Stage::kBk: return columns(view(layer.k.bias), id.head, m.key_width);
    case Stage::kBv: return columns(view(layer.v.bias), id.head, m.value_width);
    case Stage::kWo: return view(layer.o.weight);
    case Stage::kBo: return view(layer.o.bias);
    case Stage::kWGate: return view(layer.gate.weight);
    case Stage::kBGate: return view(layer.gate.bias);
    case Stage::kWUp: return view(layer.up.weight);
    case Stage::kBUp: return view(layer.up.bias);
    case Stage::kWDown: return view(layer.down.weight);
    case Stage::kBDown: return view(layer.down.bias);
    case Stage::kNorm1Gain: return view(layer.norm1.gain);
    case Stage::kNorm1Bias: return view(layer.norm1.bias);
    case Stage::kNorm2Gain: return view(layer.norm2.gain);
    case Stage::kNorm2Bias: return view(layer.norm2.bias);
    case Stage::kTemperature: return view(layer.temperature);
    case Stage::kQNormGain: return view(layer.q_norm.gain);
    case Stage::kKNormGain: return view(layer.k_norm.gain);
    case Stage::kGates: return view(layer.gates);
    case Stage::kMlpGate: return view(layer.mlp_gate);
    case Stage::kPostNorm1Gain: return view(layer.post1.gain);
    case Stage::kPostNorm1Bias: return view(layer.post1.bias);
    case Stage::kPostNorm2Gain: return view(layer.post2.gain);
    case Stage::kPostNorm2Bias: return view(layer.post2.bias);
    default: return {};
  }
}

ConstView language_parameter(const Model& m, Stage stage) noexcept {
  if (!m.language) return {};
  const Language& l = *m.language;
  switch (stage) {
    case Stage::kTable: return view(l.table);
    case Stage::kSegment: return view(l.segment);
    case Stage::kEmbeddingNormGain: return view(l.embedding_norm.gain);
    case Stage::kEmbeddingNormBias: return view(l.embedding_norm.bias);
    case Stage::kHeadTransform: return view(l.transform.weight);
    case Stage::kHeadTransformBias: return view(l.transform.bias);
    case Stage::kFinalNormGain: return view(l.final_norm.gain);
    case Stage::kFinalNormBias: return view(l.final_norm.bias);
    case Stage::kUnembedding: return view(l.output_table());
    case Stage::kUnembeddingBias: return view(l.bias);
    default: return {};
  }
}

bool is_logits(Stage stage) noexcept {
  return stage == Stage::kUncapped || stage == Stage::kLogits || stage == Stage::kProbabilities;
}

const Matrix& logit_stage(const LogitTrace& t, Stage stage) noexcept {
  if (stage == Stage::kUncapped) return t.uncapped;
  return stage == Stage::kLogits ? t.logits : t.probabilities;
}

ConstView layer_stage(const Trace& trace, const LayerTrace& l, TensorId id) noexcept {
  const Model& m = trace.model;
  const int t = trace.queries();
  const int s = trace.keys();
  const auto scores = [&](const Matrix& all) { return live_head(all, id.head, m.heads, t, s); };
  switch (id.stage) {
    case Stage::kNorm1: return live(l.norm1, t);
    case Stage::kQ: return columns(live(l.q, t), id.head, m.key_width);
    case Stage::kK: return columns(live(l.k, s), id.head, m.key_width);
    case Stage::kV: return columns(live(l.v, s), id.head, m.value_width);
    case Stage::kQNormed: return columns(live(l.q_normed, t), id.head, m.key_width);
    case Stage::kKNormed: return columns(live(l.k_normed, s), id.head, m.key_width);
    case Stage::kQRotated: return columns(live(l.q_rotated, t), id.head, m.key_width);
    case Stage::kKRotated: return columns(live(l.k_rotated, s), id.head, m.key_width);
    case Stage::kScores: return scores(l.scores);
    case Stage::kScaled: return scores(l.scaled);
    case Stage::kCapped: return scores(l.capped);
    case Stage::kMasked: return scores(l.masked);
    case Stage::kWeights: return scores(l.weights);
    case Stage::kHeadOut: return columns(live(l.concat, t), id.head, m.value_width);
    case Stage::kConcat: return live(l.gated.size() > 0 ? l.gated : l.concat, t);
    case Stage::kProjected: return live(l.projected, t);
    case Stage::kPostNorm1: return live(l.post1, t);
    case Stage::kAdded: return live(l.added, t);
    case Stage::kNorm2: return live(l.norm2, t);
    case Stage::kGate: return live(l.gate, t);
    case Stage::kUp: return live(l.up, t);
    case Stage::kHidden: return live(l.hidden, t);
    case Stage::kMlpOut: return live(l.mlp_out, t);
    case Stage::kPostNorm2: return live(l.post2, t);
    case Stage::kMlpGated: return live(l.mlp_gated, t);
    case Stage::kMlpAdded: return live(l.mlp_added, t);
    default: return {};
  }
}

/// The stage before a score stage that is switched off.
Stage fold_scores(Stage stage, const Plan& p) noexcept {
  if (stage == Stage::kMasked && !p.masked) stage = Stage::kCapped;
  if (stage == Stage::kCapped && !p.capped) stage = Stage::kScaled;
  if (stage == Stage::kScaled && !p.scaled) stage = Stage::kScores;
  return stage;
}

/// The stage before one of the head's that is not there.
Stage fold_head(Stage stage, const Plan& p) noexcept {
  if (stage == Stage::kUncapped && !p.logits_capped) return Stage::kLogits;
  if (stage == Stage::kFinal) return p.final();
  if (!p.transform && (stage == Stage::kActivated || stage == Stage::kTransformed)) {
    return Stage::kOutput;
  }
  return stage == Stage::kActivated && !p.activation ? Stage::kTransformed : stage;
}

/// Of the stages before the first layer: the one that has the numbers.
Stage fold_input(Stage stage, const Plan& p) noexcept {
  if (stage == Stage::kEmbeddingSum) {
    if (!p.embedding_norm)
      stage = Stage::kInput;
    else if (!p.input_sum())
      stage = Stage::kEmbeddings;
  }
  return stage == Stage::kInput && !p.own_input() ? Stage::kEmbeddings : stage;
}

std::size_t size(const Matrix& m) noexcept {
  return static_cast<std::size_t>(m.size()) * sizeof(float);
}

}  // namespace

int Trace::head_count(Stage stage) const noexcept {
  if (!per_head(stage)) return 1;
  switch (stage) {
    case Stage::kPositions: return model.positions.kind == PositionKind::kAlibi ? model.heads : 1;
    case Stage::kWk:
    case Stage::kWv:
    case Stage::kBk:
    case Stage::kBv:
    case Stage::kK:
    case Stage::kV:
    case Stage::kKNormed:
    case Stage::kKRotated: return model.kv_heads;
    default: return model.heads;
  }
}

int LogitTrace::find(int row) const noexcept {
  const auto it = std::ranges::lower_bound(rows, row);
  return it == rows.end() || *it != row ? -1 : static_cast<int>(it - rows.begin());
}

int Trace::home(Stage stage, int layer) const noexcept {
  if (stage == Stage::kMask) return model.mask_layer(layer);
  return before_layers(stage) ? 0 : layer;
}

ConstView Trace::mask(int layer) const noexcept {
  const auto l = static_cast<std::size_t>(model.mask_layer(layer));
  if (l >= layers.size()) return {};
  const Matrix& m = layers[l].mask;
  return queries() == 0 ? view(m) : live_head(m, 0, 1, queries(), keys());
}

TensorId Trace::resolve(TensorId id) const noexcept {
  const Plan p = plan(model, has_mask(model, input));
  id.layer = home(id.stage, id.layer);
  if (!per_head(id.stage)) id.head = 0;
  if (id.stage == Stage::kInput && id.layer > 0) return {id.layer - 1, Stage::kOutput, 0};
  if (id.stage == Stage::kInput || id.stage == Stage::kEmbeddingSum) {
    return {0, fold_input(id.stage, p), 0};
  }
  if (id.stage == Stage::kSourceInput && !p.added_positions) {
    return {0, Stage::kSourceEmbeddings, 0};
  }
  if (p.language) {
    if (id.stage == Stage::kUnembedding && !model.language->unembedding) id.stage = Stage::kTable;
    const Stage asked = std::exchange(id.stage, fold_head(id.stage, p));
    if (asked != id.stage && id.stage == Stage::kOutput) {
      return {static_cast<int>(layers.size()) - 1, Stage::kOutput, 0};
    }
  }
  if (id.stage == Stage::kQRotated && !p.rope) id.stage = Stage::kQNormed;
  if (id.stage == Stage::kKRotated && !p.rope) id.stage = Stage::kKNormed;
  if (id.stage == Stage::kQNormed && !p.qk_norm) id.stage = Stage::kQ;
  if (id.stage == Stage::kKNormed && !p.qk_norm) id.stage = Stage::kK;
  const auto l = static_cast<std::size_t>(id.layer);
  const Layer* const layer = l < model.layers.size() ? &model.layers[l] : nullptr;
  if (id.stage == Stage::kConcat && model.heads == 1 && (layer == nullptr || !layer->gates)) {
    id.stage = Stage::kHeadOut;
  }
  id.stage = fold_scores(id.stage, p);
  if (id.stage == Stage::kAdded && !p.residual) id.stage = Stage::kProjected;
  if (id.stage == Stage::kPostNorm1 && !p.sandwich) id.stage = Stage::kProjected;
  if (id.stage == Stage::kMlpAdded && !p.residual) id.stage = Stage::kMlpOut;
  if (id.stage == Stage::kMlpGated && (layer == nullptr || !layer->mlp_gate)) {
    id.stage = p.mlp_part();
  }
  if (id.stage == Stage::kPostNorm2 && !p.sandwich) id.stage = Stage::kMlpOut;
  if (id.stage == p.last()) id.stage = Stage::kOutput;
  return id;
}

ConstView Trace::tensor(TensorId id) const noexcept {
  if (id.layer < 0 || id.layer >= static_cast<int>(layers.size()) || id.head < 0 ||
      id.head >= head_count(id.stage)) {
    return {};
  }
  id = resolve(id);
  const auto l = static_cast<std::size_t>(id.layer);
  const int t = queries();
  switch (id.stage) {
    case Stage::kEmbeddings: return model.language ? live(embeddings, t) : view(input.embeddings);
    case Stage::kSourceEmbeddings: return view(input.source);
    case Stage::kPositions:
      if (model.positions.kind == PositionKind::kAlibi) {
        return live_head(positions, id.head, model.heads, t, keys());
      }
      return live(positions, t);
    case Stage::kSourcePositions: return view(source_positions);
    case Stage::kEmbeddingSum: return live(embedding_sum, t);
    case Stage::kInput: return live(input_sum, t);
    case Stage::kSourceInput: return view(source_sum);
    case Stage::kMask: return mask(id.layer);
    case Stage::kTransformed: return live(transformed, t);
    case Stage::kActivated: return live(activated, t);
    case Stage::kFinal: return live(final, t);
    case Stage::kOutput: id.stage = plan(model, has_mask(model, input)).last(); break;
    default: break;
  }
  if (is_logits(id.stage)) {
    const bool all = static_cast<int>(logits.rows.size()) == t;
    return all ? view(logit_stage(logits, id.stage)) : ConstView{};
  }
  if (is_parameter(id.stage) && before_layers(id.stage)) return language_parameter(model, id.stage);
  if (is_parameter(id.stage)) return layer_parameter(model, model.layers[l], id);
  return layer_stage(*this, layers[l], id);
}

ConstView Trace::row(TensorId id, int row) const noexcept {
  if (is_logits(id.stage)) {
    const ConstView all = view(logit_stage(logits, resolve(id).stage));
    const int at = logits.find(row);
    return at < 0 || at >= all.rows ? ConstView{} : all.block(at, 0, 1, all.cols);
  }
  const ConstView all = tensor(id);
  return row < 0 || row >= all.rows ? ConstView{} : all.block(row, 0, 1, all.cols);
}

std::pair<int, int> Trace::shape(TensorId id) const noexcept {
  if (is_logits(id.stage)) {
    return model.language ? std::pair{queries(), model.language->vocabulary()} : std::pair{0, 0};
  }
  const ConstView all = tensor(id);
  return {all.rows, all.cols};
}

bool Trace::has(TensorId id) const noexcept {
  if (id.layer < 0 || id.layer >= static_cast<int>(layers.size()) || id.head < 0 ||
      id.head >= head_count(id.stage)) {
    return false;
  }
  const bool mask = id.stage == Stage::kMask;
  const TensorId asked{before_layers(id.stage) && !mask ? 0 : id.layer, id.stage,
                       per_head(id.stage) ? id.head : 0};
  if (resolve(id) != asked) return false;
  // An empty sentence has stages of zero rows: they are there as long as they have columns.
  const auto [rows, cols] = shape(id);
  return cols > 0 || rows > 0;
}

std::vector<Stage> Trace::stages(int layer) const {
  std::vector<Stage> on;
  for (const Stage stage : stages_in_order()) {
    if (has({layer, stage, 0})) on.push_back(stage);
  }
  return on;
}

std::size_t Trace::bytes() const noexcept {
  std::size_t all = 0;
  for (const Matrix* m : {&positions, &source_positions, &input_sum, &source_sum, &rotary_cos,
                          &rotary_sin, &embeddings, &embedding_sum, &transformed, &activated,
                          &final, &logits.uncapped, &logits.logits, &logits.probabilities}) {
    all += size(*m);
  }
  for (const LayerTrace& t : layers) {
    t.each([&](const Matrix& m) { all += size(m); });
    all += size(t.mask);
  }
  return all;
}

}  // namespace ap
