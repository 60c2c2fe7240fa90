#include "attention/forward/trace.hpp"

#include <algorithm>

#include "attention/forward/plan.hpp"

namespace ap {
namespace {

ConstView columns(ConstView whole, int head, int width) noexcept {
  if ((head + 1) * width > whole.cols) return {};
  if (whole.rows == 0) return {nullptr, 0, width, width};  // an empty sentence
  return whole.block(0, head * width, whole.rows, width);
}

ConstView head_rows(const Matrix& whole, int head, int rows) noexcept {
  if (rows == 0 || whole.rows() < static_cast<std::ptrdiff_t>(head + 1) * rows) return {};
  return view(whole).block(head * rows, 0, rows, static_cast<int>(whole.cols()));
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
    default: return {};
  }
}

ConstView layer_stage(const Model& m, const LayerTrace& t, TensorId id, int queries) noexcept {
  switch (id.stage) {
    case Stage::kNorm1: return view(t.norm1);
    case Stage::kQ: return columns(view(t.q), id.head, m.key_width);
    case Stage::kK: return columns(view(t.k), id.head, m.key_width);
    case Stage::kV: return columns(view(t.v), id.head, m.value_width);
    case Stage::kQRotated: return columns(view(t.q_rotated), id.head, m.key_width);
    case Stage::kKRotated: return columns(view(t.k_rotated), id.head, m.key_width);
    case Stage::kScores: return head_rows(t.scores, id.head, queries);
    case Stage::kScaled: return head_rows(t.scaled, id.head, queries);
    case Stage::kCapped: return head_rows(t.capped, id.head, queries);
    case Stage::kMasked: return head_rows(t.masked, id.head, queries);
    case Stage::kWeights: return head_rows(t.weights, id.head, queries);
    case Stage::kHeadOut: return columns(view(t.concat), id.head, m.value_width);
    case Stage::kConcat: return view(t.concat);
    case Stage::kProjected: return view(t.projected);
    case Stage::kAdded: return view(t.added);
    case Stage::kNorm2: return view(t.norm2);
    case Stage::kGate: return view(t.gate);
    case Stage::kUp: return view(t.up);
    case Stage::kHidden: return view(t.hidden);
    case Stage::kMlpOut: return view(t.mlp_out);
    case Stage::kMlpAdded: return view(t.mlp_added);
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
    case Stage::kKRotated: return model.kv_heads;
    default: return model.heads;
  }
}

int Trace::home(Stage stage, int layer) const noexcept {
  if (stage == Stage::kMask) return model.mask_layer(layer);
  return before_layers(stage) ? 0 : layer;
}

ConstView Trace::mask(int layer) const noexcept {
  const auto l = static_cast<std::size_t>(model.mask_layer(layer));
  return l < layers.size() ? view(layers[l].mask) : ConstView{};
}

TensorId Trace::resolve(TensorId id) const noexcept {
  const Plan p = plan(model, has_mask(model, input));
  id.layer = home(id.stage, id.layer);
  if (!per_head(id.stage)) id.head = 0;
  if (id.stage == Stage::kInput) {
    if (id.layer > 0) return {id.layer - 1, Stage::kOutput, 0};
    return p.added_positions ? id : TensorId{0, Stage::kEmbeddings, 0};
  }
  if (id.stage == Stage::kSourceInput && !p.added_positions) {
    return {0, Stage::kSourceEmbeddings, 0};
  }
  if (id.stage == Stage::kQRotated && !p.rope) id.stage = Stage::kQ;
  if (id.stage == Stage::kKRotated && !p.rope) id.stage = Stage::kK;
  if (id.stage == Stage::kConcat && model.heads == 1) id.stage = Stage::kHeadOut;
  id.stage = fold_scores(id.stage, p);
  if (id.stage == Stage::kAdded && !p.residual) id.stage = Stage::kProjected;
  if (id.stage == Stage::kMlpAdded && !p.residual) id.stage = Stage::kMlpOut;
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
  switch (id.stage) {
    case Stage::kEmbeddings: return view(input.embeddings);
    case Stage::kSourceEmbeddings: return view(input.source);
    case Stage::kPositions:
      if (model.positions.kind == PositionKind::kAlibi) {
        return head_rows(positions, id.head, queries());
      }
      return view(positions);
    case Stage::kSourcePositions: return view(source_positions);
    case Stage::kInput: return view(input_sum);
    case Stage::kSourceInput: return view(source_sum);
    case Stage::kMask: return mask(id.layer);
    case Stage::kOutput: id.stage = plan(model, has_mask(model, input)).last(); break;
    default: break;
  }
  if (is_parameter(id.stage)) return layer_parameter(model, model.layers[l], id);
  return layer_stage(model, layers[l], id, queries());
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
  const ConstView v = tensor(id);
  return v.cols > 0 || v.rows > 0;
}

std::vector<Stage> Trace::stages(int layer) const {
  std::vector<Stage> on;
  for (int s = 0; s < kStageCount; ++s) {
    const auto stage = static_cast<Stage>(s);
    if (has({layer, stage, 0})) on.push_back(stage);
  }
  return on;
}

std::size_t Trace::bytes() const noexcept {
  std::size_t all = size(positions) + size(source_positions) + size(input_sum) + size(source_sum) +
                    size(rotary_cos) + size(rotary_sin);
  for (const LayerTrace& t : layers) {
    for (const Matrix* m :
         {&t.norm1,  &t.q,      &t.k,    &t.v,      &t.q_rotated, &t.k_rotated, &t.scores,
          &t.scaled, &t.capped, &t.mask, &t.masked, &t.weights,   &t.concat,    &t.projected,
          &t.added,  &t.norm2,  &t.gate, &t.up,     &t.hidden,    &t.mlp_out,   &t.mlp_added}) {
      all += size(*m);
    }
  }
  return all;
}

}  // namespace ap
