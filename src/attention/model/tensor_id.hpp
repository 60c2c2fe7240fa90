// TensorId: the one address of a matrix that views, scripts, the command line, exporters, lessons
// and tests share: which layer, which stage of the computation, which head.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace ap {

/// Up to kTemperature in the order of the computation; the numbers are in links, so what came later
/// stands behind (stages_in_order has the whole order). V vocabulary where it is rows or 1 x. T
/// queries, S source tokens, D width, H heads, G kv heads, K head width, V value width, F MLP
/// width. "head": the matrix is one head's.
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
  // --- whole language models (language.hpp)
  kTable,              // V x D   a row for each token of the vocabulary
  kSegment,            // 1 x D   added to every row (BERT)
  kEmbeddingSum,       // T x D   embeddings + positions + segment, where a norm follows
  kEmbeddingNormGain,  // 1 x D
  kEmbeddingNormBias,  // 1 x D
  kQNormGain,          // 1 x K   "q_norm"
  kKNormGain,          // 1 x K   "k_norm"
  kQNormed,            // T x K   head
  kKNormed,            // S x K   head
  kGates,              // 1 x H   times head_out
  kPostNorm1Gain,      // 1 x D   sandwich
  kPostNorm1Bias,      // 1 x D
  kPostNorm1,          // T x D   norm of projected
  kPostNorm2Gain,      // 1 x D
  kPostNorm2Bias,      // 1 x D
  kPostNorm2,          // T x D   norm of mlp_out
  kMlpGate,            // 1 x 1   times what the MLP adds
  kMlpGated,           // T x D
  kHeadTransform,      // D x D   dense before the final norm (BERT)
  kHeadTransformBias,  // 1 x D
  kTransformed,        // T x D   output W + b
  kActivated,          // T x D   activation(transformed)
  kFinalNormGain,      // 1 x D
  kFinalNormBias,      // 1 x D
  kFinal,              // T x D   what meets the unembedding
  kUnembedding,        // V x D   the table itself where they are tied
  kUnembeddingBias,    // 1 x V
  kUncapped,           // T x V   final Uᵀ + b, where a cap follows; rows on demand, as the next two
  kLogits,             // T x V
  kProbabilities,      // T x V   softmax of the logits
};
inline constexpr int kStageCount = static_cast<int>(Stage::kProbabilities) + 1;
/// All of them as they are computed, parameters before what reads them where that is new.
[[nodiscard]] std::span<const Stage, kStageCount> stages_in_order() noexcept;

/// "w_q", "head_out", ...: fixed; links, scripts and files carry them.
[[nodiscard]] std::string_view name(Stage stage) noexcept;
[[nodiscard]] std::optional<Stage> stage_from(std::string_view name) noexcept;
/// One matrix a head (or kv head): `TensorId::head` counts.
[[nodiscard]] bool per_head(Stage stage) noexcept;
/// Learned or given, not computed: embeddings, weights, biases, gains, mask, learned positions.
[[nodiscard]] bool is_parameter(Stage stage) noexcept;
/// Belongs to no layer (embeddings, positions, mask, table, logits, ...): `TensorId::layer` is 0.
/// The mask that is set is one; in a trace each window has its own, at the first layer with that
/// window.
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
