// What happens before the layers: sizes, positions, the mask.
#include <algorithm>
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

/// Sizes a stage; with `kept` rows or more, what stands in them stays in its place.
struct Sizes {
  int queries;  // rows that there is room for
  int keys;
  int kept;      // -1: nothing needs to stay
  int old_room;  // of the head-wise stages, before

  void rows(Matrix& m, bool on, int rows, int cols) const {
    if (!on) return m.resize(0, 0);
    if (m.rows() == rows && m.cols() == cols) return;
    const bool keep = kept > 0 && m.cols() == cols && m.rows() >= kept;
    keep ? m.conservativeResize(rows, cols) : m.resize(rows, cols);
  }
  /// All heads' T x S one below the other: each moves to its new place.
  void heads(Matrix& m, bool on, int heads) const {
    if (!on) return m.resize(0, 0);
    const Eigen::Index all = static_cast<Eigen::Index>(heads) * queries;
    if (m.rows() == all && m.cols() == keys) return;
    if (kept <= 0 || m.rows() != static_cast<Eigen::Index>(heads) * old_room) {
      return m.resize(all, keys);
    }
    Matrix moved(all, keys);
    for (int h = 0; h < heads; ++h) {
      moved.block(static_cast<Eigen::Index>(h) * queries, 0, kept, kept) =
          m.block(static_cast<Eigen::Index>(h) * old_room, 0, kept, kept);
    }
    m = std::move(moved);
  }
};

void resize_layer(const Model& m, const Plan& p, const Layer& layer, const Sizes& to,
                  LayerTrace& l) {
  const int t = to.queries;
  const int s = to.keys;
  const int query = m.heads * m.key_width;
  const int key = m.kv_heads * m.key_width;
  to.rows(l.q, true, t, query);
  to.rows(l.k, true, s, key);
  to.rows(l.v, true, s, m.kv_heads * m.value_width);
  to.rows(l.q_normed, p.qk_norm, t, query);
  to.rows(l.k_normed, p.qk_norm, s, key);
  to.rows(l.q_rotated, p.rope, t, query);
  to.rows(l.k_rotated, p.rope, s, key);
  to.heads(l.scores, true, m.heads);
  to.heads(l.scaled, p.scaled, m.heads);
  to.heads(l.capped, p.capped, m.heads);
  to.heads(l.masked, p.masked, m.heads);
  to.heads(l.weights, true, m.heads);
  to.rows(l.concat, true, t, m.heads * m.value_width);
  to.rows(l.gated, layer.gates != nullptr, t, m.heads * m.value_width);
  to.rows(l.projected, true, t, m.width);
  to.rows(l.post1, p.sandwich, t, m.width);
  to.rows(l.added, p.residual, t, m.width);
  to.rows(l.norm1, p.pre_norm || p.post_norm, t, m.width);
  to.rows(l.norm2, p.mlp && (p.pre_norm || p.post_norm), t, m.width);
  to.rows(l.gate, p.gated, t, m.mlp_width);
  to.rows(l.up, p.mlp, t, m.mlp_width);
  to.rows(l.hidden, p.mlp, t, m.mlp_width);
  to.rows(l.mlp_out, p.mlp, t, m.width);
  to.rows(l.post2, p.mlp && p.sandwich, t, m.width);
  to.rows(l.mlp_gated, p.mlp && layer.mlp_gate != nullptr, t, m.width);
  to.rows(l.mlp_added, p.mlp && p.residual, t, m.width);
}

/// Room for the tokens of a language model: as it is while they fit, else a quarter more.
int room_for(const Trace& t) noexcept {
  const int tokens = t.queries();
  if (!t.model.language) return tokens;
  if (t.capacity >= tokens && t.capacity <= 4 * tokens + 64) return t.capacity;
  if (!t.model.causal) return tokens;
  const int spare = t.capacity > 0 ? tokens / 4 : 0;
  return std::min((tokens + spare + 16) / 16 * 16, kMaxTokens);
}

int all_positions(const Trace& t, int room) noexcept {
  return std::max({t.keys(), t.input.past_length() + t.queries(), room});
}

void fill_additive(const Model& m, const Input& in, int first, View out) {
  const Positions& p = m.positions;
  for (int i = 0; i < out.rows; ++i) {
    const int row = p.kind == PositionKind::kLearned ? position_row(m, in, first + i) : 0;
    for (int d = 0; d < m.width; ++d) {
      out(i, d) = p.kind == PositionKind::kLearned ? (*p.learned)(row, d)
                                                   : sinusoid(first + i, d, m.width, p.base);
    }
  }
}

void fill_angles(const Model& m, int first, View out) {
  const int rotary = m.rotary_width();
  for (int i = 0; i < out.rows; ++i) {
    for (int pair = 0; pair < rotary / 2; ++pair) {
      out(i, pair) = static_cast<float>(rotary_angle(first + i, pair, rotary, m.positions));
    }
  }
}

void fill_rotary(const Model& m, Matrix& cos, Matrix& sin) {
  const int rotary = m.rotary_width();
  for (int i = 0; i < cos.rows(); ++i) {
    for (int pair = 0; pair < rotary / 2; ++pair) {
      const double angle = rotary_angle(i, pair, rotary, m.positions);
      cos(i, pair) = static_cast<float>(std::cos(angle));
      sin(i, pair) = static_cast<float>(std::sin(angle));
    }
  }
}

void fill_alibi(const Model& m, int past, int queries, int keys, Matrix& all) {
  for (int h = 0; h < m.heads; ++h) {
    const double slope = alibi_slope(h, m.heads);
    const View out = live_head(all, h, m.heads, queries, keys);
    for (int i = 0; i < out.rows; ++i) {
      for (int j = 0; j < out.cols; ++j) out(i, j) = alibi_bias(past + i, j, slope);
    }
  }
}

/// The tables, anew; they change rarely and are small beside the rest.
void fill_positions(Trace& t, const Plan& p) {
  const Model& m = t.model;
  const int past = t.input.past_length();
  const View own = live(t.positions, p.alibi ? 0 : t.queries());
  if (p.added_positions) {
    fill_additive(m, t.input, past, own);
    fill_additive(m, t.input, 0, view(t.source_positions));
  }
  if (p.rope) {
    fill_angles(m, past, own);
    fill_angles(m, 0, view(t.source_positions));
    fill_rotary(m, t.rotary_cos, t.rotary_sin);
  }
  if (p.alibi) fill_alibi(m, past, t.queries(), t.keys(), t.positions);
}

/// Learned positions: rows of the parameter, shifted to the rows of the tokens.
Dirty learned_rows(const Dirty& learned, int first, int rows) noexcept {
  Dirty dirty;
  for (const Rect& r : learned.rects()) {
    const int begin = std::max(0, r.row - first);
    const int end = std::min(rows, r.row + r.rows - first);
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
  const int rows = t.queries();
  const int cols = t.keys();
  const auto fill = [&](int first_row, int end_row, int first_col, int end_col) {
    for (int i = first_row; i < end_row; ++i) {
      for (int j = first_col; j < end_col; ++j) mask(i, j) = mask_value(t, window, i, j);
    }
  };
  if (pass.changes.all || pass.changes.mask_toggled) {
    fill(0, rows, 0, cols);
    dirty.add_all(rows, cols);
    return dirty;
  }
  if (const int kept = pass.changes.kept; kept >= 0) {  // the scores there are all new anyway
    fill(kept, rows, 0, cols);
    fill(0, rows, kept, cols);
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

void resize(Trace& t, int kept) {
  const Model& m = t.model;
  const bool masked = has_mask(m, t.input);
  const Plan p = plan(m, masked);
  const int old_room = t.capacity;
  const int queries = room_for(t);
  const bool self = !t.input.cross() && t.input.past_length() == 0;
  const int keys = self ? queries : t.keys();
  t.capacity = m.language ? queries : 0;
  const Sizes to{.queries = queries, .keys = keys, .kept = kept, .old_room = old_room};
  const bool own_source = t.input.cross() || (p.rope && t.input.past_length() > 0);
  const int half = m.rotary_width() / 2;
  if (p.alibi) {
    to.heads(t.positions, true, m.heads);
  } else {
    to.rows(t.positions, p.added_positions || p.rope, queries, p.rope ? half : m.width);
  }
  size_to(t.source_positions, own_source && (p.added_positions || p.rope), keys,
          p.rope ? half : m.width);
  size_to(t.rotary_cos, p.rope, all_positions(t, queries), half);
  size_to(t.rotary_sin, p.rope, all_positions(t, queries), half);
  to.rows(t.embeddings, p.language, queries, m.width);
  to.rows(t.embedding_sum, p.embedding_norm && p.input_sum(), queries, m.width);
  to.rows(t.input_sum, p.own_input(), queries, m.width);
  size_to(t.source_sum, p.added_positions && t.input.cross(), keys, m.width);
  t.layers.resize(m.layers.size());
  for (int l = 0; l < static_cast<int>(t.layers.size()); ++l) {
    const auto at = static_cast<std::size_t>(l);
    resize_layer(m, p, m.layers[at], to, t.layers[at]);
    to.heads(t.layers[at].mask, masked && m.mask_layer(l) == l, 1);
  }
  to.rows(t.transformed, p.transform, queries, m.width);
  to.rows(t.activated, p.transform && p.activation, queries, m.width);
  to.rows(t.final, p.final_norm, queries, m.width);
}

namespace {

/// A language model's rows of the table, by id.
Dirty embed(Pass& pass) {
  Trace& t = pass.trace;
  const Language& l = *t.model.language;
  const Changes& c = pass.changes;
  const View y = live(t.embeddings, t.queries());
  Dirty dirty = c.embeddings;
  if (c.all || c.language.table_scale) dirty.add_all(y.rows, y.cols);
  for (const Rect& r : c.language.table.rects()) {
    for (int i = 0; i < y.rows; ++i) {
      const int id = (*t.input.ids)[static_cast<std::size_t>(i)];
      if (id >= r.row && id < r.row + r.rows) dirty.add({i, r.col, 1, r.cols});
    }
  }
  pass.held.add_forced({0, Stage::kEmbeddings}, dirty);
  const ConstView table = view(l.table);
  for (const Rect& r : dirty.rects()) {
    for (int i = r.row; i < r.row + r.rows; ++i) {
      const float* from = table.row((*t.input.ids)[static_cast<std::size_t>(i)]) + r.col;
      if (l.table_scale == 1.0F) {
        std::copy_n(from, r.cols, y.row(i) + r.col);
      } else {
        scale_row(from, y.row(i) + r.col, r.cols, l.table_scale);
      }
    }
    pass.cells += static_cast<std::size_t>(r.rows) * static_cast<std::size_t>(r.cols);
  }
  pass.held.apply({0, Stage::kEmbeddings}, dirty, y);
  return dirty;
}

/// embeddings (+ positions) (+ segment), and their norm.
Dirty sum_inputs(Pass& pass, const Dirty& embeddings, const Dirty& moved) {
  Trace& t = pass.trace;
  const Plan& p = pass.plan;
  const int rows = t.queries();
  const ConstView x = t.tensor({0, Stage::kEmbeddings, 0});
  const ConstView positions = live(std::as_const(t.positions), rows);
  const View y = live(p.embedding_norm && p.input_sum() ? t.embedding_sum : t.input_sum, rows);
  Dirty dirty = embeddings;
  if (pass.changes.all) dirty.add_all(rows, x.cols);
  if (p.added_positions) dirty.add(moved);
  for (const Rect& r : pass.changes.language.segment.rects()) dirty.add({0, r.col, rows, r.cols});
  const Site site{0, p.embedding_norm ? Stage::kEmbeddingSum : Stage::kInput};
  if (p.input_sum()) pass.held.add_forced(site, dirty);
  for (const Rect& r : dirty.rects()) {
    for (int i = r.row; p.input_sum() && i < r.row + r.rows; ++i) {
      float* to = y.row(i) + r.col;
      const float* from = x.row(i) + r.col;
      if (p.added_positions) {
        sum_row(from, positions.row(i) + r.col, to, r.cols);
        from = to;
      }
      if (p.segment) sum_row(from, t.model.language->segment->data() + r.col, to, r.cols);
    }
    pass.cells += static_cast<std::size_t>(r.rows) * static_cast<std::size_t>(r.cols);
  }
  if (p.input_sum()) pass.held.apply(site, dirty, y);
  if (!p.embedding_norm) return dirty;
  const Language& l = *t.model.language;
  return normalize(pass, {0, Stage::kInput}, p.input_sum() ? ConstView(y) : x, dirty,
                   l.embedding_norm, pass.changes.language.embedding_norm, live(t.input_sum, rows));
}

}  // namespace

InputDirty inputs(Pass& pass) {
  Trace& t = pass.trace;
  const Changes& c = pass.changes;
  InputDirty dirty{.query = c.embeddings, .source = c.source};
  if (c.all) dirty.query.add_all(t.queries(), t.model.width);
  if (c.all && t.input.cross()) dirty.source.add_all(t.keys(), t.model.width);
  // With padding a token's position hangs on the ids before it.
  const bool counted =
      t.model.positions.padding >= 0 && (!c.embeddings.none() || !c.learned.none());
  const bool moved_all = c.angles || counted;
  const bool tables = c.all || moved_all || c.kept >= 0 || !c.learned.none();
  if (tables) fill_positions(t, pass.plan);
  dirty.rotation = pass.plan.rope && (c.all || c.angles);
  if (pass.plan.language) dirty.query = embed(pass);
  if (pass.plan.own_input()) {
    Dirty moved =
        learned_rows(c.learned, t.input.past_length() + t.model.positions.offset, t.queries());
    if (moved_all) moved.add_all(t.queries(), t.model.width);
    dirty.query = sum_inputs(pass, dirty.query, moved);
  }
  if (!pass.plan.added_positions || !t.input.cross()) return dirty;
  Dirty moved = learned_rows(c.learned, t.model.positions.offset, t.keys());
  if (c.angles) moved.add_all(t.keys(), t.model.width);
  dirty.source = sum(pass, {0, Stage::kSourceInput}, view(t.input.source), dirty.source,
                     view(t.source_positions), moved, view(t.source_sum));
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
