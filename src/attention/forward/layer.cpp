// One layer around its heads: projections, residual sums, norms, MLP.
#include <cmath>
#include <cstring>
#include <numbers>

#include "attention/forward/steps.hpp"
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

void normalize_row(const float* x, float* y, int n, const Model& m, const Norm& norm) noexcept {
  const bool layer_norm = m.norm == NormKind::kLayerNorm;
  double mean = 0.0;
  for (int j = 0; j < n && layer_norm; ++j) mean += x[j];
  mean /= n;
  double square = 0.0;
  for (int j = 0; j < n; ++j) square += (x[j] - mean) * (x[j] - mean);
  const double inverse = 1.0 / std::sqrt(square / n + static_cast<double>(m.norm_epsilon));
  for (int j = 0; j < n; ++j) {
    double value = (x[j] - mean) * inverse * static_cast<double>((*norm.gain)(0, j));
    if (layer_norm) value += static_cast<double>((*norm.bias)(0, j));
    y[j] = static_cast<float>(value);
  }
}

float activation(MlpKind kind, float gate, float up) noexcept {
  const double x = up;
  switch (kind) {
    case MlpKind::kGelu:  // Hendrycks and Gimpel 2016, exact form
      return static_cast<float>(0.5 * x * (1.0 + std::erf(x / std::numbers::sqrt2)));
    case MlpKind::kRelu: return up > 0.0F ? up : 0.0F;
    case MlpKind::kSwiglu: {  // Shazeer 2020: silu(gate) · up
      const double g = gate;
      return static_cast<float>(g / (1.0 + std::exp(-g)) * x);
    }
    case MlpKind::kNone: break;
  }
  return up;
}

/// Rows of the cache in front of the rows computed now.
void put_past(const SharedMatrix& past, Matrix& keys) noexcept {
  std::memcpy(keys.data(), past->data(), static_cast<std::size_t>(past->size()) * sizeof(float));
}

/// K or V: the projected rows come after the cached ones.
Dirty key_side(Pass& pass, ConstView x, const Dirty& x_dirty, const Linear& map,
               const LinearDirty& map_dirty, const SharedMatrix& past, const Dirty& past_dirty,
               Matrix& out) {
  const int first = past ? static_cast<int>(past->rows()) : 0;
  const int cols = static_cast<int>(out.cols());
  const Dirty fresh =
      linear(pass, x, x_dirty, map, map_dirty, view(out).block(first, 0, x.rows, cols));
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

/// norm1 or norm2 of `from` into `to`.
Dirty norm_step(Pass& pass, int index, bool first, Stage from, const Dirty& dirty, Matrix& to) {
  const Layer& layer = pass.model().layers[static_cast<std::size_t>(index)];
  const LayerDirty& changes = pass.layer_changes(index);
  return normalize(pass, pass.trace.tensor({index, from, 0}), dirty,
                   first ? layer.norm1 : layer.norm2, first ? changes.gain1 : changes.gain2,
                   first ? changes.bias1 : changes.bias2, view(to));
}

/// The MLP with its norm and residual; `middle` is what changed in h. Returns the output's changes.
Dirty mlp(Pass& pass, int index, const Dirty& middle) {
  const Plan& p = pass.plan;
  const auto l = static_cast<std::size_t>(index);
  const Layer& layer = pass.model().layers[l];
  const LayerDirty& changes = pass.layer_changes(index);
  LayerTrace& t = pass.trace.layers[l];
  Dirty in = middle;
  if (p.pre_norm) in = norm_step(pass, index, false, p.middle(), in, t.norm2);
  const ConstView x = pass.trace.tensor({index, p.mlp_input(), 0});
  Dirty gate;
  if (p.swiglu) gate = linear(pass, x, in, layer.gate, changes.gate, view(t.gate));
  const Dirty up = linear(pass, x, in, layer.up, changes.up, view(t.up));
  const Dirty hidden = activate(pass, view(std::as_const(t.gate)), gate, view(std::as_const(t.up)),
                                up, view(t.hidden));
  Dirty out = linear(pass, view(std::as_const(t.hidden)), hidden, layer.down, changes.down,
                     view(t.mlp_out));
  if (p.residual) {
    out = sum(pass, pass.trace.tensor({index, p.middle(), 0}), middle,
              view(std::as_const(t.mlp_out)), out, view(t.mlp_added));
  }
  if (p.post_norm) out = norm_step(pass, index, false, p.mlp_result(), out, t.norm2);
  return out;
}

/// Q, K, V, their rotation, and the heads; returns what changed in concat.
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
  const PastDirty& past_dirty = pass.changes.past[l];
  Dirty q = linear(pass, x, x_dirty, layer.q, changes.q, view(t.q));
  Dirty k = key_side(pass, s, s_dirty, layer.k, changes.k, past.k, past_dirty.k, t.k);
  const Dirty v = key_side(pass, s, s_dirty, layer.v, changes.v, past.v, past_dirty.v, t.v);
  if (pass.plan.rope) {
    q = rotate(pass, t.q, q, rotation, trace.input.past_length(), t.q_rotated);
    k = rotate(pass, t.k, k, rotation, 0, t.k_rotated);
  }
  return heads(pass, index, q, k, v, mask);
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

Dirty linear(Pass& pass, ConstView x, const Dirty& x_dirty, const Linear& map,
             const LinearDirty& map_dirty, View y) {
  const Dirty dirty = linear_dirty(pass, x_dirty, map_dirty, y);
  const ConstView w = view(map.weight);
  for (const Rect& r : dirty.rects()) {
    gemm(x.block(r.row, 0, r.rows, x.cols), w.block(0, r.col, w.rows, r.cols),
         y.block(r.row, r.col, r.rows, r.cols), pass.scratch);
    for (int i = 0; map.bias && i < r.rows; ++i) {
      add_row(map.bias->data() + r.col, y.row(r.row + i) + r.col, r.cols);
    }
    count(pass, r);
  }
  return dirty;
}

Dirty sum(Pass& pass, ConstView a, const Dirty& a_dirty, ConstView b, const Dirty& b_dirty,
          View y) {
  Dirty dirty = a_dirty;
  dirty.add(b_dirty);
  if (pass.changes.all) dirty.add_all(y.rows, y.cols);
  for (const Rect& r : dirty.rects()) {
    for (int i = r.row; i < r.row + r.rows; ++i) {
      sum_row(a.row(i) + r.col, b.row(i) + r.col, y.row(i) + r.col, r.cols);
    }
    count(pass, r);
  }
  return dirty;
}

Dirty normalize(Pass& pass, ConstView x, const Dirty& x_dirty, const Norm& norm, const Dirty& gain,
                const Dirty& bias, View y) {
  Dirty dirty = whole_rows(x_dirty, y.cols);
  if (pass.changes.all || pass.changes.epsilon || !gain.none() || !bias.none()) {
    dirty.add_all(y.rows, y.cols);
  }
  for (const Rect& r : dirty.rects()) {
    for (int i = r.row; i < r.row + r.rows; ++i) {
      normalize_row(x.row(i), y.row(i), x.cols, pass.model(), norm);
    }
    count(pass, r);
  }
  return dirty;
}

Dirty activate(Pass& pass, ConstView gate, const Dirty& gate_dirty, ConstView up,
               const Dirty& up_dirty, View hidden) {
  const MlpKind kind = pass.model().mlp;
  Dirty dirty = up_dirty;
  dirty.add(gate_dirty);
  for (const Rect& r : dirty.rects()) {
    for (int i = r.row; i < r.row + r.rows; ++i) {
      for (int j = r.col; j < r.col + r.cols; ++j) {
        hidden(i, j) = activation(kind, gate.empty() ? 0.0F : gate(i, j), up(i, j));
      }
    }
    count(pass, r);
  }
  return dirty;
}

Dirty rotate(Pass& pass, const Matrix& x, const Dirty& x_dirty, bool all, int first, Matrix& y) {
  const Model& m = pass.model();
  const int cols = static_cast<int>(x.cols());
  Dirty dirty = whole_rows(x_dirty, cols);
  if (all) dirty.add_all(static_cast<int>(x.rows()), cols);
  for (const Rect& r : dirty.rects()) {
    for (int i = r.row; i < r.row + r.rows; ++i) {
      for (int h = 0; h < cols; h += m.key_width) {
        rotate_row(&x(i, h), &y(i, h), m.key_width, m.rotary_width(), m.positions.interleaved,
                   &pass.trace.rotary_cos(first + i, 0), &pass.trace.rotary_sin(first + i, 0));
      }
    }
    count(pass, r);
  }
  return dirty;
}

Dirty layer(Pass& pass, int index, const Dirty& input, const Dirty& source, bool rotation,
            const Dirty& mask) {
  const Plan& p = pass.plan;
  const auto l = static_cast<std::size_t>(index);
  LayerTrace& t = pass.trace.layers[l];
  Dirty x = input;
  if (p.pre_norm) x = norm_step(pass, index, true, Stage::kInput, x, t.norm1);
  const Dirty concat = attention(pass, index, x, source, rotation, mask);
  Dirty out = project(pass, index, concat);
  if (p.residual) {
    out = sum(pass, view(std::as_const(t.projected)), out,
              pass.trace.tensor({index, Stage::kInput, 0}), input, view(t.added));
  }
  if (p.post_norm) out = norm_step(pass, index, true, p.attended(), out, t.norm1);
  return p.mlp ? mlp(pass, index, out) : out;
}

}  // namespace ap::steps
