#include "attention/learning/backward_steps.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "attention/model/position.hpp"

namespace ap::steps {
namespace {

/// y += x, both of the same shape.
void accumulate(ConstView x, View y) noexcept {
  for (int i = 0; i < y.rows; ++i) add_row(x.row(i), y.row(i), y.cols);
}

/// weights = softmax(z / temperature): dz = w (dw - sum of dw w) / temperature. Returns d/d
/// temperature.
double softmax_back(const float* w, const float* z, const float* dw, float* dz, int n,
                    double temperature) noexcept {
  double mean = 0.0;
  double centre =
      0.0;  // the sum of dz is 0: any shift of z will do, and one near them all rounds least
  for (int j = 0; j < n; ++j) {
    mean += static_cast<double>(dw[j]) * w[j];
    if (w[j] != 0.0F) centre += static_cast<double>(w[j]) * z[j];
  }
  double by_temperature = 0.0;
  for (int j = 0; j < n; ++j) {
    dz[j] = 0.0F;
    if (w[j] == 0.0F) continue;  // hidden or vanished: the row does not move with it
    const double du = w[j] * (dw[j] - mean);
    dz[j] = static_cast<float>(du / temperature);
    by_temperature -= du * (z[j] - centre) / (temperature * temperature);
  }
  return by_temperature;
}

/// capped = c tanh(scaled / c): the slope is 1 - (capped / c)².
void softcap_back(const float* capped, const float* dy, float* dx, int n, float c) noexcept {
  for (int j = 0; j < n; ++j) {
    dx[j] = dy[j] * (1.0F - (capped[j] / c) * (capped[j] / c));
  }
}

/// From the derivative by the weights to that by the scores, through the stages that are on.
void scores_back(Reverse& r, int layer, int h) {
  const Model& m = r.model();
  const Plan& p = r.plan;
  const LayerTrace& t = r.t->layers[static_cast<std::size_t>(layer)];
  LayerTrace& d = r.d.layers[static_cast<std::size_t>(layer)];
  const ConstView last = r.t->tensor({layer, Stage::kMasked, h});
  const int n = last.cols;
  const float scale = m.score_scale();
  float* dz = r.product(1, n).data;  // by the stage at hand, from what follows it
  double by_temperature = 0.0;
  for (int row = 0; row < last.rows; ++row) {
    const int i = h * last.rows + row;
    by_temperature += softmax_back(&t.weights(i, 0), last.row(row), &d.weights(i, 0), dz, n,
                                   static_cast<double>(m.temperature(layer, h)));
    const auto through = [&](Matrix& stage) {  // with what was put there
      add_row(dz, &stage(i, 0), n);
      std::copy_n(&stage(i, 0), n, dz);
    };
    if (p.masked) through(d.masked);
    add_row(dz, &r.out.mask(row, 0), n);  // masked = capped + mask
    if (p.capped) {
      through(d.capped);
      softcap_back(&t.capped(i, 0), dz, dz, n, m.softcap);
    }
    if (p.scaled) {
      through(d.scaled);
      scale_row(dz, dz, n, scale);  // scaled = scores · scale
    }
    add_row(dz, &d.scores(i, 0), n);
  }
  r.out.layers[static_cast<std::size_t>(layer)].temperature(0, h) +=
      static_cast<float>(by_temperature);
}

View columns(Matrix& m, int head, int width) noexcept {
  return view(m).block(0, head * width, static_cast<int>(m.rows()), width);
}

}  // namespace

void linear_back(Reverse& r, ConstView x, const Linear& map, ConstView dy, View dx,
                 LinearGradient& gradient) {
  if (dy.rows == 0) return;
  if (!dx.empty()) {
    const View product = r.product(dx.rows, dx.cols);
    gemm_bt(dy, view(map.weight), product, *r.scratch);  // dX = dY Wᵀ, W stored K x N
    accumulate(product, dx);
  }
  gemm_at(x, dy, view(gradient.weight), *r.scratch);  // each map is passed once: dW = Xᵀ dY
  for (int i = 0; map.bias && i < dy.rows; ++i) add_row(dy.row(i), gradient.bias.data(), dy.cols);
}

void normalize_back(Reverse& r, ConstView x, const Norm& norm, ConstView dy, View dx,
                    NormGradient& gradient) {
  const bool layer_norm = r.model().norm == NormKind::kLayerNorm;
  const int n = x.cols;
  for (int i = 0; i < x.rows; ++i) {
    double mean = 0.0;
    for (int j = 0; j < n && layer_norm; ++j) mean += x(i, j);
    mean /= n;
    double square = 0.0;
    for (int j = 0; j < n; ++j) square += (x(i, j) - mean) * (x(i, j) - mean);
    const double inverse =
        1.0 / std::sqrt(square / n + static_cast<double>(r.model().norm_epsilon));
    // y = u gain + bias, u = (x - mean) inverse: dx = inverse (du - mean(du) - u mean(du u))
    double mean_du = 0.0;
    double mean_duu = 0.0;
    for (int j = 0; j < n; ++j) {
      const double u = (x(i, j) - mean) * inverse;
      const double du = static_cast<double>(dy(i, j)) * (*norm.gain)(0, j);
      mean_du += layer_norm ? du / n : 0.0;
      mean_duu += du * u / n;
      gradient.gain(0, j) += static_cast<float>(dy(i, j) * u);
      if (layer_norm) gradient.bias(0, j) += dy(i, j);
    }
    for (int j = 0; j < n; ++j) {
      const double u = (x(i, j) - mean) * inverse;
      const double du = static_cast<double>(dy(i, j)) * (*norm.gain)(0, j);
      dx(i, j) += static_cast<float>(inverse * (du - mean_du - u * mean_duu));
    }
  }
}

void activate_back(Reverse& r, const LayerTrace& t, LayerTrace& d) {
  const MlpKind kind = r.model().mlp;
  for (int i = 0; i < t.hidden.size(); ++i) {
    const double dy = d.hidden.data()[i];
    const double x = t.up.data()[i];
    double slope = 0.0;
    if (kind == MlpKind::kGelu) {  // Phi(x) + x phi(x)
      slope = 0.5 * std::erfc(-x / std::numbers::sqrt2) +
              x * std::exp(-0.5 * x * x) * 0.5 * std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
    } else if (kind == MlpKind::kRelu) {
      slope = x > 0.0 ? 1.0 : 0.0;
    } else {  // hidden = g sigmoid(g) x
      const double g = t.gate.data()[i];
      const double s = 1.0 / (1.0 + std::exp(-g));
      slope = g * s;
      d.gate.data()[i] += static_cast<float>(dy * x * s * (1.0 + g * (1.0 - s)));
    }
    d.up.data()[i] += static_cast<float>(dy * slope);
  }
}

void heads_back(Reverse& r, int layer, bool scores_only) {
  const Model& m = r.model();
  LayerTrace& d = r.d.layers[static_cast<std::size_t>(layer)];
  const int queries = r.t->queries();
  const int keys = r.t->keys();
  if (queries == 0 || keys == 0) return;
  for (int h = 0; h < m.heads; ++h) {
    const int kv = m.kv_head(h);
    if (!scores_only) {  // head_out = weights V
      const ConstView dout = columns(d.concat, h, m.value_width);
      const View dw = r.product(queries, keys);
      gemm_bt(dout, r.t->tensor({layer, Stage::kV, kv}), dw, *r.scratch);
      accumulate(dw, view(d.weights).block(h * queries, 0, queries, keys));
      const View dv = r.product(keys, m.value_width);
      gemm_at(r.t->tensor({layer, Stage::kWeights, h}), dout, dv, *r.scratch);
      accumulate(dv, columns(d.v, kv, m.value_width));
    }
    scores_back(r, layer, h);
    // scores = Q Kᵀ
    const ConstView ds = view(std::as_const(d.scores)).block(h * queries, 0, queries, keys);
    const View dq = r.product(queries, m.key_width);
    gemm(ds, r.t->tensor({layer, Stage::kKRotated, kv}), dq, *r.scratch);
    accumulate(dq, columns(r.plan.rope ? d.q_rotated : d.q, h, m.key_width));
    const View dk = r.product(keys, m.key_width);
    gemm_at(ds, r.t->tensor({layer, Stage::kQRotated, h}), dk, *r.scratch);
    accumulate(dk, columns(r.plan.rope ? d.k_rotated : d.k, kv, m.key_width));
  }
}

void rotate_back(const Reverse& r, const Matrix& dy, int first, Matrix& dx) {
  const Model& m = r.model();
  const int cols = static_cast<int>(dy.cols());
  Matrix row(1, m.key_width);
  Matrix opposite(1, m.rotary_width() / 2);
  for (int i = 0; i < dy.rows(); ++i) {
    opposite = -r.t->rotary_sin.row(first + i);
    for (int h = 0; h < cols; h += m.key_width) {
      rotate_row(&dy(i, h), row.data(), m.key_width, m.rotary_width(), m.positions.interleaved,
                 &r.t->rotary_cos(first + i, 0), opposite.data());
      add_row(row.data(), &dx(i, h), m.key_width);
    }
  }
}

}  // namespace ap::steps
