// The matrices of a layer under their JSON keys, for reader and writer alike.
// Internal to playground/.
#pragma once

#include "attention/model/model.hpp"
#include "attention/model/tensor_id.hpp"

namespace ap {

/// Calls f(stage, matrix) for every weight of a layer: a list of rows in JSON.
template <class L, class F>
void each_weight(L& layer, F f) {
  f(Stage::kWq, layer.q.weight);
  f(Stage::kWk, layer.k.weight);
  f(Stage::kWv, layer.v.weight);
  f(Stage::kWo, layer.o.weight);
  f(Stage::kWGate, layer.gate.weight);
  f(Stage::kWUp, layer.up.weight);
  f(Stage::kWDown, layer.down.weight);
}

/// Calls f(stage, matrix) for every 1 x n matrix of a layer: a flat list in JSON.
template <class L, class F>
void each_row(L& layer, F f) {
  f(Stage::kBq, layer.q.bias);
  f(Stage::kBk, layer.k.bias);
  f(Stage::kBv, layer.v.bias);
  f(Stage::kBo, layer.o.bias);
  f(Stage::kBGate, layer.gate.bias);
  f(Stage::kBUp, layer.up.bias);
  f(Stage::kBDown, layer.down.bias);
  f(Stage::kNorm1Gain, layer.norm1.gain);
  f(Stage::kNorm1Bias, layer.norm1.bias);
  f(Stage::kNorm2Gain, layer.norm2.gain);
  f(Stage::kNorm2Bias, layer.norm2.bias);
  f(Stage::kTemperature, layer.temperature);
}

}  // namespace ap
