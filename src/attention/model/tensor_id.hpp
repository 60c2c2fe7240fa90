// TensorId: the one address of a matrix that views, scripts, the command line, exporters, lessons
// and tests share: which layer, which stage of the computation, which head.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ap {

/// In the order of the computation. T queries, S source tokens, D width, H heads, G kv heads,
/// K head width, V value width, F MLP width. "head": the matrix is one head's.
enum class Stage : std::uint8_t {
  kEmbeddings,        // T x D   one row a token
  kPositions,         // T x D (sinusoidal, learned), T x R/2 angles (RoPE), head T x S (ALiBi)
  kInput,             // T x D   what enters the layer
  kSourceEmbeddings,  // S x D   cross-attention only, as are the next two
  kSourcePositions,   // S x D or S x R/2
  kSourceInput,       // S x D
  kNorm1,             // T x D   before attention (pre) or after its residual (post)
  kWq,                // D x K   head
  kWk,                // D x K   head (shared by the H/G heads of a group)
  kWv,                // D x V   head (likewise)
  kBq,                // 1 x K   head
  kBk,                // 1 x K   head
  kBv,                // 1 x V   head
  kQ,                 // T x K   head
  kK,                 // S x K   head
  kV,                 // S x V   head
  kQRotated,          // T x K   head, RoPE
  kKRotated,          // S x K   head, RoPE
  kScores,            // T x S   head, Q Kᵀ
  kScaled,            // T x S   head, scores x scale
  kCapped,            // T x S   head, c tanh(scaled / c)
  kMask,              // T x S   what is added: 0, -inf, or a painted number; see before_layers
  kMasked,            // T x S   head, capped + mask (+ ALiBi)
  kWeights,           // T x S   head, softmax of rows (divided by temperature)
  kHeadOut,           // T x V   head, weights V
  kConcat,            // T x HV
  kWo,                // HV x D
  kBo,                // 1 x D
  kProjected,         // T x D   concat W_O + b_O, where something follows it
  kAdded,             // T x D   projected + input, where something follows it
  kNorm2,             // T x D
  kWGate,             // D x F   SwiGLU
  kBGate,             // 1 x F
  kWUp,               // D x F
  kBUp,               // 1 x F
  kGate,              // T x F
  kUp,                // T x F
  kHidden,            // T x F   gelu(up), relu(up) or silu(gate) x up
  kWDown,             // F x D
  kBDown,             // 1 x D
  kMlpOut,            // T x D   hidden W_down + b_down, where something follows it
  kMlpAdded,          // T x D   post-norm only: residual sum before norm2
  kOutput,            // T x D   what leaves the layer
  kNorm1Gain,         // 1 x D
  kNorm1Bias,         // 1 x D   LayerNorm only
  kNorm2Gain,         // 1 x D
  kNorm2Bias,         // 1 x D
  kTemperature,       // 1 x H
};
inline constexpr int kStageCount = static_cast<int>(Stage::kTemperature) + 1;

/// "w_q", "head_out", ...: fixed; links, scripts and files carry them.
[[nodiscard]] std::string_view name(Stage stage) noexcept;
[[nodiscard]] std::optional<Stage> stage_from(std::string_view name) noexcept;
/// One matrix a head (or kv head): `TensorId::head` counts.
[[nodiscard]] bool per_head(Stage stage) noexcept;
/// Learned or given, not computed: embeddings, weights, biases, gains, mask, learned positions.
[[nodiscard]] bool is_parameter(Stage stage) noexcept;
/// Belongs to no layer (embeddings, positions, mask, ...): `TensorId::layer` is 0. The mask that
/// is set is one; in a trace each window has its own, at the first layer with that window.
[[nodiscard]] bool before_layers(Stage stage) noexcept;

struct TensorId {
  int layer = 0;
  Stage stage = Stage::kEmbeddings;
  int head = 0;
  auto operator<=>(const TensorId&) const = default;
};

struct CellId {
  TensorId tensor;
  int row = 0;
  int col = 0;
  auto operator<=>(const CellId&) const = default;
};

}  // namespace ap
