// Hand-made models for unit tests: identity weights unless a test says otherwise.
#pragma once

#include <initializer_list>

#include "attention/model/input.hpp"

namespace ap::test {

inline SharedMatrix identity(int n) { return share(Matrix::Identity(n, n)); }

inline SharedMatrix rows(std::initializer_list<std::initializer_list<float>> list) {
  Matrix m(static_cast<int>(list.size()),
           list.size() == 0 ? 0 : static_cast<int>(list.begin()->size()));
  int i = 0;
  for (const auto& row : list) {
    int j = 0;
    for (const float x : row) m(i, j++) = x;
    ++i;
  }
  return share(std::move(m));
}

/// One layer, one head, D = K = V, W = I, no scale.
inline Model plain_model(int width) {
  Model m;
  m.width = m.key_width = m.value_width = width;
  m.scale = ScaleKind::kOff;
  Layer layer;
  layer.q.weight = layer.k.weight = layer.v.weight = layer.o.weight = identity(width);
  m.layers.push_back(layer);
  return m;
}

inline Input input_of(SharedMatrix embeddings) {
  Input in;
  in.embeddings = std::move(embeddings);
  return in;
}

}  // namespace ap::test
