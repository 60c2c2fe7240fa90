#include "attention/model/model.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "attention/model/checks.hpp"

namespace ap {
namespace {

using namespace checking;

/// What a model's options ask of a layer's matrices.
struct Needs {
  Need gain, bias, gain2, bias2, post_gain, post_bias, post_gain2, post_bias2, mlp, gate, qk;
};

Needs needs(const Model& m) noexcept {
  const bool normed = m.norm != NormKind::kNone;
  const bool sandwich = normed && m.norm_place == NormPlace::kSandwich;
  const bool mlp = m.mlp != MlpKind::kNone;
  // A document's LayerNorm always has its bias; models are trained without one too.
  const bool layer_norm = m.norm == NormKind::kLayerNorm;
  const Need with = m.language ? Need::kOptional : Need::kRequired;
  const auto bias = [&](bool on) { return layer_norm && on ? with : Need::kAbsent; };
  return {.gain = required_if(normed),
          .bias = bias(true),
          .gain2 = required_if(normed && mlp),
          .bias2 = bias(mlp),
          .post_gain = required_if(sandwich),
          .post_bias = bias(sandwich),
          .post_gain2 = required_if(sandwich && mlp),
          .post_bias2 = bias(sandwich && mlp),
          .mlp = required_if(mlp),
          .gate = required_if(is_gated(m.mlp)),
          .qk = required_if(m.qk_norm())};
}

Result<void> check_temperatures(const Model& model, const Layer& layer, const std::string& path) {
  for (int h = 0; layer.temperature && h < model.heads; ++h) {
    if (const float t = (*layer.temperature)(0, h); t < kMinTemperature) {
      return fail(ErrorCode::kRange, "a temperature must be at least 0.001",
                  path + "temperature[" + std::to_string(h) + "]");
    }
  }
  return {};
}

Result<void> check_layer(const Model& model, const Layer& layer, const std::string& path,
                         Depth depth) {
  const int d = model.width;
  const int queries = model.heads * model.key_width;
  const int keys = model.kv_heads * model.key_width;
  const int values = model.kv_heads * model.value_width;
  const Needs need = needs(model);
  Checks checks(depth);
  checks.linear(layer.q, d, queries, Need::kRequired, path, "q")
      .linear(layer.k, d, keys, Need::kRequired, path, "k")
      .linear(layer.v, d, values, Need::kRequired, path, "v")
      .linear(layer.o, model.heads * model.value_width, d, Need::kRequired, path, "o")
      .matrix(layer.temperature, 1, model.heads, Need::kOptional, path + "temperature")
      .norm(layer.norm1, d, need.gain, need.bias, path + "norm1")
      .norm(layer.norm2, d, need.gain2, need.bias2, path + "norm2")
      .norm(layer.post1, d, need.post_gain, need.post_bias, path + "post_norm1")
      .norm(layer.post2, d, need.post_gain2, need.post_bias2, path + "post_norm2")
      .matrix(layer.q_norm.gain, 1, model.key_width, need.qk, path + "q_norm")
      .matrix(layer.k_norm.gain, 1, model.key_width, need.qk, path + "k_norm")
      .linear(layer.gate, d, model.mlp_width, need.gate, path, "gate")
      .linear(layer.up, d, model.mlp_width, need.mlp, path, "up")
      .linear(layer.down, model.mlp_width, d, need.mlp, path, "down")
      .matrix(layer.gates, 1, model.heads, Need::kOptional, path + "gates")
      .matrix(layer.mlp_gate, 1, 1, optional_if(model.mlp != MlpKind::kNone && model.residual),
              path + "mlp_gate");
  if (auto ok = checks.result(); !ok) return ok;
  return check_temperatures(model, layer, path);
}

Result<void> check_count(int value, int low, int high, const char* what, const char* where) {
  if (value >= low && value <= high) return {};
  return fail(value > high ? ErrorCode::kTooLarge : ErrorCode::kRange,
              std::string(what) + " must be " + std::to_string(low) + " to " +
                  std::to_string(high) + ", not " + std::to_string(value),
              where);
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

Result<void> check_positions(const Model& m, Depth depth) {
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
  if (p.scaling != RopeScaling::kNone) {
    const char* const message =
        "RoPE's scaling needs a factor of 1 or more, frequency factors "
        "above 0 with low below high, and a context of 1 or more";
    const bool good = p.factor >= 1.0F && p.factor <= kMaxCell && p.low_frequency > 0.0F &&
                      p.high_frequency > p.low_frequency && p.high_frequency <= kMaxCell &&
                      p.original_context >= 1;
    if (!good) return fail(ErrorCode::kRange, message, "model.positions.scaling");
  }
  if (p.offset < (p.padding >= 0 ? 1 : 0) || p.offset > kMaxTableRows) {
    return fail(ErrorCode::kRange, "the positions' offset must be 0 or more, with padding 1",
                "model.positions.offset");
  }
  if (p.kind != PositionKind::kLearned) return {};
  const int rows = p.learned ? static_cast<int>(p.learned->rows()) : 1;
  Checks checks(depth);
  checks.matrix(p.learned, rows, m.width, Need::kRequired, "model.positions.learned");
  return checks.result();
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
  if (m.parallel && (!m.residual || m.norm_place == NormPlace::kPost)) {
    return fail(ErrorCode::kUnsupported,
                "parallel parts need the residual, and norms before them or none",
                "model.parallel");
  }
  if (m.norm_place == NormPlace::kSandwich && m.norm != NormKind::kNone && !m.residual) {
    return fail(ErrorCode::kUnsupported, "norms before and after a part need the residual",
                "model.norm_place");
  }
  return {};
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

namespace {

Result<void> check(const Model& model, Depth depth) {
  if (auto ok = check_counts(model); !ok) return ok;
  if (auto ok = check_options(model); !ok) return ok;
  if (auto ok = check_positions(model, depth); !ok) return ok;
  for (std::size_t l = 0; l < model.layers.size(); ++l) {
    const std::string path = "model.layers[" + std::to_string(l) + "].";
    const KeyWindow& window = model.layers[l].window;
    if (window.left < -1 || window.right < -1) {
      return fail(ErrorCode::kRange, "a bound must be -1 (none) or more", path + "window");
    }
    if (auto ok = check_layer(model, model.layers[l], path, depth); !ok) return ok;
  }
  return model.language ? check_language(model, *model.language, depth) : Result<void>();
}

}  // namespace

Result<void> validate(const Model& model) { return check(model, Depth::kCells); }
Result<void> validate_shapes(const Model& model) { return check(model, Depth::kShapes); }

}  // namespace ap
