// Model: layers of multi-head attention with everything that can be switched, as a value. Big
// matrices are shared, so copying a model is cheap. Rows are tokens: Q = X W_Q.
// A language model has a part before and after its layers too (language.hpp).
// Leaves out: the tokenizer (text/); dropout.
#pragma once

#include <optional>
#include <vector>

#include "attention/model/language.hpp"
#include "attention/model/mask.hpp"
#include "attention/model/parts.hpp"
#include "base/error.hpp"

namespace ap {

struct Layer {
  Linear q;                  // D x H·K, head h owns columns [hK, (h+1)K)
  Linear k;                  // D x G·K
  Linear v;                  // D x G·V
  Linear o;                  // H·V x D
  SharedMatrix temperature;  // 1 x H, all > 0; null is 1 everywhere
  KeyWindow window;
  Norm norm1;
  Norm norm2;
  Norm post1;             // NormPlace::kSandwich: of what attention adds
  Norm post2;             // and of what the MLP adds
  Norm q_norm;            // 1 x K, RMSNorm of each head's queries before they are turned (Qwen 3)
  Norm k_norm;            // 1 x K, of its keys; both or neither, in all layers or in none
  Linear gate;            // D x F, SwiGLU and GeGLU only
  Linear up;              // D x F
  Linear down;            // F x D
  SharedMatrix gates;     // 1 x H, times each head's output; null is 1 everywhere
  SharedMatrix mlp_gate;  // 1 x 1, times what the MLP adds to the residual; null is 1
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
  bool parallel = false;  // x + attention(norm1 x) + mlp(norm2 x); with residual, not post-norm
  Positions positions;
  NormKind norm = NormKind::kNone;
  NormPlace norm_place = NormPlace::kPre;
  float norm_epsilon = 1e-5F;
  bool norm_plus_one = false;  // every norm's gain is 1 + g (Gemma); g is what is kept and shown
  MlpKind mlp = MlpKind::kNone;
  std::vector<Layer> layers;
  std::optional<Language> language;  // none: a document of word vectors

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
  /// Queries and keys are normed.
  [[nodiscard]] bool qk_norm() const noexcept {
    return !layers.empty() && layers[0].q_norm.gain != nullptr;
  }
  bool operator==(const Model&) const = default;
};

inline constexpr int kMaxLayers = 128;
inline constexpr int kMaxHeads = 128;
inline constexpr int kMaxWidth = 16384;
inline constexpr int kMaxTokens = 4096;
inline constexpr float kMaxCell = 1e6F;    // |cell| of a parameter
inline constexpr float kMaxScale = 1e30F;  // |free scale|
inline constexpr float kMinTemperature = 1e-3F;

/// Everything about the model alone: counts, shapes of all matrices, finite values. The error's
/// `where` is a path such as "layers[0].w_q".
[[nodiscard]] Result<void> validate(const Model& model);
/// The same without the cells, for what has been read and checked before.
[[nodiscard]] Result<void> validate_shapes(const Model& model);

}  // namespace ap
