// Random whole language models: every part that random_model.hpp leaves out, by chance.
#pragma once

#include <numeric>

#include "support/random_model.hpp"

namespace ap::test {

class RandomLanguage {
 public:
  explicit RandomLanguage(std::uint64_t seed) : random_(seed) {}

  RandomModel& random() { return random_; }

  Model model() {
    Model m;
    m.kv_heads = random_.between(1, 3);
    m.heads = m.kv_heads * random_.between(1, 3);
    m.key_width = random_.between(2, 7);
    m.value_width = random_.between(1, 7);
    m.width = random_.between(5, 15);  // norms of two numbers magnify every rounding
    m.scale = static_cast<ScaleKind>(random_.between(0, 2));
    m.free_scale = 0.4F;
    m.softcap = random_.coin() ? 0.0F : 3.0F;
    m.causal = random_.between(0, 3) > 0;
    m.residual = random_.between(0, 3) > 0;
    m.norm = static_cast<NormKind>(random_.between(0, 2));
    const bool sandwich = m.residual && random_.coin();
    m.norm_place = sandwich         ? NormPlace::kSandwich
                   : random_.coin() ? NormPlace::kPre
                                    : NormPlace::kPost;
    m.parallel = m.residual && m.norm_place != NormPlace::kPost && random_.coin();
    m.norm_plus_one = random_.coin();
    m.mlp = static_cast<MlpKind>(random_.between(0, 6));
    m.mlp_width = m.mlp == MlpKind::kNone ? 0 : random_.between(1, 11);
    positions(m);
    const int layers = random_.between(1, 3);
    const bool qk = random_.coin();
    for (int l = 0; l < layers; ++l) m.layers.push_back(layer(m, qk));
    m.language = language(m);
    return m;
  }

  Input input(const Model& m) {
    Input in;
    in.ids = ids(m, random_.between(1, kMost - 6));
    in.logit_rows = rows(in.queries());
    return in;
  }

  SharedInts ids(const Model& m, int tokens) {
    std::vector<int> list(static_cast<std::size_t>(tokens));
    for (int& id : list) id = random_.between(0, m.language->vocabulary() - 1);
    return std::make_shared<const std::vector<int>>(std::move(list));
  }
  /// All rows, some, or the last.
  SharedInts rows(int tokens) {
    std::vector<int> list;
    const int kind = random_.between(0, 2);
    for (int i = 0; i < tokens; ++i) {
      if (kind == 0 || (kind == 1 && random_.coin()) || i + 1 == tokens) list.push_back(i);
    }
    return std::make_shared<const std::vector<int>>(std::move(list));
  }

  /// A weight, a gate, a number of the part around the layers, or the text at its end or inside.
  void edit(Model& m, Input& in) {
    switch (random_.between(0, 6)) {
      case 0: return edit_text(m, in);
      case 1: return toggle_gates(m);
      case 2: in.logit_rows = rows(in.queries()); return;
      case 3: return edit_option(m);
      default: break;
    }
    Layer& l = m.layers[random_.rng().below(static_cast<std::uint32_t>(m.layers.size()))];
    Language& t = *m.language;
    SharedMatrix* const cells[] = {&l.q.weight,
                                   &l.k.weight,
                                   &l.v.weight,
                                   &l.o.weight,
                                   &l.q.bias,
                                   &l.k.bias,
                                   &l.v.bias,
                                   &l.o.bias,
                                   &l.norm1.gain,
                                   &l.norm2.gain,
                                   &l.norm1.bias,
                                   &l.post1.gain,
                                   &l.post2.gain,
                                   &l.q_norm.gain,
                                   &l.k_norm.gain,
                                   &l.gate.weight,
                                   &l.up.weight,
                                   &l.down.weight,
                                   &l.gates,
                                   &l.mlp_gate,
                                   &t.table,
                                   &t.segment,
                                   &t.embedding_norm.gain,
                                   &t.transform.weight,
                                   &t.transform.bias,
                                   &t.final_norm.gain,
                                   &t.unembedding,
                                   &t.bias,
                                   &m.positions.learned,
                                   &t.table};
    SharedMatrix& target = *cells[random_.rng().below(std::size(cells))];
    if (!target || target->size() == 0) return;
    Matrix changed = *target;
    changed.data()[random_.rng().below(static_cast<std::uint32_t>(changed.size()))] =
        random_.number();
    target = share(std::move(changed));
  }

  static constexpr int kMost = 24;

 private:
  void positions(Model& m) {
    m.positions.kind = static_cast<PositionKind>(random_.between(0, 4));
    m.positions.interleaved = random_.coin();
    m.positions.rotary_width = random_.coin() ? 0 : 2 * random_.between(1, m.key_width / 2);
    m.positions.scaling = static_cast<RopeScaling>(random_.between(0, 2));
    m.positions.base = 40.0F;
    m.positions.factor = 4.0F;
    m.positions.original_context = 64;
    if (m.positions.kind != PositionKind::kLearned) return;
    m.positions.offset = random_.between(1, 3);
    if (random_.coin()) m.positions.padding = 1;
    m.positions.learned = random_.matrix(kMost + 3, m.width);
  }

  Norm norm(const Model& m) {
    const bool bias = m.norm == NormKind::kLayerNorm && random_.coin();
    return {random_.matrix(1, m.width), bias ? random_.matrix(1, m.width) : nullptr};
  }

  Layer layer(const Model& m, bool qk) {
    Layer l;
    const auto linear = [&](int rows, int cols) {
      return random_.linear(rows, cols, random_.coin());
    };
    const bool mlp = m.mlp != MlpKind::kNone;
    const bool sandwich = m.norm_place == NormPlace::kSandwich;
    l.q = linear(m.width, m.heads * m.key_width);
    l.k = linear(m.width, m.kv_heads * m.key_width);
    l.v = linear(m.width, m.kv_heads * m.value_width);
    l.o = linear(m.heads * m.value_width, m.width);
    if (m.norm != NormKind::kNone) {
      l.norm1 = norm(m);
      if (mlp) l.norm2 = norm(m);
      if (sandwich) l.post1 = norm(m);
      if (sandwich && mlp) l.post2 = norm(m);
    }
    if (random_.coin()) l.window = {random_.between(-1, 5), random_.between(-1, 5)};
    if (qk) l.q_norm.gain = random_.matrix(1, m.key_width);
    if (qk) l.k_norm.gain = random_.matrix(1, m.key_width);
    if (random_.coin()) l.gates = random_.matrix(1, m.heads);
    if (!mlp) return l;
    if (m.residual && random_.coin()) l.mlp_gate = random_.matrix(1, 1);
    if (is_gated(m.mlp)) l.gate = linear(m.width, m.mlp_width);
    l.up = linear(m.width, m.mlp_width);
    l.down = linear(m.mlp_width, m.width);
    return l;
  }

  Language language(const Model& m) {
    Language l;
    const int v = random_.between(3, 30);
    const bool norms = m.norm != NormKind::kNone;
    l.table = random_.matrix(v, m.width);
    l.table_scale = random_.coin() ? 1.0F : 1.7F;
    if (random_.coin()) l.segment = random_.matrix(1, m.width);
    if (norms && random_.coin()) l.embedding_norm = norm(m);
    if (random_.coin()) l.transform = random_.linear(m.width, m.width, random_.coin());
    constexpr MlpKind kPlain[] = {MlpKind::kNone, MlpKind::kGelu, MlpKind::kRelu,
                                  MlpKind::kGeluTanh, MlpKind::kGeluQuick};
    l.activation = kPlain[random_.between(0, 4)];
    if (norms && random_.coin()) l.final_norm = norm(m);
    if (random_.coin()) l.unembedding = random_.matrix(v, m.width);
    if (random_.coin()) l.bias = random_.matrix(1, v);
    l.softcap = random_.coin() ? 0.0F : 4.0F;
    return l;
  }

  void edit_text(const Model& m, Input& in) {
    std::vector<int> list = *in.ids;
    const int most = kMost - 1;
    const int kind = random_.between(0, 3);
    const auto any = [&] { return random_.between(0, m.language->vocabulary() - 1); };
    if (kind <= 1 && static_cast<int>(list.size()) < most) {
      const int more = random_.between(1, std::min(5, most - static_cast<int>(list.size())));
      for (int i = 0; i < more; ++i) list.push_back(any());
    } else if (kind == 2 && list.size() > 1) {
      list.resize(static_cast<std::size_t>(random_.between(1, static_cast<int>(list.size()) - 1)));
    } else {
      list[random_.rng().below(static_cast<std::uint32_t>(list.size()))] = any();
    }
    in.ids = std::make_shared<const std::vector<int>>(std::move(list));
    in.logit_rows = rows(in.queries());
  }

  void toggle_gates(Model& m) {
    Layer& l = m.layers[random_.rng().below(static_cast<std::uint32_t>(m.layers.size()))];
    if (random_.coin()) {
      l.gates = l.gates ? nullptr : random_.matrix(1, m.heads);
    } else if (m.mlp != MlpKind::kNone && m.residual) {
      l.mlp_gate = l.mlp_gate ? nullptr : random_.matrix(1, 1);
    }
  }

  void edit_option(Model& m) {
    Language& l = *m.language;
    switch (random_.between(0, 7)) {
      case 0: m.norm_plus_one = !m.norm_plus_one; break;
      case 1: m.positions.base = 30.0F + 100.0F * random_.rng().uniform(); break;
      case 2: m.positions.scaling = static_cast<RopeScaling>(random_.between(0, 2)); break;
      case 3: l.table_scale = random_.coin() ? 1.0F : 0.5F + random_.rng().uniform(); break;
      case 4: l.softcap = random_.coin() ? 0.0F : 2.0F + random_.rng().uniform(); break;
      case 5: l.bias = l.bias ? nullptr : random_.matrix(1, l.vocabulary()); break;
      case 6: m.causal = !m.causal; break;
      default: m.free_scale = random_.rng().uniform(); break;
    }
  }

  RandomModel random_;
};

}  // namespace ap::test
