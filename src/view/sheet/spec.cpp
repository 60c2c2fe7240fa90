#include <algorithm>

#include "view/sheet/sheet.hpp"

namespace ap {
namespace {

bool of_first_layer_only(Stage stage) noexcept {
  switch (stage) {
    case Stage::kEmbeddings:
    case Stage::kSourceEmbeddings:
    case Stage::kSourcePositions: return true;
    default: return false;
  }
}

/// Shown in this layer's sheet? Deeper layers begin with the output of the one before.
bool shown(const Trace& trace, TensorId id) noexcept {
  const bool alibi = trace.model.positions.kind == PositionKind::kAlibi;
  const bool rope = trace.model.positions.kind == PositionKind::kRope;
  if (id.stage == Stage::kInput && id.layer > 0) return true;
  if (id.layer > 0 && of_first_layer_only(id.stage)) return false;
  if (id.layer > 0 && id.stage == Stage::kPositions && !alibi && !rope) return false;
  id.layer = trace.home(id.stage, id.layer);
  return trace.has(id);
}

std::vector<Stage> switched_off(const Model& model, bool mask) {
  std::vector<Stage> off;
  if (model.positions.kind == PositionKind::kNone) off.push_back(Stage::kPositions);
  if (model.scale == ScaleKind::kOff) off.push_back(Stage::kScaled);
  if (model.softcap == 0) off.push_back(Stage::kCapped);
  if (!mask && model.positions.kind != PositionKind::kAlibi) off.push_back(Stage::kMasked);
  if (!model.residual) off.push_back(Stage::kAdded);
  if (model.norm == NormKind::kNone) off.push_back(Stage::kNorm1);
  if (model.mlp == MlpKind::kNone) off.push_back(Stage::kHidden);
  return off;
}

}  // namespace

SheetSpec sheet_spec(const Trace& trace, int layer, int head) {
  const Model& model = trace.model;
  SheetSpec spec;
  spec.layers = std::max(1, static_cast<int>(model.layers.size()));
  spec.heads = std::max(1, model.heads);
  spec.layer = std::clamp(layer, 0, spec.layers - 1);
  spec.head = std::clamp(head, 0, spec.heads - 1);
  spec.queries = trace.queries();
  spec.keys = trace.keys();
  spec.mask_painted = trace.input.mask != nullptr || trace.input.kv_length >= 0;
  spec.norm_after = model.norm_place == NormPlace::kPost;
  for (int s = 0; s < kStageCount; ++s) {
    TensorId id{spec.layer, static_cast<Stage>(s), 0};
    const int count = trace.head_count(id.stage);
    if (count == model.heads)
      id.head = count > 1 ? spec.head : 0;
    else if (count > 1)
      id.head = model.kv_head(spec.head);
    if (!shown(trace, id)) continue;
    id.layer = trace.home(id.stage, id.layer);
    const ConstView values = trace.tensor(id);
    if (values.empty()) continue;
    const bool learned = model.positions.kind == PositionKind::kLearned;
    const bool editable = is_parameter(id.stage) && (id.stage != Stage::kPositions || learned);
    spec.stages.push_back({id, values.rows, values.cols, row_axis(id.stage, model),
                           col_axis(id.stage, model), editable});
  }
  spec.off = switched_off(model, !trace.mask(0).empty());
  return spec;
}

}  // namespace ap
