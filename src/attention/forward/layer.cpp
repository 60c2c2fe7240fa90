// One layer around its heads: projections, residual sums, norms, MLP.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "attention/forward/steps.hpp"
#include "attention/model/activation.hpp"
#include "attention/model/position.hpp"

namespace ap::steps {
namespace {

void count(Pass& pass, const Rect& r) noexcept {
  pass.cells += static_cast<std::size_t>(r.rows) * static_cast<std::size_t>(r.cols);
}

/// Whole rows, from the rows that any of the rectangles touch.
Dirty whole_rows(const Dirty& dirty, int cols) noexcept {
  Dirty rows;
  for (const Rect& r : dirty.rects()) rows.add({r.row, 0, r.rows, cols});
  return rows;
}

/// What is done to a row by a norm.
struct NormRule {
  bool layer_norm;
  double epsilon;
  double plus;  // to every gain
};

NormRule rule(const Model& m) noexcept {
  return {m.norm == NormKind::kLayerNorm, m.norm_epsilon, m.norm_plus_one ? 1.0 : 0.0};
}

void normalize_row(const float* x, float* y, int n, const NormRule& rule,
                   const Norm& norm) noexcept {
  double mean = 0.0;
  for (int j = 0; j < n && rule.layer_norm; ++j) mean += x[j];
  mean /= n;
  double square = 0.0;
  for (int j = 0; j < n; ++j) square += (x[j] - mean) * (x[j] - mean);
  const double inverse = 1.0 / std::sqrt(square / n + rule.epsilon);
  for (int j = 0; j < n; ++j) {
    double value = (x[j] - mean) * inverse * (static_cast<double>((*norm.gain)(0, j)) + rule.plus);
    if (norm.bias) value += static_cast<double>((*norm.bias)(0, j));
    y[j] = static_cast<float>(value);
  }
}

/// Rows of the cache in front of the rows computed now.
void put_past(const SharedMatrix& past, Matrix& keys) noexcept {
  std::memcpy(keys.data(), past->data(), static_cast<std::size_t>(past->size()) * sizeof(float));
}

/// K or V: the projected rows come after the cached ones.
Dirty key_side(Pass& pass, Site site, ConstView x, const Dirty& x_dirty, const Linear& map,
               const LinearDirty& map_dirty, const SharedMatrix& past, const Dirty& past_dirty,
               Matrix& out) {
  const int first = past ? static_cast<int>(past->rows()) : 0;
  const int cols = static_cast<int>(out.cols());
  const Dirty fresh =
      linear(pass, site, x, x_dirty, map, map_dirty, view(out).block(first, 0, x.rows, cols));
  Dirty dirty;
  for (const Rect& r : fresh.rects()) dirty.add({r.row + first, r.col, r.rows, r.cols});
  if (past && (pass.changes.all || !past_dirty.none())) {
    put_past(past, out);
    if (pass.changes.all) {
      dirty.add({0, 0, first, cols});
    } else {
      dirty.add(past_dirty);
    }
  }
  return dirty;
}

/// One of a layer's norms, of `from` into `to`.
Dirty norm_step(Pass& pass, int index, Norm Layer::* norm, NormDirty LayerDirty::* changes,
                Stage from, const Dirty& dirty, Stage stage, Matrix& to) {
  const Layer& layer = pass.model().layers[static_cast<std::size_t>(index)];
  return normalize(pass, {index, stage}, pass.trace.tensor({index, from, 0}), dirty, layer.*norm,
                   pass.layer_changes(index).*changes, live(to, pass.queries()));
}

/// The MLP with its norms, gate and residual; `input` is what changed in the layer's input,
/// `middle` in h. Returns the output's changes.
Dirty mlp(Pass& pass, int index, const Dirty& input, const Dirty& middle) {
  const Plan& p = pass.plan;
  const auto l = static_cast<std::size_t>(index);
  const Layer& layer = pass.model().layers[l];
  const LayerDirty& changes = pass.layer_changes(index);
  LayerTrace& t = pass.trace.layers[l];
  const int rows = pass.queries();
  const auto tensor = [&](Stage stage) { return pass.trace.tensor({index, stage, 0}); };
  Dirty in = p.parallel ? input : middle;
  if (p.pre_norm) {
    in = norm_step(pass, index, &Layer::norm2, &LayerDirty::norm2, p.mlp_source(), in,
                   Stage::kNorm2, t.norm2);
  }
  const ConstView x = tensor(p.mlp_input());
  Dirty gate;
  if (p.gated)
    gate = linear(pass, {index, Stage::kGate}, x, in, layer.gate, changes.gate, live(t.gate, rows));
  const Dirty up = linear(pass, {index, Stage::kUp}, x, in, layer.up, changes.up, live(t.up, rows));
  const Dirty hidden = activate(pass, {index, Stage::kHidden}, pass.model().mlp,
                                live(std::as_const(t.gate), p.gated ? rows : 0), gate,
                                live(std::as_const(t.up), rows), up, live(t.hidden, rows));
  Dirty out = linear(pass, {index, Stage::kMlpOut}, live(std::as_const(t.hidden), rows), hidden,
                     layer.down, changes.down, live(t.mlp_out, rows));
  if (p.sandwich) {
    out = norm_step(pass, index, &Layer::post2, &LayerDirty::post2, Stage::kMlpOut, out,
                    Stage::kPostNorm2, t.post2);
  }
  if (layer.mlp_gate) {
    out = scale_columns(pass, {index, Stage::kMlpGated}, tensor(p.mlp_part()), out, *layer.mlp_gate,
                        changes.mlp_gate, pass.model().width, live(t.mlp_gated, rows));
  } else if (!changes.mlp_gate.none()) {
    out.add_all(rows, pass.model().width);  // the gate went
  }
  if (p.residual) {
    out = sum(pass, {index, Stage::kMlpAdded}, tensor(p.middle()), middle, tensor(Stage::kMlpGated),
              out, live(t.mlp_added, rows));
  }
  if (p.post_norm) {
    out = norm_step(pass, index, &Layer::norm2, &LayerDirty::norm2, p.mlp_result(), out,
                    Stage::kNorm2, t.norm2);
  }
  return out;
}

/// Each head's output times its gate; returns what changed in concat.
Dirty gate_heads(Pass& pass, int index, const Dirty& heads) {
  const auto l = static_cast<std::size_t>(index);
  const Layer& layer = pass.model().layers[l];
  const Dirty& gates = pass.layer_changes(index).gates;
  LayerTrace& t = pass.trace.layers[l];
  const int rows = pass.queries();
  if (layer.gates) {
    return scale_columns(pass, {index, Stage::kConcat}, live(std::as_const(t.concat), rows), heads,
                         *layer.gates, gates, pass.model().value_width, live(t.gated, rows));
  }
  Dirty dirty = heads;
  if (!gates.none()) dirty.add_all(rows, static_cast<int>(t.concat.cols()));  // they went
  return dirty;
}

/// Norms and rotation of queries and keys, as far as they are on.
void prepare(Pass& pass, int index, bool rotation, Dirty& q, Dirty& k) {
  const auto l = static_cast<std::size_t>(index);
  const Layer& layer = pass.model().layers[l];
  const LayerDirty& changes = pass.layer_changes(index);
  LayerTrace& t = pass.trace.layers[l];
  const int rows = pass.queries();
  const int keys = pass.keys();
  const auto tensor = [&](Matrix& m, int n) { return live(std::as_const(m), n); };
  if (pass.plan.qk_norm) {
    q = normalize_heads(pass, {index, Stage::kQNormed}, tensor(t.q, rows), q, layer.q_norm,
                        changes.q_norm, live(t.q_normed, rows));
    k = normalize_heads(pass, {index, Stage::kKNormed}, tensor(t.k, keys), k, layer.k_norm,
                        changes.k_norm, live(t.k_normed, keys));
  }
  if (!pass.plan.rope) return;
  q = rotate(pass, {index, Stage::kQRotated}, tensor(pass.plan.qk_norm ? t.q_normed : t.q, rows), q,
             rotation, pass.trace.input.past_length(), live(t.q_rotated, rows));
  k = rotate(pass, {index, Stage::kKRotated}, tensor(pass.plan.qk_norm ? t.k_normed : t.k, keys), k,
             rotation, 0, live(t.k_rotated, keys));
}

/// Q, K, V, their norms and rotation, the heads and their gates; returns what changed in concat.
Dirty attention(Pass& pass, int index, const Dirty& x_dirty, const Dirty& source, bool rotation,
                const Dirty& mask) {
  Trace& trace = pass.trace;
  const auto l = static_cast<std::size_t>(index);
  const Layer& layer = pass.model().layers[l];
  const LayerDirty& changes = pass.layer_changes(index);
  LayerTrace& t = trace.layers[l];
  const ConstView x = trace.tensor({index, pass.plan.attention_input(), 0});
  const bool cross = trace.input.cross();
  const ConstView s = cross ? trace.tensor({0, Stage::kSourceInput, 0}) : x;
  const Dirty& s_dirty = cross ? source : x_dirty;
  const Past::LayerPast past = trace.input.past ? trace.input.past->layers[l] : Past::LayerPast{};
  const PastDirty past_dirty = pass.changes.past.empty() ? PastDirty{} : pass.changes.past[l];
  Dirty q =
      linear(pass, {index, Stage::kQ}, x, x_dirty, layer.q, changes.q, live(t.q, pass.queries()));
  Dirty k =
      key_side(pass, {index, Stage::kK}, s, s_dirty, layer.k, changes.k, past.k, past_dirty.k, t.k);
  const Dirty v =
      key_side(pass, {index, Stage::kV}, s, s_dirty, layer.v, changes.v, past.v, past_dirty.v, t.v);
  prepare(pass, index, rotation, q, k);
  return gate_heads(pass, index, heads(pass, index, q, k, v, mask));
}

}  // namespace

Dirty linear_dirty(const Pass& pass, const Dirty& x, const LinearDirty& map,
                   const View& y) noexcept {
  Dirty dirty;
  if (pass.changes.all) dirty.add_all(y.rows, y.cols);
  for (const Rect& r : x.rects()) dirty.add({r.row, 0, r.rows, y.cols});
  for (const Rect& r : map.weight.rects()) dirty.add({0, r.col, y.rows, r.cols});
  for (const Rect& r : map.bias.rects()) dirty.add({0, r.col, y.rows, r.cols});
  return dirty;
}

Dirty linear(Pass& pass, Site site, ConstView x, const Dirty& x_dirty, const Linear& map,
             const LinearDirty& map_dirty, View y) {
  Dirty dirty = linear_dirty(pass, x_dirty, map_dirty, y);
  pass.held.add_forced(site, dirty);
  const ConstView w = view(map.weight);
  for (const Rect& r : dirty.rects()) {
    gemm(x.block(r.row, 0, r.rows, x.cols), w.block(0, r.col, w.rows, r.cols),
         y.block(r.row, r.col, r.rows, r.cols), pass.scratch);
    for (int i = 0; map.bias && i < r.rows; ++i) {
      add_row(map.bias->data() + r.col, y.row(r.row + i) + r.col, r.cols);
    }
    count(pass, r);
  }
  pass.held.apply(site, dirty, y);
  return dirty;
}

Dirty sum(Pass& pass, Site site, ConstView a, const Dirty& a_dirty, ConstView b,
          const Dirty& b_dirty, View y) {
  Dirty dirty = a_dirty;
  dirty.add(b_dirty);
  if (pass.changes.all) dirty.add_all(y.rows, y.cols);
  pass.held.add_forced(site, dirty);
  for (const Rect& r : dirty.rects()) {
    for (int i = r.row; i < r.row + r.rows; ++i) {
      sum_row(a.row(i) + r.col, b.row(i) + r.col, y.row(i) + r.col, r.cols);
    }
    count(pass, r);
  }
  pass.held.apply(site, dirty, y);
  return dirty;
}

Dirty normalize(Pass& pass, Site site, ConstView x, const Dirty& x_dirty, const Norm& norm,
                const NormDirty& norm_dirty, View y) {
  Dirty asked = x_dirty;
  pass.held.add_forced(site, asked);
  Dirty dirty = whole_rows(asked, y.cols);
  if (pass.changes.all || pass.changes.epsilon || !norm_dirty.gain.none() ||
      !norm_dirty.bias.none()) {
    dirty.add_all(y.rows, y.cols);
  }
  const NormRule how = rule(pass.model());
  for (const Rect& r : dirty.rects()) {
    for (int i = r.row; i < r.row + r.rows; ++i) {
      normalize_row(x.row(i), y.row(i), x.cols, how, norm);
    }
    count(pass, r);
  }
  pass.held.apply(site, dirty, y);
  return dirty;
}

Dirty normalize_heads(Pass& pass, Site site, ConstView x, const Dirty& x_dirty, const Norm& norm,
                      const NormDirty& norm_dirty, View y) {
  const int width = pass.model().key_width;
  Dirty asked = x_dirty;
  pass.held.add_forced(site, asked);
  Dirty dirty;
  for (const Rect& r : asked.rects()) {  // whole heads
    const int first = r.col / width * width;
    const int end = (r.col + r.cols + width - 1) / width * width;
    dirty.add({r.row, first, r.rows, end - first});
  }
  if (pass.changes.all || pass.changes.epsilon || !norm_dirty.gain.none()) {
    dirty.add_all(y.rows, y.cols);
  }
  NormRule how = rule(pass.model());
  how.layer_norm = false;
  for (const Rect& r : dirty.rects()) {
    for (int i = r.row; i < r.row + r.rows; ++i) {
      for (int j = r.col; j < r.col + r.cols; j += width) {
        normalize_row(x.row(i) + j, y.row(i) + j, width, how, norm);
      }
    }
    count(pass, r);
  }
  pass.held.apply(site, dirty, y);
  return dirty;
}

Dirty scale_columns(Pass& pass, Site site, ConstView x, const Dirty& x_dirty, const Matrix& factors,
                    const Dirty& factors_dirty, int width, View y) {
  Dirty dirty = x_dirty;
  if (pass.changes.all) dirty.add_all(y.rows, y.cols);
  for (const Rect& r : factors_dirty.rects()) dirty.add({0, r.col * width, y.rows, r.cols * width});
  pass.held.add_forced(site, dirty);
  for (const Rect& r : dirty.rects()) {
    for (int i = r.row; i < r.row + r.rows; ++i) {
      for (int j = r.col; j < r.col + r.cols;) {  // a run of one factor
        const int end = std::min((j / width + 1) * width, r.col + r.cols);
        scale_row(x.row(i) + j, y.row(i) + j, end - j, factors(0, j / width));
        j = end;
      }
    }
    count(pass, r);
  }
  pass.held.apply(site, dirty, y);
  return dirty;
}

Dirty activate(Pass& pass, Site site, MlpKind kind, ConstView gate, const Dirty& gate_dirty,
               ConstView up, const Dirty& up_dirty, View hidden) {
  Dirty dirty = up_dirty;
  dirty.add(gate_dirty);
  pass.held.add_forced(site, dirty);
  for (const Rect& r : dirty.rects()) {
    for (int i = r.row; i < r.row + r.rows; ++i) {
      for (int j = r.col; j < r.col + r.cols; ++j) {
        const double x = up(i, j);
        hidden(i, j) = static_cast<float>(gate.empty() ? activation(kind, x)
                                                       : activation(kind, gate(i, j)) * x);
      }
    }
    count(pass, r);
  }
  pass.held.apply(site, dirty, hidden);
  return dirty;
}

Dirty rotate(Pass& pass, Site site, ConstView x, const Dirty& x_dirty, bool all, int first,
             View y) {
  const Model& m = pass.model();
  const int cols = x.cols;
  Dirty asked = x_dirty;
  pass.held.add_forced(site, asked);
  Dirty dirty = whole_rows(asked, cols);
  if (all) dirty.add_all(x.rows, cols);
  for (const Rect& r : dirty.rects()) {
    for (int i = r.row; i < r.row + r.rows; ++i) {
      for (int h = 0; h < cols; h += m.key_width) {
        rotate_row(x.row(i) + h, y.row(i) + h, m.key_width, m.rotary_width(),
                   m.positions.interleaved, &pass.trace.rotary_cos(first + i, 0),
                   &pass.trace.rotary_sin(first + i, 0));
      }
    }
    count(pass, r);
  }
  pass.held.apply(site, dirty, y);
  return dirty;
}

Dirty layer(Pass& pass, int index, const Dirty& input, const Dirty& source, bool rotation,
            const Dirty& mask) {
  const Plan& p = pass.plan;
  const auto l = static_cast<std::size_t>(index);
  LayerTrace& t = pass.trace.layers[l];
  Dirty x = input;
  if (p.pre_norm) {
    x = norm_step(pass, index, &Layer::norm1, &LayerDirty::norm1, Stage::kInput, x, Stage::kNorm1,
                  t.norm1);
  }
  const Dirty concat = attention(pass, index, x, source, rotation, mask);
  Dirty out = project(pass, index, concat);
  if (p.sandwich) {
    out = norm_step(pass, index, &Layer::post1, &LayerDirty::post1, Stage::kProjected, out,
                    Stage::kPostNorm1, t.post1);
  }
  if (p.residual) {
    out = sum(pass, {index, Stage::kAdded}, pass.trace.tensor({index, p.attention_part(), 0}), out,
              pass.trace.tensor({index, Stage::kInput, 0}), input, live(t.added, pass.queries()));
  }
  if (p.post_norm) {
    out = norm_step(pass, index, &Layer::norm1, &LayerDirty::norm1, p.attended(), out,
                    Stage::kNorm1, t.norm1);
  }
  return p.mlp ? mlp(pass, index, input, out) : out;
}

}  // namespace ap::steps
