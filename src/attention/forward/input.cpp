// What happens before the layers: sizes, positions, the mask.
#include <cmath>
#include <cstring>

#include "attention/forward/steps.hpp"
#include "attention/model/position.hpp"

namespace ap::steps {
namespace {

void size_to(Matrix& m, bool on, int rows, int cols) {
  if (on) {
    m.resize(rows, cols);
  } else {
    m.resize(0, 0);
  }
}

void resize_layer(const Model& m, const Plan& p, int t, int s, LayerTrace& l) {
  const int scores = m.heads * t;
  l.q.resize(t, m.heads * m.key_width);
  l.k.resize(s, m.kv_heads * m.key_width);
  l.v.resize(s, m.kv_heads * m.value_width);
  size_to(l.q_rotated, p.rope, t, m.heads * m.key_width);
  size_to(l.k_rotated, p.rope, s, m.kv_heads * m.key_width);
  l.scores.resize(scores, s);
  size_to(l.scaled, p.scaled, scores, s);
  size_to(l.capped, p.capped, scores, s);
  size_to(l.masked, p.masked, scores, s);
  l.weights.resize(scores, s);
  l.concat.resize(t, m.heads * m.value_width);
  l.projected.resize(t, m.width);
  size_to(l.added, p.residual, t, m.width);
  size_to(l.norm1, p.pre_norm || p.post_norm, t, m.width);
  size_to(l.norm2, p.mlp && (p.pre_norm || p.post_norm), t, m.width);
  size_to(l.gate, p.swiglu, t, m.mlp_width);
  size_to(l.up, p.mlp, t, m.mlp_width);
  size_to(l.hidden, p.mlp, t, m.mlp_width);
  size_to(l.mlp_out, p.mlp, t, m.width);
  size_to(l.mlp_added, p.mlp && p.residual, t, m.width);
}

int all_positions(const Trace& t) noexcept {
  return std::max(t.keys(), t.input.past_length() + t.queries());
}

void fill_additive(const Positions& p, int width, int first, Matrix& out) {
  for (int i = 0; i < out.rows(); ++i) {
    for (int d = 0; d < width; ++d) {
      out(i, d) = p.kind == PositionKind::kLearned ? (*p.learned)(first + i, d)
                                                   : sinusoid(first + i, d, width, p.base);
    }
  }
}

void fill_angles(const Model& m, int first, Matrix& out) {
  const int rotary = m.rotary_width();
  for (int i = 0; i < out.rows(); ++i) {
    for (int pair = 0; pair < rotary / 2; ++pair) {
      out(i, pair) = static_cast<float>(position_angle(first + i, pair, rotary, m.positions.base));
    }
  }
}

void fill_rotary(const Model& m, Matrix& cos, Matrix& sin) {
  const int rotary = m.rotary_width();
  for (int i = 0; i < cos.rows(); ++i) {
    for (int pair = 0; pair < rotary / 2; ++pair) {
      const double angle = position_angle(i, pair, rotary, m.positions.base);
      cos(i, pair) = static_cast<float>(std::cos(angle));
      sin(i, pair) = static_cast<float>(std::sin(angle));
    }
  }
}

void fill_alibi(const Model& m, int past, int queries, Matrix& out) {
  for (int h = 0; h < m.heads; ++h) {
    const double slope = alibi_slope(h, m.heads);
    for (int i = 0; i < queries; ++i) {
      for (int j = 0; j < out.cols(); ++j) {
        out(h * queries + i, j) = alibi_bias(past + i, j, slope);
      }
    }
  }
}

/// The tables, anew; they change rarely and are small beside the rest.
void fill_positions(Trace& t, const Plan& p) {
  const Model& m = t.model;
  const int past = t.input.past_length();
  if (p.added_positions) {
    fill_additive(m.positions, m.width, past, t.positions);
    fill_additive(m.positions, m.width, 0, t.source_positions);
  }
  if (p.rope) {
    fill_angles(m, past, t.positions);
    fill_angles(m, 0, t.source_positions);
    fill_rotary(m, t.rotary_cos, t.rotary_sin);
  }
  if (p.alibi) fill_alibi(m, past, t.queries(), t.positions);
}

/// Learned positions: rows of the parameter, shifted to the rows of the tokens.
Dirty learned_rows(const Dirty& learned, int first, const Matrix& table) noexcept {
  Dirty dirty;
  for (const Rect& r : learned.rects()) {
    const int begin = std::max(0, r.row - first);
    const int end = std::min(static_cast<int>(table.rows()), r.row + r.rows - first);
    dirty.add({begin, r.col, end - begin, r.cols});
  }
  return dirty;
}

float mask_value(const Trace& t, const KeyWindow& window, int i, int j) noexcept {
  const Input& in = t.input;
  const int position = i + in.past_length();
  if (t.model.causal && j > position) return -INFINITY;
  if (in.kv_length >= 0 && j >= in.kv_length) return -INFINITY;
  if (!window.sees(position, j)) return -INFINITY;
  return in.mask ? (*in.mask)(i, j) : 0.0F;
}

bool same_bits(float a, float b) noexcept { return std::memcmp(&a, &b, sizeof(float)) == 0; }

Dirty mask(const Pass& pass, const KeyWindow& window, Matrix& mask) noexcept {
  const Trace& t = pass.trace;
  Dirty dirty;
  const int rows = static_cast<int>(mask.rows());
  const int cols = static_cast<int>(mask.cols());
  if (pass.changes.all || pass.changes.mask_toggled) {
    for (int i = 0; i < rows; ++i) {
      for (int j = 0; j < cols; ++j) mask(i, j) = mask_value(t, window, i, j);
    }
    dirty.add_all(rows, cols);
    return dirty;
  }
  for (const Rect& r : pass.changes.mask.rects()) {
    for (int i = r.row; i < r.row + r.rows; ++i) {
      int first = cols;
      int end = 0;
      for (int j = r.col; j < r.col + r.cols; ++j) {
        const float value = mask_value(t, window, i, j);
        if (same_bits(value, mask(i, j))) continue;
        mask(i, j) = value;
        first = std::min(first, j);
        end = j + 1;
      }
      dirty.add({i, first, 1, end - first});
    }
  }
  return dirty;
}

}  // namespace

void resize(Trace& t) {
  const Model& m = t.model;
  const bool masked = has_mask(m, t.input);
  const Plan p = plan(m, masked);
  const int queries = t.queries();
  const int keys = t.keys();
  const bool own_source = t.input.cross() || (p.rope && t.input.past_length() > 0);
  const int half = m.rotary_width() / 2;
  if (p.alibi) {
    t.positions.resize(m.heads * queries, keys);
  } else {
    size_to(t.positions, p.added_positions || p.rope, queries, p.rope ? half : m.width);
  }
  size_to(t.source_positions, own_source && (p.added_positions || p.rope), keys,
          p.rope ? half : m.width);
  size_to(t.rotary_cos, p.rope, all_positions(t), half);
  size_to(t.rotary_sin, p.rope, all_positions(t), half);
  size_to(t.input_sum, p.added_positions, queries, m.width);
  size_to(t.source_sum, p.added_positions && t.input.cross(), keys, m.width);
  t.layers.resize(m.layers.size());
  for (int l = 0; l < static_cast<int>(t.layers.size()); ++l) {
    LayerTrace& layer = t.layers[static_cast<std::size_t>(l)];
    resize_layer(m, p, queries, keys, layer);
    size_to(layer.mask, masked && m.mask_layer(l) == l, queries, keys);
  }
}

InputDirty inputs(Pass& pass) {
  Trace& t = pass.trace;
  const Changes& c = pass.changes;
  InputDirty dirty{.query = c.embeddings, .source = c.source};
  if (c.all) dirty.query.add_all(t.queries(), t.model.width);
  if (c.all && t.input.cross()) dirty.source.add_all(t.keys(), t.model.width);
  const bool tables = c.all || c.angles || !c.learned.none();
  if (tables) fill_positions(t, pass.plan);
  dirty.rotation = pass.plan.rope && tables;
  if (!pass.plan.added_positions) return dirty;
  const Matrix& positions = t.positions;
  const Matrix& source_positions = t.source_positions;
  Dirty moved = learned_rows(c.learned, t.input.past_length(), positions);
  if (c.angles) moved.add_all(t.queries(), t.model.width);
  dirty.query =
      sum(pass, view(t.input.embeddings), dirty.query, view(positions), moved, view(t.input_sum));
  if (!t.input.cross()) return dirty;
  moved = learned_rows(c.learned, 0, source_positions);
  if (c.angles) moved.add_all(t.keys(), t.model.width);
  dirty.source = sum(pass, view(t.input.source), dirty.source, view(source_positions), moved,
                     view(t.source_sum));
  return dirty;
}

std::array<Dirty, kMaxLayers> masks(Pass& pass) {
  Trace& t = pass.trace;
  std::array<Dirty, kMaxLayers> dirty;
  for (std::size_t l = 0; l < t.layers.size(); ++l) {
    Matrix& m = t.layers[l].mask;
    if (m.size() > 0) dirty[l] = mask(pass, t.model.layers[l].window, m);
  }
  return dirty;
}

}  // namespace ap::steps
