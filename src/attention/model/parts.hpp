// The parts that models are made of: kinds of norm, MLP, scale and position, and the maps and norms
// that carry matrices. Values; what they compute is forward/'s.
#pragma once

#include <cstdint>

#include "tensor/matrix.hpp"

namespace ap {

enum class ScaleKind { kInverseSqrt, kOff, kFree };
enum class PositionKind { kNone, kSinusoidal, kLearned, kRope, kAlibi };
enum class NormKind { kNone, kLayerNorm, kRmsNorm };
/// kSandwich: before a part, and of what it adds to the stream (Gemma 2).
enum class NormPlace { kPre, kPost, kSandwich };
/// kGelu: exact, by erf. kGeluTanh: 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x³))), GPT-2's.
/// kGeluQuick: x sigmoid(1.702 x). kSwiglu: silu(gate) · up. kGeglu: gelu_tanh(gate) · up.
enum class MlpKind { kNone, kGelu, kRelu, kSwiglu, kGeluTanh, kGeluQuick, kGeglu };

[[nodiscard]] constexpr bool is_gated(MlpKind kind) noexcept {
  return kind == MlpKind::kSwiglu || kind == MlpKind::kGeglu;
}

/// How RoPE's frequencies are changed for longer texts than a model was first trained on.
/// kLinear: all are divided by `factor`. kLlama3: by wavelength, 2 pi / frequency, against
/// `original_context`: longer than it / low are divided by `factor`, shorter than it / high stay,
/// those between are blended (Llama 3.1's rope_scaling).
enum class RopeScaling : std::uint8_t { kNone, kLinear, kLlama3 };

struct Positions {
  PositionKind kind = PositionKind::kNone;
  float base = 10000.0F;     // sinusoidal and RoPE: wavelengths from 2 pi to base x 2 pi
  int rotary_width = 0;      // RoPE: the first R numbers of a head are turned; 0 means all of them
  bool interleaved = false;  // RoPE: pairs (2i, 2i+1) instead of (i, i + R/2)
  SharedMatrix learned;      // kLearned: N x D, N >= offset + tokens
  int offset = 0;            // kLearned: the first token's row (RoBERTa: 2)
  int padding = -1;          // kLearned: tokens of this id have row offset - 1 and are not counted
  RopeScaling scaling = RopeScaling::kNone;
  float factor = 1.0F;
  float low_frequency = 1.0F;  // kLlama3
  float high_frequency = 4.0F;
  int original_context = 8192;
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
  SharedMatrix bias;  // 1 x D, LayerNorm only; may be missing in a language model
  bool operator==(const Norm&) const = default;
};

}  // namespace ap
