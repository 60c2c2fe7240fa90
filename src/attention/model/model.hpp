// Model: layers of multi-head attention with everything that can be switched, as a value. Big
// matrices are shared, so copying a model is cheap. Rows are tokens: Q = X W_Q.
// Leaves out: the vocabulary and unembedding; dropout.
#pragma once

#include <vector>

#include "attention/model/mask.hpp"
#include "base/error.hpp"
#include "tensor/matrix.hpp"

namespace ap {

enum class ScaleKind { kInverseSqrt, kOff, kFree };
enum class PositionKind { kNone, kSinusoidal, kLearned, kRope, kAlibi };
enum class NormKind { kNone, kLayerNorm, kRmsNorm };
enum class NormPlace { kPre, kPost };
enum class MlpKind { kNone, kGelu, kRelu, kSwiglu };

struct Positions {
  PositionKind kind = PositionKind::kNone;
  float base = 10000.0F;     // sinusoidal and RoPE: wavelengths from 2 pi to base x 2 pi
  int rotary_width = 0;      // RoPE: the first R numbers of a head are turned; 0 means all of them
  bool interleaved = false;  // RoPE: pairs (2i, 2i+1) instead of (i, i + R/2)
  SharedMatrix learned;      // kLearned: N x D, N >= tokens
  bool operator==(const Positions&) const = default;
};

/// A linear map with an optional bias (1 x columns; null is none).
struct Linear {
  SharedMatrix weight;
  SharedMatrix bias;
  bool operator==(const Linear&) const = default;
};

struct Norm {
  SharedMatrix gain;  // 1 x D
  SharedMatrix bias;  // 1 x D, LayerNorm only
  bool operator==(const Norm&) const = default;
};

struct Layer {
  Linear q;                  // D x H·K, head h owns columns [hK, (h+1)K)
  Linear k;                  // D x G·K
  Linear v;                  // D x G·V
  Linear o;                  // H·V x D
  SharedMatrix temperature;  // 1 x H, all > 0; null is 1 everywhere
  KeyWindow window;
  Norm norm1;
  Norm norm2;
  Linear gate;  // D x F, SwiGLU only
  Linear up;    // D x F
  Linear down;  // F x D
  bool operator==(const Layer&) const = default;
};

struct Model {
  int width = 0;        // D
  int heads = 1;        // H
  int kv_heads = 1;     // G, divides H; query head h reads kv head h / (H/G)
  int key_width = 0;    // K
  int value_width = 0;  // V
  int mlp_width = 0;    // F
  ScaleKind scale = ScaleKind::kInverseSqrt;
  float free_scale = 1.0F;
  float softcap = 0.0F;  // c; 0 is off
  bool causal = false;
  bool residual = false;
  Positions positions;
  NormKind norm = NormKind::kNone;
  NormPlace norm_place = NormPlace::kPre;
  float norm_epsilon = 1e-5F;
  MlpKind mlp = MlpKind::kNone;
  std::vector<Layer> layers;

  [[nodiscard]] int group() const noexcept { return heads / kv_heads; }
  [[nodiscard]] int kv_head(int head) const noexcept { return head / group(); }
  /// 1/sqrt(K), 1, or free_scale.
  [[nodiscard]] float score_scale() const noexcept;
  /// R: the columns that RoPE turns, even.
  [[nodiscard]] int rotary_width() const noexcept;
  [[nodiscard]] float temperature(int layer, int head) const noexcept;
  /// The first layer with this one's window: layers of one window share one mask, which is there.
  [[nodiscard]] int mask_layer(int layer) const noexcept;
  [[nodiscard]] bool windowed() const noexcept;  // any layer
  bool operator==(const Model&) const = default;
};

inline constexpr int kMaxLayers = 8;
inline constexpr int kMaxHeads = 128;
inline constexpr int kMaxWidth = 16384;
inline constexpr int kMaxTokens = 4096;
inline constexpr float kMaxCell = 1e6F;    // |cell| of a parameter
inline constexpr float kMaxScale = 1e30F;  // |free scale|
inline constexpr float kMinTemperature = 1e-3F;

/// Everything about the model alone: counts, shapes of all matrices, finite values. The error's
/// `where` is a path such as "layers[0].w_q".
[[nodiscard]] Result<void> validate(const Model& model);

}  // namespace ap
