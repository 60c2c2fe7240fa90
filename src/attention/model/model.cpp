#include "attention/model/model.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace ap {
namespace {

std::string shape_text(std::ptrdiff_t rows, std::ptrdiff_t cols) {
  return std::to_string(rows) + " x " + std::to_string(cols);
}

Result<void> check_finite(const Matrix& m, const std::string& where) {
  for (int i = 0; i < m.rows(); ++i) {
    for (int j = 0; j < m.cols(); ++j) {
      const float x = m(i, j);
      if (std::abs(x) <= kMaxCell) continue;
      const auto code = std::isfinite(x) ? ErrorCode::kRange : ErrorCode::kNotFinite;
      return fail(code, "a cell must be a finite number between -1e6 and 1e6",
                  where + "[" + std::to_string(i) + "][" + std::to_string(j) + "]");
    }
  }
  return {};
}

enum class Need { kRequired, kOptional, kAbsent };

/// m is rows x cols with sane cells; null is right if it is optional or must be absent.
Result<void> check_matrix(const SharedMatrix& m, int rows, int cols, Need need,
                          const std::string& where) {
  if (!m) {
    if (need != Need::kRequired) return {};
    return fail(ErrorCode::kShape, "missing; needs " + shape_text(rows, cols), where);
  }
  if (need == Need::kAbsent) {
    return fail(ErrorCode::kShape, "this model's options have no such matrix", where);
  }
  if (m->rows() != rows || m->cols() != cols) {
    return fail(ErrorCode::kShape,
                "is " + shape_text(m->rows(), m->cols()) + ", needs " + shape_text(rows, cols),
                where);
  }
  return check_finite(*m, where);
}

/// Keeps the first failure of a row of checks.
class Checks {
 public:
  Checks& matrix(const SharedMatrix& m, int rows, int cols, Need need, const std::string& where) {
    if (result_) result_ = check_matrix(m, rows, cols, need, where);
    return *this;
  }
  Checks& linear(const Linear& l, int rows, int cols, Need need, const std::string& path,
                 const char* suffix) {
    const Need bias = need == Need::kAbsent ? Need::kAbsent : Need::kOptional;
    matrix(l.weight, rows, cols, need, path + "w_" + suffix);
    return matrix(l.bias, 1, cols, bias, path + "b_" + suffix);
  }
  [[nodiscard]] Result<void> result() const { return result_; }

 private:
  Result<void> result_;
};

Result<void> check_layer(const Model& model, const Layer& layer, const std::string& path) {
  const int d = model.width;
  const int queries = model.heads * model.key_width;
  const int keys = model.kv_heads * model.key_width;
  const int values = model.kv_heads * model.value_width;
  const bool normed = model.norm != NormKind::kNone;
  const bool mlp = model.mlp != MlpKind::kNone;
  const Need gain = normed ? Need::kRequired : Need::kAbsent;
  const Need bias = model.norm == NormKind::kLayerNorm ? Need::kRequired : Need::kAbsent;
  const Need gain2 = normed && mlp ? Need::kRequired : Need::kAbsent;
  const Need bias2 = mlp ? bias : Need::kAbsent;
  const Need up = mlp ? Need::kRequired : Need::kAbsent;
  const Need gate = model.mlp == MlpKind::kSwiglu ? Need::kRequired : Need::kAbsent;
  Checks checks;
  checks.linear(layer.q, d, queries, Need::kRequired, path, "q")
      .linear(layer.k, d, keys, Need::kRequired, path, "k")
      .linear(layer.v, d, values, Need::kRequired, path, "v")
      .linear(layer.o, model.heads * model.value_width, d, Need::kRequired, path, "o")
      .matrix(layer.temperature, 1, model.heads, Need::kOptional, path + "temperature")
      .matrix(layer.norm1.gain, 1, d, gain, path + "norm1_gain")
      .matrix(layer.norm1.bias, 1, d, bias, path + "norm1_bias")
      .matrix(layer.norm2.gain, 1, d, gain2, path + "norm2_gain")
      .matrix(layer.norm2.bias, 1, d, bias2, path + "norm2_bias")
      .linear(layer.gate, d, model.mlp_width, gate, path, "gate")
      .linear(layer.up, d, model.mlp_width, up, path, "up")
      .linear(layer.down, model.mlp_width, d, up, path, "down");
  if (auto ok = checks.result(); !ok) return ok;
  for (int h = 0; layer.temperature && h < model.heads; ++h) {
    if (const float t = (*layer.temperature)(0, h); t < kMinTemperature) {
      return fail(ErrorCode::kRange, "a temperature must be at least 0.001",
                  path + "temperature[" + std::to_string(h) + "]");
    }
  }
  return {};
}

Result<void> check_count(int value, int low, int high, const char* what, const char* where) {
  if (value >= low && value <= high) return {};
  return fail(value > high ? ErrorCode::kTooLarge : ErrorCode::kRange,
              std::string(what) + " must be " + std::to_string(low) + " to " +
                  std::to_string(high) + ", not " + std::to_string(value),
              where);
}

Result<void> check_number(float x, float low, float high, const char* message, const char* where) {
  if (!std::isfinite(x)) return fail(ErrorCode::kNotFinite, message, where);
  if (x < low || x > high) return fail(ErrorCode::kRange, message, where);
  return {};
}

Result<void> check_counts(const Model& m) {
  struct Count {
    int value, low, high;
    const char *what, *where;
  };
  const int mlp_low = m.mlp == MlpKind::kNone ? 0 : 1;
  const Count counts[] = {
      {m.width, 1, kMaxWidth, "the width", "model.width"},
      {m.heads, 1, kMaxHeads, "the number of heads", "model.heads"},
      {m.kv_heads, 1, m.heads, "the number of key-value heads", "model.kv_heads"},
      {m.key_width, 1, kMaxWidth, "the key width", "model.key_width"},
      {m.value_width, 1, kMaxWidth, "the value width", "model.value_width"},
      {m.mlp_width, mlp_low, 4 * kMaxWidth, "the MLP width", "model.mlp_width"},
      {static_cast<int>(m.layers.size()), 1, kMaxLayers, "the number of layers", "model.layers"},
  };
  for (const Count& c : counts) {
    if (auto ok = check_count(c.value, c.low, c.high, c.what, c.where); !ok) return ok;
  }
  if (m.heads % m.kv_heads != 0) {
    return fail(ErrorCode::kShape,
                std::to_string(m.kv_heads) + " key-value heads do not divide " +
                    std::to_string(m.heads) + " heads",
                "model.kv_heads");
  }
  return {};
}

Result<void> check_options(const Model& m) {
  if (auto ok = check_number(m.free_scale, -kMaxScale, kMaxScale,
                             "the scale must be a finite number up to 1e30", "model.free_scale");
      !ok) {
    return ok;
  }
  if (auto ok = check_number(m.softcap, 0.0F, kMaxCell,
                             "the softcap must be 0 (off) or a number up to 1e6", "model.softcap");
      !ok) {
    return ok;
  }
  if (auto ok = check_number(m.norm_epsilon, 1e-12F, 1.0F, "epsilon must lie between 1e-12 and 1",
                             "model.norm_epsilon");
      !ok) {
    return ok;
  }
  const Positions& p = m.positions;
  if (auto ok = check_number(p.base, 1.0F, 1e9F, "the position base must lie between 1 and 1e9",
                             "model.positions.base");
      !ok) {
    return ok;
  }
  if (p.rotary_width < 0 || p.rotary_width > m.key_width || p.rotary_width % 2 != 0) {
    return fail(ErrorCode::kRange, "the rotary width must be even and at most the key width",
                "model.positions.rotary_width");
  }
  if (p.kind == PositionKind::kRope && m.rotary_width() < 2) {
    return fail(ErrorCode::kShape, "RoPE turns pairs of numbers: the key width must be at least 2",
                "model.key_width");
  }
  if (p.kind != PositionKind::kLearned) return {};
  const int rows = p.learned ? static_cast<int>(p.learned->rows()) : 1;
  return check_matrix(p.learned, rows, m.width, Need::kRequired, "model.positions.learned");
}

}  // namespace

float Model::score_scale() const noexcept {
  switch (scale) {
    case ScaleKind::kInverseSqrt: return 1.0F / std::sqrt(static_cast<float>(key_width));
    case ScaleKind::kOff: return 1.0F;
    case ScaleKind::kFree: return free_scale;
  }
  return 1.0F;
}

int Model::rotary_width() const noexcept {
  return (positions.rotary_width > 0 ? positions.rotary_width : key_width) / 2 * 2;
}

int Model::mask_layer(int layer) const noexcept {
  if (layer < 0 || layer >= static_cast<int>(layers.size())) return 0;
  const KeyWindow& window = layers[static_cast<std::size_t>(layer)].window;
  const auto same = std::ranges::find(layers, window, &Layer::window);
  return static_cast<int>(same - layers.begin());
}

bool Model::windowed() const noexcept {
  return std::ranges::any_of(layers, [](const Layer& l) { return l.window.bounded(); });
}

float Model::temperature(int layer, int head) const noexcept {
  const SharedMatrix& t = layers[static_cast<std::size_t>(layer)].temperature;
  return t ? (*t)(0, head) : 1.0F;
}

Result<void> validate(const Model& model) {
  if (auto ok = check_counts(model); !ok) return ok;
  if (auto ok = check_options(model); !ok) return ok;
  for (std::size_t l = 0; l < model.layers.size(); ++l) {
    const std::string path = "model.layers[" + std::to_string(l) + "].";
    const KeyWindow& window = model.layers[l].window;
    if (window.left < -1 || window.right < -1) {
      return fail(ErrorCode::kRange, "a bound must be -1 (none) or more", path + "window");
    }
    if (auto ok = check_layer(model, model.layers[l], path); !ok) return ok;
  }
  return {};
}

}  // namespace ap
