#include "io/arrays/tensors.hpp"

#include <array>
#include <charconv>

namespace ap {
namespace {

bool stacked(const Trace& trace, Stage stage) {
  if (stage == Stage::kPositions) return trace.model.positions.kind == PositionKind::kAlibi;
  return per_head(stage);
}

NamedTensor gather(const Trace& trace, int layer, Stage stage) {
  NamedTensor tensor;
  tensor.layer = layer;
  tensor.stage = stage;
  // A mask that only later layers have is named as theirs.
  const bool whole = before_layers(stage) && layer == 0;
  tensor.name = whole ? std::string(name(stage))
                      : "layers." + std::to_string(layer) + "." + std::string(name(stage));
  const bool stack = stacked(trace, stage);
  const int heads = stack ? trace.head_count(stage) : 1;
  for (int h = 0; h < heads; ++h) {
    const ConstView from = trace.tensor({layer, stage, h});
    if (h == 0) {
      tensor.array.shape = {from.rows, from.cols};
      if (stack) tensor.array.shape.insert(tensor.array.shape.begin(), heads);
    }
    for (int i = 0; i < from.rows; ++i) {
      tensor.array.data.insert(tensor.array.data.end(), from.row(i), from.row(i) + from.cols);
    }
  }
  return tensor;
}

}  // namespace

std::vector<NamedTensor> named_tensors(const Trace& trace) {
  std::vector<NamedTensor> all;
  for (int l = 0; l < static_cast<int>(trace.layers.size()); ++l) {
    for (const Stage stage : trace.stages(l)) {
      if (trace.home(stage, l) == l) all.push_back(gather(trace, l, stage));
    }
  }
  return all;
}

Result<NamedTensor> named_tensor(const Trace& trace, int layer, Stage stage) {
  const int layers = static_cast<int>(trace.layers.size());
  if (layer < 0 || layer >= layers) {
    return fail(ErrorCode::kNotFound,
                "there is no layer " + std::to_string(layer) + "; the model has " +
                    std::to_string(layers) + ", counted from 0",
                "layer");
  }
  const int of = trace.home(stage, layer);
  const ConstView view = trace.tensor({of, stage, 0});
  if (view.rows == 0 && view.cols == 0) {
    return fail(ErrorCode::kNotFound,
                "'" + std::string(name(stage)) + "' is not part of this computation", "stage");
  }
  return gather(trace, of, stage);
}

std::string exact(float value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

}  // namespace ap
