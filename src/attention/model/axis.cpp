#include "attention/model/axis.hpp"

namespace ap {

Axis row_axis(Stage stage, const Model& /*model*/) noexcept {
  switch (stage) {
    case Stage::kSourceEmbeddings:
    case Stage::kSourcePositions:
    case Stage::kSourceInput:
    case Stage::kK:
    case Stage::kV:
    case Stage::kKRotated: return Axis::kKeys;
    case Stage::kWq:
    case Stage::kWk:
    case Stage::kWv:
    case Stage::kWo:
    case Stage::kWGate:
    case Stage::kWUp:
    case Stage::kWDown: return Axis::kDims;
    default: break;
  }
  return is_parameter(stage) && stage != Stage::kEmbeddings && stage != Stage::kPositions &&
                 stage != Stage::kMask
             ? Axis::kOne
             : Axis::kQueries;
}

Axis col_axis(Stage stage, const Model& model) noexcept {
  switch (stage) {
    case Stage::kScores:
    case Stage::kScaled:
    case Stage::kMask:
    case Stage::kMasked:
    case Stage::kCapped:
    case Stage::kWeights: return Axis::kKeys;
    case Stage::kPositions:
      return model.positions.kind == PositionKind::kAlibi ? Axis::kKeys : Axis::kDims;
    default: return Axis::kDims;
  }
}

}  // namespace ap
