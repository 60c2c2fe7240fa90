#include "attention/reference/reference.hpp"

#include <cmath>
#include <numbers>

#include "attention/model/position.hpp"

namespace ap {
namespace {

using Out = std::map<TensorId, MatrixD>;

MatrixD wide(const SharedMatrix& m) { return m->cast<double>(); }

MatrixD linear(const MatrixD& x, const Linear& map) {
  MatrixD y = x * wide(map.weight);
  if (map.bias) y.rowwise() += wide(map.bias).row(0);
  return y;
}

MatrixD with_past(const SharedMatrix& past, const MatrixD& now) {
  if (!past) return now;
  MatrixD all(past->rows() + now.rows(), now.cols());
  all << wide(past), now;
  return all;
}

/// RoBERTa's rule where there is padding, else the offset.
int learned_row(const Model& m, const Input& in, int position) {
  int row = m.positions.offset;
  if (m.positions.padding < 0) return row + position;
  for (int i = 0; i < position; ++i) {
    row += (*in.ids)[static_cast<std::size_t>(i)] != m.positions.padding ? 1 : 0;
  }
  const bool pad = (*in.ids)[static_cast<std::size_t>(position)] == m.positions.padding;
  return pad ? m.positions.offset - 1 : row;
}

MatrixD additive_positions(const Model& m, const Input& in, int first, int rows) {
  MatrixD p(rows, m.width);
  for (int i = 0; i < rows; ++i) {
    for (int d = 0; d < m.width; ++d) {
      if (m.positions.kind == PositionKind::kLearned) {
        p(i, d) = (*m.positions.learned)(learned_row(m, in, first + i), d);
        continue;
      }
      const double angle =
          (first + i) / std::pow(static_cast<double>(m.positions.base), 2.0 * (d / 2) / m.width);
      p(i, d) = d % 2 == 0 ? std::sin(angle) : std::cos(angle);
    }
  }
  return p;
}

/// Of a rotary pair, with its scaling: Llama 3.1's as Hugging Face writes it, by wavelengths.
double frequency(const Model& m, int pair) {
  const Positions& p = m.positions;
  const double f = 1.0 / std::pow(static_cast<double>(p.base), 2.0 * pair / m.rotary_width());
  const double factor = p.factor;
  if (p.scaling == RopeScaling::kNone) return f;
  if (p.scaling == RopeScaling::kLinear) return f / factor;
  const double wavelength = 2.0 * std::numbers::pi / f;
  const double low = p.low_frequency;
  const double high = p.high_frequency;
  if (wavelength < p.original_context / high) return f;
  if (wavelength > p.original_context / low) return f / factor;
  const double smooth = (p.original_context / wavelength - low) / (high - low);
  return (1.0 - smooth) * f / factor + smooth * f;
}

MatrixD angles(const Model& m, int first, int rows) {
  MatrixD a(rows, m.rotary_width() / 2);
  for (int p = 0; p < a.cols(); ++p) {
    const double f = frequency(m, p);
    for (int i = 0; i < rows; ++i) a(i, p) = (first + i) * f;
  }
  return a;
}

MatrixD rotated(const Model& m, const MatrixD& x, int first) {
  MatrixD y = x;
  const MatrixD angle = angles(m, first, static_cast<int>(x.rows()));
  const int half = m.rotary_width() / 2;
  for (int i = 0; i < x.rows(); ++i) {
    for (int p = 0; p < half; ++p) {
      const int a = m.positions.interleaved ? 2 * p : p;
      const int b = m.positions.interleaved ? 2 * p + 1 : p + half;
      const double c = std::cos(angle(i, p));
      const double s = std::sin(angle(i, p));
      y(i, a) = x(i, a) * c - x(i, b) * s;
      y(i, b) = x(i, a) * s + x(i, b) * c;
    }
  }
  return y;
}

MatrixD normed(const Model& m, const Norm& norm, const MatrixD& x) {
  MatrixD y = x;
  for (int i = 0; i < x.rows(); ++i) {
    const double mean = m.norm == NormKind::kLayerNorm ? x.row(i).mean() : 0.0;
    const double square = (x.row(i).array() - mean).square().mean();
    y.row(i) =
        ((x.row(i).array() - mean) / std::sqrt(square + static_cast<double>(m.norm_epsilon))) *
        (wide(norm.gain).row(0).array() + (m.norm_plus_one ? 1.0 : 0.0));
    if (norm.bias) y.row(i) += wide(norm.bias).row(0);
  }
  return y;
}

/// RMSNorm of one head's queries or keys.
MatrixD head_normed(const Model& m, const Norm& norm, const MatrixD& x) {
  Model rms = m;
  rms.norm = NormKind::kRmsNorm;
  return normed(rms, norm, x);
}

bool sandwich(const Model& m) {
  return m.norm != NormKind::kNone && m.norm_place == NormPlace::kSandwich;
}

MatrixD softmax(const MatrixD& x) {
  MatrixD y = MatrixD::Zero(x.rows(), x.cols());
  for (int i = 0; i < x.rows(); ++i) {
    if (x.cols() == 0) continue;
    const double top = x.row(i).maxCoeff();
    if (top == -INFINITY) continue;
    y.row(i) = (x.row(i).array() - top).exp();
    y.row(i) /= y.row(i).sum();
  }
  return y;
}

MatrixD softcap(const MatrixD& x, double c) {
  return x.unaryExpr([c](double v) { return c * std::tanh(v / c); });
}

MatrixD mask_of(const Model& m, const Input& in, int layer) {
  const KeyWindow& window = m.layers[static_cast<std::size_t>(layer)].window;
  MatrixD mask = MatrixD::Zero(in.queries(), in.keys());
  for (int i = 0; i < mask.rows(); ++i) {
    for (int j = 0; j < mask.cols(); ++j) {
      if (in.mask) mask(i, j) += (*in.mask)(i, j);
      if (m.causal && j > i + in.past_length()) mask(i, j) = -INFINITY;
      if (in.kv_length >= 0 && j >= in.kv_length) mask(i, j) = -INFINITY;
      const int p = i + in.past_length();
      if (window.left >= 0 && j < p - window.left) mask(i, j) = -INFINITY;
      if (window.right >= 0 && j > p + window.right) mask(i, j) = -INFINITY;
    }
  }
  return mask;
}

double activated(MlpKind kind, double x) {
  switch (kind) {
    case MlpKind::kGelu: return x * 0.5 * std::erfc(-x / std::sqrt(2.0));
    case MlpKind::kRelu: return std::max(x, 0.0);
    case MlpKind::kSwiglu: return x / (1.0 + std::exp(-x));
    case MlpKind::kGeluTanh:
    case MlpKind::kGeglu:
      // 0.5 (1 + tanh u) = 1 / (1 + e^-2u)
      return x / (1.0 + std::exp(-2.0 * std::sqrt(2.0 / std::numbers::pi) *
                                 (x + 0.044715 * std::pow(x, 3.0))));
    case MlpKind::kGeluQuick: return x / (1.0 + std::exp(-1.702 * x));
    case MlpKind::kNone: break;
  }
  return x;
}

MatrixD mlp_hidden(const Model& m, const MatrixD& gate, const MatrixD& up) {
  const auto f = [&m](double x) { return activated(m.mlp, x); };
  if (!is_gated(m.mlp)) return up.unaryExpr(f);
  return gate.unaryExpr(f).cwiseProduct(up);
}

/// scores to head_out of one head; returns head_out.
MatrixD head(const Model& m, const Input& in, int l, int h, const MatrixD& q, const MatrixD& k,
             const MatrixD& v, const MatrixD& mask, Out& out) {
  const auto put = [&](Stage stage, const MatrixD& x) { out[{l, stage, h}] = x; };
  MatrixD x = q * k.transpose();
  put(Stage::kScores, x);
  x *= m.score_scale();
  put(Stage::kScaled, x);
  if (m.softcap > 0.0F) x = softcap(x, m.softcap);
  put(Stage::kCapped, x);
  x += mask;
  if (m.positions.kind == PositionKind::kAlibi) {
    MatrixD bias(x.rows(), x.cols());
    for (int i = 0; i < x.rows(); ++i) {
      for (int j = 0; j < x.cols(); ++j) {
        bias(i, j) = -alibi_slope(h, m.heads) * std::abs(i + in.past_length() - j);
      }
    }
    out[{0, Stage::kPositions, h}] = bias;
    x += bias;
  }
  put(Stage::kMasked, x);
  x = softmax(x / static_cast<double>(m.temperature(l, h)));
  put(Stage::kWeights, x);
  x *= v;
  put(Stage::kHeadOut, x);
  return x;
}

struct Sides {
  MatrixD query;
  MatrixD source;  // cross only
};

MatrixD attention(const Model& m, const Input& in, int l, const Sides& x, const MatrixD& mask,
                  Out& out) {
  const Layer& layer = m.layers[static_cast<std::size_t>(l)];
  const Past::LayerPast past =
      in.past ? in.past->layers[static_cast<std::size_t>(l)] : Past::LayerPast{};
  const MatrixD& s = in.cross() ? x.source : x.query;
  const MatrixD q = linear(x.query, layer.q);
  const MatrixD k = with_past(past.k, linear(s, layer.k));
  const MatrixD v = with_past(past.v, linear(s, layer.v));
  MatrixD concat(q.rows(), m.heads * m.value_width);
  for (int h = 0; h < m.heads; ++h) {
    const int g = m.kv_head(h);
    const MatrixD qh = q.middleCols(h * m.key_width, m.key_width);
    const MatrixD kh = k.middleCols(g * m.key_width, m.key_width);
    const MatrixD vh = v.middleCols(g * m.value_width, m.value_width);
    const bool rope = m.positions.kind == PositionKind::kRope;
    const MatrixD qn = m.qk_norm() ? head_normed(m, layer.q_norm, qh) : qh;
    const MatrixD kn = m.qk_norm() ? head_normed(m, layer.k_norm, kh) : kh;
    const MatrixD qr = rope ? rotated(m, qn, in.past_length()) : qn;
    const MatrixD kr = rope ? rotated(m, kn, 0) : kn;
    out[{l, Stage::kQNormed, h}] = qn;
    out[{l, Stage::kKNormed, g}] = kn;
    out[{l, Stage::kQ, h}] = qh;
    out[{l, Stage::kK, g}] = kh;
    out[{l, Stage::kV, g}] = vh;
    out[{l, Stage::kQRotated, h}] = qr;
    out[{l, Stage::kKRotated, g}] = kr;
    const double gate = layer.gates ? (*layer.gates)(0, h) : 1.0F;
    concat.middleCols(h * m.value_width, m.value_width) =
        gate * head(m, in, l, h, qr, kr, vh, mask, out);
  }
  out[{l, Stage::kConcat, 0}] = concat;
  return linear(concat, layer.o);
}

MatrixD mlp(const Model& m, int l, const MatrixD& input, const MatrixD& h, Out& out) {
  const Layer& layer = m.layers[static_cast<std::size_t>(l)];
  const bool normed_in = m.norm != NormKind::kNone && m.norm_place != NormPlace::kPost;
  const MatrixD& from = m.parallel ? input : h;
  const MatrixD x = normed_in ? normed(m, layer.norm2, from) : from;
  if (normed_in) out[{l, Stage::kNorm2, 0}] = x;
  MatrixD gate;
  if (is_gated(m.mlp)) out[{l, Stage::kGate, 0}] = gate = linear(x, layer.gate);
  const MatrixD up = linear(x, layer.up);
  const MatrixD hidden = mlp_hidden(m, gate, up);
  MatrixD y = linear(hidden, layer.down);
  out[{l, Stage::kUp, 0}] = up;
  out[{l, Stage::kHidden, 0}] = hidden;
  out[{l, Stage::kMlpOut, 0}] = y;
  if (sandwich(m)) out[{l, Stage::kPostNorm2, 0}] = y = normed(m, layer.post2, y);
  if (layer.mlp_gate) y *= (*layer.mlp_gate)(0, 0);
  if (layer.mlp_gate) out[{l, Stage::kMlpGated, 0}] = y;
  if (m.residual) out[{l, Stage::kMlpAdded, 0}] = y = y + h;
  if (m.norm != NormKind::kNone && m.norm_place == NormPlace::kPost) {
    out[{l, Stage::kNorm2, 0}] = y = normed(m, layer.norm2, y);
  }
  return y;
}

/// What goes into the first layer.
MatrixD embedded(const Model& m, const Input& in, Out& out) {
  if (!m.language) return wide(in.embeddings);
  const MatrixD table = wide(m.language->table);
  MatrixD x(in.queries(), m.width);
  for (int i = 0; i < x.rows(); ++i) {
    x.row(i) = table.row((*in.ids)[static_cast<std::size_t>(i)]) *
               static_cast<double>(m.language->table_scale);
  }
  out[{0, Stage::kEmbeddings, 0}] = x;
  return x;
}

MatrixD with_segment(const Model& m, MatrixD x, Out& out) {
  if (!m.language) return x;
  const Language& l = *m.language;
  if (l.segment) x.rowwise() += wide(l.segment).row(0);
  if (!l.embedding_norm.gain) return x;
  out[{0, Stage::kEmbeddingSum, 0}] = x;
  return normed(m, l.embedding_norm, x);
}

/// All rows of the logits, whichever were asked for.
void head_part(const Model& m, const MatrixD& output, Out& out) {
  const Language& l = *m.language;
  MatrixD x = output;
  if (l.transform.weight) {
    out[{0, Stage::kTransformed, 0}] = x = linear(x, l.transform);
    out[{0, Stage::kActivated, 0}] = x =
        x.unaryExpr([&l](double v) { return activated(l.activation, v); });
  }
  if (l.final_norm.gain) x = normed(m, l.final_norm, x);
  out[{0, Stage::kFinal, 0}] = x;
  MatrixD logits = x * wide(l.output_table()).transpose();
  if (l.bias) logits.rowwise() += wide(l.bias).row(0);
  out[{0, Stage::kUncapped, 0}] = logits;
  if (l.softcap > 0.0F) logits = softcap(logits, l.softcap);
  out[{0, Stage::kLogits, 0}] = logits;
  out[{0, Stage::kProbabilities, 0}] = softmax(logits);
}

}  // namespace

std::map<TensorId, MatrixD> reference_forward(const Model& m, const Input& in) {
  Out out;
  Sides x{.query = embedded(m, in, out), .source = in.cross() ? wide(in.source) : MatrixD()};
  const bool added =
      m.positions.kind == PositionKind::kSinusoidal || m.positions.kind == PositionKind::kLearned;
  if (added) {
    const MatrixD p = additive_positions(m, in, in.past_length(), in.queries());
    out[{0, Stage::kPositions, 0}] = p;
    x.query += p;
    if (in.cross()) x.source += additive_positions(m, in, 0, in.keys());
  }
  x.query = with_segment(m, x.query, out);
  if (m.positions.kind == PositionKind::kRope) {
    out[{0, Stage::kPositions, 0}] = angles(m, in.past_length(), in.queries());
  }
  if (in.cross()) out[{0, Stage::kSourceInput, 0}] = x.source;
  const bool norm = m.norm != NormKind::kNone;
  for (int l = 0; l < static_cast<int>(m.layers.size()); ++l) {
    const Layer& layer = m.layers[static_cast<std::size_t>(l)];
    const MatrixD input = x.query;
    out[{l, Stage::kInput, 0}] = input;
    if (norm && m.norm_place != NormPlace::kPost) {
      out[{l, Stage::kNorm1, 0}] = x.query = normed(m, layer.norm1, input);
    }
    MatrixD h = attention(m, in, l, x, mask_of(m, in, l), out);
    out[{l, Stage::kProjected, 0}] = h;
    if (sandwich(m)) out[{l, Stage::kPostNorm1, 0}] = h = normed(m, layer.post1, h);
    if (m.residual) out[{l, Stage::kAdded, 0}] = h = h + input;
    if (norm && m.norm_place == NormPlace::kPost) {
      out[{l, Stage::kNorm1, 0}] = h = normed(m, layer.norm1, h);
    }
    x.query = m.mlp == MlpKind::kNone ? h : mlp(m, l, input, h, out);
    out[{l, Stage::kOutput, 0}] = x.query;
  }
  if (m.language) head_part(m, x.query, out);
  return out;
}

}  // namespace ap
