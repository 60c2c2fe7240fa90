// Addresses of the parameters: which shared matrix of the document a TensorId names.
#include <utility>

#include "playground/document.hpp"

namespace ap {
namespace {

// Const or not as its argument is, so that reader and writer share one table.
template <class L>
auto in_layer(L& layer, Stage stage) -> decltype(&layer.q.weight) {
  switch (stage) {
    case Stage::kWq: return &layer.q.weight;
    case Stage::kWk: return &layer.k.weight;
    case Stage::kWv: return &layer.v.weight;
    case Stage::kWo: return &layer.o.weight;
    case Stage::kBq: return &layer.q.bias;
    case Stage::kBk: return &layer.k.bias;
    case Stage::kBv: return &layer.v.bias;
    case Stage::kBo: return &layer.o.bias;
    case Stage::kWGate: return &layer.gate.weight;
    case Stage::kBGate: return &layer.gate.bias;
    case Stage::kWUp: return &layer.up.weight;
    case Stage::kBUp: return &layer.up.bias;
    case Stage::kWDown: return &layer.down.weight;
    case Stage::kBDown: return &layer.down.bias;
    case Stage::kNorm1Gain: return &layer.norm1.gain;
    case Stage::kNorm1Bias: return &layer.norm1.bias;
    case Stage::kNorm2Gain: return &layer.norm2.gain;
    case Stage::kNorm2Bias: return &layer.norm2.bias;
    case Stage::kTemperature: return &layer.temperature;
    default: return nullptr;
  }
}

template <class D>
auto slot(D& document, TensorId id) -> decltype(&document.mask) {
  switch (id.stage) {
    case Stage::kEmbeddings: return &document.query.embeddings;
    case Stage::kSourceEmbeddings: return document.cross ? &document.source.embeddings : nullptr;
    case Stage::kPositions: return &document.model.positions.learned;
    case Stage::kMask: return &document.mask;
    default: break;
  }
  if (id.layer < 0 || id.layer >= static_cast<int>(document.model.layers.size())) return nullptr;
  return in_layer(document.model.layers[static_cast<std::size_t>(id.layer)], id.stage);
}

}  // namespace

SharedMatrix parameter(const Document& document, TensorId id) {
  const SharedMatrix* found = slot(document, id);
  return found ? *found : nullptr;
}

void set_parameter(Document& document, TensorId id, SharedMatrix matrix) {
  SharedMatrix* found = slot(document, id);
  if (found) *found = std::move(matrix);
}

}  // namespace ap
