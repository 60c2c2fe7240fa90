// Random models and inputs over every variant, for property tests. The same seed, the same model.
#pragma once

#include <cmath>

#include "attention/model/input.hpp"
#include "base/rng.hpp"

namespace ap::test {

class RandomModel {
 public:
  explicit RandomModel(std::uint64_t seed) : rng_(seed) {}

  int between(int low, int high) {
    return low + static_cast<int>(rng_.below(static_cast<std::uint32_t>(high - low + 1)));
  }
  bool coin() { return rng_.below(2) == 1; }
  float number() { return rng_.normal(); }
  Rng& rng() { return rng_; }

  SharedMatrix matrix(int rows, int cols, float size = 1.0F) {
    Matrix m(rows, cols);
    for (int i = 0; i < m.size(); ++i) m.data()[i] = size * rng_.normal();
    return share(std::move(m));
  }

  Linear linear(int rows, int cols, bool bias) {
    const float size = 1.0F / std::sqrt(static_cast<float>(rows));
    return {matrix(rows, cols, size), bias ? matrix(1, cols, 0.3F) : nullptr};
  }

  /// Small sizes and every option by chance.
  Model model() {
    Model m;
    m.kv_heads = between(1, 3);
    m.heads = m.kv_heads * between(1, 3);
    m.key_width = between(2, 9);
    m.value_width = between(1, 9);
    m.width = between(1, 17);
    m.scale = static_cast<ScaleKind>(between(0, 2));
    m.free_scale = 0.3F + number() * 0.1F;
    m.softcap = coin() ? 0.0F : 2.0F + rng_.uniform();
    m.causal = coin();
    m.residual = coin();
    m.norm = static_cast<NormKind>(between(0, 2));
    m.norm_place = static_cast<NormPlace>(between(0, 1));
    m.mlp = static_cast<MlpKind>(between(0, 3));
    m.mlp_width = m.mlp == MlpKind::kNone ? 0 : between(1, 11);
    m.positions.kind = static_cast<PositionKind>(between(0, 4));
    m.positions.interleaved = coin();
    m.positions.rotary_width = coin() ? 0 : 2 * between(1, m.key_width / 2);
    if (m.positions.kind == PositionKind::kLearned) {
      m.positions.learned = matrix(kMaxTestTokens, m.width);
    }
    const int layers = between(1, 3);
    for (int l = 0; l < layers; ++l) m.layers.push_back(layer(m));
    return m;
  }

  Input input(const Model& m) {
    Input in;
    const bool cross = rng_.below(3) == 0;
    in.embeddings = matrix(between(1, 12), m.width);
    if (cross) in.source = matrix(between(1, 12), m.width);
    if (!cross && coin()) in.past = past(m);
    if (coin()) in.kv_length = between(0, in.keys());
    if (coin()) in.mask = painted(in.queries(), in.keys());
    return in;
  }

  /// One cell of one parameter or embedding, or one option, is changed.
  void edit(Model& m, Input& in) {
    Layer& l = m.layers[rng_.below(static_cast<std::uint32_t>(m.layers.size()))];
    SharedMatrix* const cells[] = {&in.embeddings, &in.source,          &in.mask,
                                   &l.q.weight,    &l.k.weight,         &l.v.weight,
                                   &l.o.weight,    &l.q.bias,           &l.k.bias,
                                   &l.v.bias,      &l.o.bias,           &l.temperature,
                                   &l.norm1.gain,  &l.norm1.bias,       &l.norm2.gain,
                                   &l.norm2.bias,  &l.gate.weight,      &l.up.weight,
                                   &l.down.weight, &l.up.bias,          &l.down.bias,
                                   &l.gate.bias,   &m.positions.learned};
    if (rng_.below(5) == 0) return edit_option(m, in);
    SharedMatrix& target = *cells[rng_.below(std::size(cells))];
    if (!target || target->size() == 0) return;
    Matrix changed = *target;
    float& cell = changed.data()[rng_.below(static_cast<std::uint32_t>(changed.size()))];
    cell = &target == &l.temperature ? 0.5F + rng_.uniform() : rng_.normal();
    if (&target == &in.mask && coin()) cell = -INFINITY;
    target = share(std::move(changed));
  }

  static constexpr int kMaxTestTokens = 24;

 private:
  Layer layer(const Model& m) {
    Layer l;
    const bool bias = coin();
    if (rng_.below(3) == 0) l.window = window();
    l.q = linear(m.width, m.heads * m.key_width, bias);
    l.k = linear(m.width, m.kv_heads * m.key_width, bias);
    l.v = linear(m.width, m.kv_heads * m.value_width, bias);
    l.o = linear(m.heads * m.value_width, m.width, bias);
    if (coin()) {
      Matrix t(1, m.heads);
      for (int h = 0; h < m.heads; ++h) t(0, h) = 0.5F + rng_.uniform();
      l.temperature = share(std::move(t));
    }
    if (m.norm != NormKind::kNone) l.norm1 = norm(m);
    if (m.norm != NormKind::kNone && m.mlp != MlpKind::kNone) l.norm2 = norm(m);
    if (m.mlp == MlpKind::kSwiglu) l.gate = linear(m.width, m.mlp_width, bias);
    if (m.mlp == MlpKind::kNone) return l;
    l.up = linear(m.width, m.mlp_width, bias);
    l.down = linear(m.mlp_width, m.width, bias);
    return l;
  }

  Norm norm(const Model& m) {
    return {matrix(1, m.width), m.norm == NormKind::kLayerNorm ? matrix(1, m.width) : nullptr};
  }

  std::shared_ptr<const Past> past(const Model& m) {
    Past p;
    const int length = between(1, 7);
    for (std::size_t l = 0; l < m.layers.size(); ++l) {
      p.layers.push_back(
          {matrix(length, m.kv_heads * m.key_width), matrix(length, m.kv_heads * m.value_width)});
    }
    return std::make_shared<const Past>(std::move(p));
  }

  SharedMatrix painted(int rows, int cols) {
    Matrix m = Matrix::Zero(rows, cols);
    for (int i = 0; i < m.size(); ++i) {
      const auto what = rng_.below(4);
      if (what == 0) m.data()[i] = -INFINITY;
      if (what == 1) m.data()[i] = number();
    }
    return share(std::move(m));
  }

  KeyWindow window() { return {between(-1, 5), between(-1, 5)}; }

  void edit_option(Model& m, Input& in) {
    switch (rng_.below(10)) {
      case 0: m.causal = !m.causal; break;
      case 1: m.scale = static_cast<ScaleKind>(between(0, 2)); break;
      case 2: m.softcap = coin() ? 0.0F : 1.0F + rng_.uniform(); break;
      case 3: m.free_scale = rng_.uniform(); break;
      case 4: m.positions.base = 100.0F + 1000.0F * rng_.uniform(); break;
      case 5: m.positions.interleaved = !m.positions.interleaved; break;
      case 6: in.mask = coin() ? nullptr : painted(in.queries(), in.keys()); break;
      case 7: in.kv_length = coin() ? -1 : between(0, in.keys()); break;
      case 8:
        m.layers[rng_.below(static_cast<std::uint32_t>(m.layers.size()))].window = window();
        break;
      default: m.norm_epsilon = 1e-5F + 1e-3F * rng_.uniform(); break;
    }
  }

  Rng rng_;
};

}  // namespace ap::test
