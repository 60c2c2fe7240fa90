#include "attention/reference/backward.hpp"

#include <cmath>
#include <numbers>

namespace ap {
namespace {

using Out = std::map<TensorId, MatrixD>;

MatrixD wide(const SharedMatrix& m) { return m->cast<double>(); }

struct Tape {
  const Model& m;
  const Input& in;
  Out t;       // stages
  Out d = {};  // derivatives by stages, and at the end those by parameters

  [[nodiscard]] const MatrixD& value(int l, Stage stage, int head = 0) const {
    return t.at({l, stage, head});
  }
  /// The derivative by a stage or parameter of this shape, zero at first.
  MatrixD& by(int l, Stage stage, const MatrixD& like, int head = 0) {
    MatrixD& found = d[{l, stage, head}];
    if (found.size() == 0) found = MatrixD::Zero(like.rows(), like.cols());
    return found;
  }
  MatrixD& by(int l, Stage stage, int head = 0) {
    return by(l, stage, value(l, stage, head), head);
  }

  [[nodiscard]] bool pre() const {
    return m.norm != NormKind::kNone && m.norm_place == NormPlace::kPre;
  }
  [[nodiscard]] bool post() const {
    return m.norm != NormKind::kNone && m.norm_place == NormPlace::kPost;
  }
  [[nodiscard]] Stage attended() const { return m.residual ? Stage::kAdded : Stage::kProjected; }
  [[nodiscard]] Stage middle() const { return post() ? Stage::kNorm1 : attended(); }
  [[nodiscard]] Stage mlp_result() const { return m.residual ? Stage::kMlpAdded : Stage::kMlpOut; }
  [[nodiscard]] Stage last() const {
    if (m.mlp == MlpKind::kNone) return middle();
    return post() ? Stage::kNorm2 : mlp_result();
  }
};

/// y = x W + b. Returns dx.
MatrixD linear_back(Tape& p, int l, Stage weight, Stage bias, const Linear& map, const MatrixD& x,
                    const MatrixD& dy) {
  p.by(l, weight, wide(map.weight)) += x.transpose() * dy;
  if (map.bias) p.by(l, bias, wide(map.bias)) += dy.colwise().sum();
  return dy * wide(map.weight).transpose();
}

/// y = u gain (+ bias), u = (x - mean) / deviation. Returns dx.
MatrixD norm_back(Tape& p, int l, bool first, const Norm& norm, const MatrixD& x,
                  const MatrixD& dy) {
  const bool layer_norm = p.m.norm == NormKind::kLayerNorm;
  const MatrixD gain = wide(norm.gain);
  MatrixD& dgain = p.by(l, first ? Stage::kNorm1Gain : Stage::kNorm2Gain, gain);
  MatrixD dx = x;
  for (int i = 0; i < x.rows(); ++i) {
    const double mean = layer_norm ? x.row(i).mean() : 0.0;
    const auto centred = (x.row(i).array() - mean).matrix().eval();
    const double deviation = std::sqrt(centred.squaredNorm() / static_cast<double>(x.cols()) +
                                       static_cast<double>(p.m.norm_epsilon));
    const auto u = (centred / deviation).eval();
    const auto du = dy.row(i).cwiseProduct(gain.row(0)).eval();
    dgain.row(0) += dy.row(i).cwiseProduct(u);
    const double n = static_cast<double>(x.cols());
    const double along = du.dot(u) / n;
    dx.row(i) = (du - along * u) / deviation;
    if (layer_norm) dx.row(i).array() -= du.mean() / deviation;
  }
  if (layer_norm) {
    p.by(l, first ? Stage::kNorm1Bias : Stage::kNorm2Bias, wide(norm.bias)) += dy.colwise().sum();
  }
  return dx;
}

void activation_back(Tape& p, int l) {
  const MatrixD& up = p.value(l, Stage::kUp);
  const MatrixD dy = p.by(l, Stage::kHidden);
  MatrixD& dup = p.by(l, Stage::kUp);
  for (int i = 0; i < up.size(); ++i) {
    const double x = up.data()[i];
    double slope = x > 0.0 ? 1.0 : 0.0;
    if (p.m.mlp == MlpKind::kGelu) {
      const double density = std::exp(-0.5 * x * x) / std::sqrt(2.0 * std::numbers::pi);
      slope = 0.5 * std::erfc(-x / std::sqrt(2.0)) + x * density;
    }
    if (p.m.mlp == MlpKind::kSwiglu) {
      const double g = p.value(l, Stage::kGate).data()[i];
      const double s = 1.0 / (1.0 + std::exp(-g));
      slope = g * s;
      p.by(l, Stage::kGate).data()[i] += dy.data()[i] * x * (s + g * s * (1.0 - s));
    }
    dup.data()[i] += dy.data()[i] * slope;
  }
}

void mlp_back(Tape& p, int l) {
  const Layer& layer = p.m.layers[static_cast<std::size_t>(l)];
  if (p.post()) {
    p.by(l, p.mlp_result()) +=
        norm_back(p, l, false, layer.norm2, p.value(l, p.mlp_result()), p.by(l, Stage::kNorm2));
  }
  if (p.m.residual) {
    p.by(l, p.middle()) += p.by(l, Stage::kMlpAdded);
    p.by(l, Stage::kMlpOut) += p.by(l, Stage::kMlpAdded);
  }
  p.by(l, Stage::kHidden) += linear_back(p, l, Stage::kWDown, Stage::kBDown, layer.down,
                                         p.value(l, Stage::kHidden), p.by(l, Stage::kMlpOut));
  activation_back(p, l);
  const Stage from = p.pre() ? Stage::kNorm2 : p.middle();
  const MatrixD& x = p.value(l, from);
  p.by(l, from) += linear_back(p, l, Stage::kWUp, Stage::kBUp, layer.up, x, p.by(l, Stage::kUp));
  if (p.m.mlp == MlpKind::kSwiglu) {
    p.by(l, from) +=
        linear_back(p, l, Stage::kWGate, Stage::kBGate, layer.gate, x, p.by(l, Stage::kGate));
  }
  if (p.pre()) {
    p.by(l, p.middle()) +=
        norm_back(p, l, false, layer.norm2, p.value(l, p.middle()), p.by(l, Stage::kNorm2));
  }
}

/// The rotation of positions first + i undone: by the opposite angles.
MatrixD unrotated(const Model& m, const MatrixD& dy, int first) {
  MatrixD dx = dy;
  const int half = m.rotary_width() / 2;
  for (int i = 0; i < dy.rows(); ++i) {
    for (int k = 0; k < half; ++k) {
      const double angle =
          (first + i) / std::pow(static_cast<double>(m.positions.base), 2.0 * k / m.rotary_width());
      const int a = m.positions.interleaved ? 2 * k : k;
      const int b = m.positions.interleaved ? 2 * k + 1 : k + half;
      dx(i, a) = dy(i, a) * std::cos(angle) + dy(i, b) * std::sin(angle);
      dx(i, b) = dy(i, b) * std::cos(angle) - dy(i, a) * std::sin(angle);
    }
  }
  return dx;
}

/// weights back to scores, in this head's stages.
void scores_back(Tape& p, int l, int h, MatrixD& mask, MatrixD& temperatures) {
  const MatrixD& w = p.value(l, Stage::kWeights, h);
  const MatrixD& z = p.value(l, Stage::kMasked, h);
  const MatrixD& capped = p.value(l, Stage::kCapped, h);
  const double temperature = static_cast<double>(p.m.temperature(l, h));
  const MatrixD dw = p.by(l, Stage::kWeights, h);
  MatrixD& dz = p.by(l, Stage::kMasked, h);
  MatrixD& dcapped = p.by(l, Stage::kCapped, h);
  MatrixD& dscaled = p.by(l, Stage::kScaled, h);
  const double c = static_cast<double>(p.m.softcap);
  for (int i = 0; i < w.rows(); ++i) {
    const double mean = dw.row(i).dot(w.row(i));
    for (int j = 0; j < w.cols(); ++j) {
      if (z(i, j) == -INFINITY) continue;
      const double du = w(i, j) * (dw(i, j) - mean);
      dz(i, j) += du / temperature;
      temperatures(0, h) -= du * z(i, j) / (temperature * temperature);
    }
  }
  mask += dz;
  dcapped += dz;
  for (int i = 0; i < capped.size(); ++i) {
    const double share = c > 0.0 ? capped.data()[i] / c : 0.0;
    dscaled.data()[i] += dcapped.data()[i] * (1.0 - share * share);
  }
  p.by(l, Stage::kScores, h) += static_cast<double>(p.m.score_scale()) * dscaled;
}

void heads_back(Tape& p, int l, MatrixD& mask) {
  const Model& m = p.m;
  MatrixD& temperatures = p.by(l, Stage::kTemperature, MatrixD::Zero(1, m.heads));
  const MatrixD dconcat = p.by(l, Stage::kConcat);
  for (int h = 0; h < m.heads; ++h) {
    const int g = m.kv_head(h);
    MatrixD& dout = p.by(l, Stage::kHeadOut, h);
    dout += dconcat.middleCols(h * m.value_width, m.value_width);
    p.by(l, Stage::kWeights, h) += dout * p.value(l, Stage::kV, g).transpose();
    p.by(l, Stage::kV, g) += p.value(l, Stage::kWeights, h).transpose() * dout;
    scores_back(p, l, h, mask, temperatures);
    const MatrixD& ds = p.by(l, Stage::kScores, h);
    p.by(l, Stage::kQRotated, h) += ds * p.value(l, Stage::kKRotated, g);
    p.by(l, Stage::kKRotated, g) += ds.transpose() * p.value(l, Stage::kQRotated, h);
  }
}

/// All heads of q, k or v side by side, unrotated, without the cached rows.
MatrixD gathered(Tape& p, int l, Stage stage, Stage rotated, int heads, int first, int past) {
  MatrixD all;
  for (int h = 0; h < heads; ++h) {
    MatrixD d = p.by(l, stage, h);
    if (rotated != stage) {
      const MatrixD& turned = p.by(l, rotated, h);
      d += p.m.positions.kind == PositionKind::kRope ? unrotated(p.m, turned, first) : turned;
    }
    if (all.size() == 0) all.resize(d.rows(), d.cols() * heads);
    all.middleCols(h * d.cols(), d.cols()) = d;
  }
  return all.bottomRows(all.rows() - past);
}

void layer_back(Tape& p, int l, MatrixD& mask) {
  const Model& m = p.m;
  const Layer& layer = m.layers[static_cast<std::size_t>(l)];
  p.by(l, p.last()) += p.by(l, Stage::kOutput);
  if (m.mlp != MlpKind::kNone) mlp_back(p, l);
  if (p.post()) {
    p.by(l, p.attended()) +=
        norm_back(p, l, true, layer.norm1, p.value(l, p.attended()), p.by(l, Stage::kNorm1));
  }
  if (m.residual) {
    p.by(l, Stage::kProjected) += p.by(l, Stage::kAdded);
    p.by(l, Stage::kInput) += p.by(l, Stage::kAdded);
  }
  p.by(l, Stage::kConcat) += linear_back(p, l, Stage::kWo, Stage::kBo, layer.o,
                                         p.value(l, Stage::kConcat), p.by(l, Stage::kProjected));
  heads_back(p, l, mask);
  const int past = p.in.past_length();
  const Stage from = p.pre() ? Stage::kNorm1 : Stage::kInput;
  const MatrixD& x = p.value(l, from);
  p.by(l, from) += linear_back(p, l, Stage::kWq, Stage::kBq, layer.q, x,
                               gathered(p, l, Stage::kQ, Stage::kQRotated, m.heads, past, 0));
  const bool cross = p.in.cross();
  const MatrixD& s = cross ? p.value(0, Stage::kSourceInput) : x;
  MatrixD& ds = cross ? p.by(0, Stage::kSourceInput) : p.by(l, from);
  ds += linear_back(p, l, Stage::kWk, Stage::kBk, layer.k, s,
                    gathered(p, l, Stage::kK, Stage::kKRotated, m.kv_heads, 0, past));
  ds += linear_back(p, l, Stage::kWv, Stage::kBv, layer.v, s,
                    gathered(p, l, Stage::kV, Stage::kV, m.kv_heads, 0, past));
  if (p.pre()) {
    p.by(l, Stage::kInput) +=
        norm_back(p, l, true, layer.norm1, p.value(l, Stage::kInput), p.by(l, Stage::kNorm1));
  }
  if (l > 0) p.by(l - 1, Stage::kOutput) += p.by(l, Stage::kInput);
}

}  // namespace

std::map<TensorId, MatrixD> reference_backward(const Model& m, const Input& in, TensorId target,
                                               const MatrixD& cotangent) {
  Tape p{.m = m, .in = in, .t = reference_forward(m, in)};
  p.d[target] = cotangent;
  MatrixD mask = MatrixD::Zero(in.queries(), in.keys());
  for (int l = static_cast<int>(m.layers.size()) - 1; l >= 0; --l) layer_back(p, l, mask);
  Out out;
  for (auto& [id, d] : p.d) {
    if (is_parameter(id.stage)) out[id] = std::move(d);
  }
  const MatrixD& dx = p.by(0, Stage::kInput);
  out[{0, Stage::kMask, 0}] = mask;
  out[{0, Stage::kEmbeddings, 0}] = dx;
  if (in.cross()) out[{0, Stage::kSourceEmbeddings, 0}] = p.by(0, Stage::kSourceInput);
  if (m.positions.kind == PositionKind::kLearned) {
    MatrixD learned = MatrixD::Zero(m.positions.learned->rows(), m.width);
    learned.middleRows(in.past_length(), dx.rows()) += dx;
    if (in.cross()) learned.topRows(in.keys()) += p.by(0, Stage::kSourceInput);
    out[{0, Stage::kPositions, 0}] = learned;
  }
  return out;
}

}  // namespace ap
