#include "playground/document/weights.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/rng.hpp"

namespace ap {
namespace {

Result<void> check_count(int value, int most, const char* what, const char* where) {
  if (value >= 1 && value <= most) return {};
  return fail(value > most ? ErrorCode::kTooLarge : ErrorCode::kRange,
              std::string(what) + " must be 1 to " + std::to_string(most) + ", not " +
                  std::to_string(value),
              where);
}

std::uint64_t parameter_bytes(const Model& m) {
  std::uint64_t cells = 0;
  for (const Stage stage : {Stage::kWq, Stage::kWk, Stage::kWv, Stage::kWo, Stage::kWGate,
                            Stage::kWUp, Stage::kWDown}) {
    const bool mlp = stage == Stage::kWGate || stage == Stage::kWUp || stage == Stage::kWDown;
    if (mlp && m.mlp == MlpKind::kNone) continue;
    if (stage == Stage::kWGate && m.mlp != MlpKind::kSwiglu) continue;
    const MatrixShape s = weight_shape(m, stage);
    cells += static_cast<std::uint64_t>(s.rows) * static_cast<std::uint64_t>(s.cols);
  }
  return cells * sizeof(float);
}

SharedMatrix ones(int cols) { return share(Matrix::Ones(1, cols)); }
SharedMatrix zeros(int cols) { return share(Matrix::Zero(1, cols)); }

void complete_norm(Norm& norm, const Model& m, bool on) {
  const bool bias = on && m.norm == NormKind::kLayerNorm;
  if (!on) norm.gain = nullptr;
  if (!bias) norm.bias = nullptr;
  if (on && !norm.gain) norm.gain = ones(m.width);
  if (bias && !norm.bias) norm.bias = zeros(m.width);
}

// random_weight_start leaves no more of a seed than this.
constexpr std::uint64_t kSeedBits = ~std::uint64_t{0} >> 6;
constexpr std::size_t kMaxSeeds = 7 * kMaxLayers;

}  // namespace

int default_head_width(int width, int heads) { return std::max(1, width / std::max(heads, 1)); }

MatrixShape weight_shape(const Model& m, Stage stage) {
  switch (stage) {
    case Stage::kWq: return {m.width, m.heads * m.key_width};
    case Stage::kWk: return {m.width, m.kv_heads * m.key_width};
    case Stage::kWv: return {m.width, m.kv_heads * m.value_width};
    case Stage::kWo: return {m.heads * m.value_width, m.width};
    case Stage::kWGate:
    case Stage::kWUp: return {m.width, m.mlp_width};
    case Stage::kWDown: return {m.mlp_width, m.width};
    default: return {};
  }
}

Matrix identity_weight(const Model& m, Stage stage) {
  const MatrixShape shape = weight_shape(m, stage);
  Matrix out = Matrix::Zero(shape.rows, shape.cols);
  if (stage != Stage::kWq && stage != Stage::kWk && stage != Stage::kWv) {
    for (int i = 0; i < shape.rows; ++i) {
      const int col = stage == Stage::kWo ? i % m.width : i;
      if (col < shape.cols) out(i, col) = 1.0F;
    }
    return out;
  }
  const int head_width = stage == Stage::kWv ? m.value_width : m.key_width;
  const int heads = stage == Stage::kWq ? m.heads : m.kv_heads;
  for (int h = 0; h < heads; ++h) {
    const int kv_head = stage == Stage::kWq ? m.kv_head(h) : h;
    const int first = kv_head * m.group() * head_width;
    for (int j = 0; j < std::min(head_width, m.width); ++j) {
      out((first + j) % m.width, h * head_width + j) = 1.0F;
    }
  }
  return out;
}

void random_weight_start(const Model& m, Stage stage, int layer, std::uint64_t seed, float* out,
                         std::ptrdiff_t count) {
  Rng rng(seed_from(name(stage), seed * 64 + static_cast<std::uint64_t>(layer)));
  const int rows = weight_shape(m, stage).rows;
  const float spread = 1.0F / std::sqrt(static_cast<float>(std::max(rows, 1)));
  for (std::ptrdiff_t i = 0; i < count; ++i) out[i] = spread * rng.normal();
}

Matrix random_weight(const Model& m, Stage stage, int layer, std::uint64_t seed) {
  const MatrixShape shape = weight_shape(m, stage);
  Matrix out(shape.rows, shape.cols);
  random_weight_start(m, stage, layer, seed, out.data(), out.size());
  return out;
}

void remember_seed(std::vector<std::uint64_t>& seeds, std::uint64_t seed) {
  seed &= kSeedBits;
  if (seed < kTriedSeeds) return;
  std::erase(seeds, seed);
  seeds.push_back(seed);
  if (seeds.size() > kMaxSeeds) seeds.erase(seeds.begin());
}

Result<void> check_shape(const Model& m) {
  if (auto ok = check_count(m.width, kMaxWidth, "the width", "width"); !ok) return ok;
  if (auto ok = check_count(m.heads, kMaxHeads, "the number of heads", "heads"); !ok) return ok;
  if (auto ok = check_count(m.kv_heads, m.heads, "the number of key-value heads", "kv_heads");
      !ok) {
    return ok;
  }
  if (m.heads % m.kv_heads != 0) {
    return fail(ErrorCode::kShape,
                std::to_string(m.kv_heads) + " key-value heads do not divide " +
                    std::to_string(m.heads) + " heads",
                "kv_heads");
  }
  if (auto ok = check_count(m.key_width, kMaxWidth, "the key width", "key_width"); !ok) return ok;
  if (auto ok = check_count(m.value_width, kMaxWidth, "the value width", "value_width"); !ok) {
    return ok;
  }
  if (m.mlp != MlpKind::kNone) {
    if (auto ok = check_count(m.mlp_width, 4 * kMaxWidth, "the MLP width", "mlp_width"); !ok) {
      return ok;
    }
  }
  const std::uint64_t bytes = parameter_bytes(m) * std::max<std::size_t>(m.layers.size(), 1);
  if (bytes <= kMaxParameterBytes) return {};
  return fail(ErrorCode::kTooLarge,
              "weights of width " + std::to_string(m.width) + " with " + std::to_string(m.heads) +
                  " heads of " + std::to_string(m.key_width) + " in " +
                  std::to_string(std::max<std::size_t>(m.layers.size(), 1)) + " layers take " +
                  std::to_string(bytes / 1'000'000) + " MB; the most is " +
                  std::to_string(kMaxParameterBytes / 1'000'000) + " MB",
              "width");
}

bool has_biases(const Model& model) { return !model.layers.empty() && model.layers[0].q.bias; }

void set_biases(const Model& m, Layer& layer, bool on) {
  struct Place {
    Linear* linear;
    Stage stage;
  };
  for (const auto& [linear, stage] :
       {Place{&layer.q, Stage::kWq}, Place{&layer.k, Stage::kWk}, Place{&layer.v, Stage::kWv},
        Place{&layer.o, Stage::kWo}, Place{&layer.gate, Stage::kWGate},
        Place{&layer.up, Stage::kWUp}, Place{&layer.down, Stage::kWDown}}) {
    if (!on || !linear->weight) linear->bias = nullptr;
    if (on && linear->weight && !linear->bias) linear->bias = zeros(weight_shape(m, stage).cols);
  }
}

void complete_layer(const Model& m, Layer& layer, int index, bool biases) {
  const bool normed = m.norm != NormKind::kNone;
  const bool mlp = m.mlp != MlpKind::kNone;
  complete_norm(layer.norm1, m, normed);
  complete_norm(layer.norm2, m, normed && mlp);
  const auto weigh = [&](Linear& linear, Stage stage, bool on) {
    if (!on) linear = {};
    if (on && !linear.weight) linear.weight = share(random_weight(m, stage, index, 1));
  };
  weigh(layer.gate, Stage::kWGate, m.mlp == MlpKind::kSwiglu);
  weigh(layer.up, Stage::kWUp, mlp);
  weigh(layer.down, Stage::kWDown, mlp);
  if (biases) set_biases(m, layer, true);
}

Layer fresh_layer(const Model& m, int index, bool biases) {
  Layer layer;
  layer.q.weight = share(identity_weight(m, Stage::kWq));
  layer.k.weight = share(identity_weight(m, Stage::kWk));
  layer.v.weight = share(identity_weight(m, Stage::kWv));
  layer.o.weight = share(identity_weight(m, Stage::kWo));
  complete_layer(m, layer, index, biases);
  return layer;
}

}  // namespace ap
