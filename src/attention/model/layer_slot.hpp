// The table of a layer's matrices by stage, for everything that has the members of Layer: the layer
// itself (shared matrices) and its gradients (matrices). Whole matrices, all heads side by side.
#pragma once

#include "attention/model/tensor_id.hpp"

namespace ap {

/// Null for a stage that is no parameter of a layer. Const or not as its argument is.
template <class L>
auto layer_slot(L& layer, Stage stage) noexcept -> decltype(&layer.q.weight) {
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

}  // namespace ap
