// What a family of models is, as data: how it is recognised, what its configuration's keys mean,
// and for each of our parameters its tensor's name and layout. One file a family (gpt2.cpp, ...)
// holds one table; recognise.cpp, spec.cpp and weights.cpp read them all the same way.
// Tables of related families repeat rows on purpose: each is read alone, beside its family's own
// code, and a row that one of them changes must change no other. Docs: docs/adding-a-family.md.
#pragma once

#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "attention/model/model.hpp"
#include "exchange/models/config.hpp"

namespace ap {

enum class Answer : std::uint8_t { kUnknown, kNo, kYes };

/// Everything about a model but its numbers. 0 and kUnknown: not said yet.
struct Spec {
  int width = 0;       // D
  int layers = 0;      // L
  int heads = 0;       // H
  int kv_heads = 0;    // G
  int head_width = 0;  // K
  int mlp_width = 0;   // F
  int vocabulary = 0;  // V
  int context = 0;     // the most tokens; 0: as many as there is memory for
  NormKind norm = NormKind::kLayerNorm;
  NormPlace norm_place = NormPlace::kPre;
  float epsilon = 1e-5F;
  bool norm_plus_one = false;
  MlpKind mlp = MlpKind::kNone;
  MlpKind transform = MlpKind::kGelu;  // of a masked model's head
  PositionKind positions = PositionKind::kLearned;
  int position_offset = 0;
  int padding = -1;  // an id that takes no position of its own
  float rope_base = 10000.0F;
  float rotary_part = 1.0F;  // of a head
  int rotary_width = 0;      // instead of the part
  bool interleaved = false;
  RopeScaling scaling = RopeScaling::kNone;
  float factor = 1.0F;
  float low_frequency = 1.0F;
  float high_frequency = 4.0F;
  int original_context = 8192;
  ScaleKind scale = ScaleKind::kInverseSqrt;
  float free_scale = 1.0F;
  float softcap = 0.0F;
  float logit_softcap = 0.0F;
  float table_scale = 1.0F;
  bool causal = true;
  bool parallel = false;
  int window = 0;            // of the layers that have one; 0: none
  std::vector<int> windows;  // each layer's, 0: none; empty: none at all
  Answer tied = Answer::kUnknown;
  Answer bias = Answer::kUnknown;         // of Q, K and V
  Answer output_bias = Answer::kUnknown;  // of W_O
  Answer mlp_bias = Answer::kUnknown;
  Answer qk_norm = Answer::kUnknown;
};

/// What a key that is not there means.
enum class Otherwise : std::uint8_t {
  kShape,    // the tensors' shapes say it
  kDefault,  // what Spec has, if there is a configuration; without one it must be given
  kMust,     // it must be given
  kFree,     // what Spec has, always
};
using Field = std::variant<int Spec::*, float Spec::*, bool Spec::*, Answer Spec::*>;
struct Key {
  std::vector<std::string_view> names;  // the first that is there counts
  Field field;
  Otherwise otherwise = Otherwise::kShape;
};

/// Our parameters. From kNorm1Gain on: each layer's.
enum class Slot : std::uint8_t {
  kTable,
  kPositions,
  kSegment,
  kEmbeddingNormGain,
  kEmbeddingNormBias,
  kFinalNormGain,
  kFinalNormBias,
  kTransform,
  kTransformBias,
  kUnembedding,
  kLogitBias,
  kRopeFactors,  // what RoPE's frequencies are divided by
  kNorm1Gain,
  kNorm1Bias,
  kQ,
  kQBias,
  kK,
  kKBias,
  kV,
  kVBias,
  kO,
  kOBias,
  kQNorm,
  kKNorm,
  kPost1,
  kNorm2Gain,
  kNorm2Bias,
  kPost2,
  kGate,
  kGateBias,
  kUp,
  kUpBias,
  kDown,
  kDownBias,
};
[[nodiscard]] constexpr bool layered(Slot slot) noexcept { return slot >= Slot::kNorm1Gain; }

/// Where our matrix (rows x cols, in x out) lies in the file's tensor.
enum class Layout : std::uint8_t {
  kPlain,         // rows x cols: tables, vectors, GPT-2's Conv1D
  kLinear,        // cols x rows: PyTorch's Linear
  kThirds,        // rows x (q, k, v)
  kLinearThirds,  // (q, k, v) x rows
  kLinearByHead,  // (head 0's q, k, v, head 1's q, k, v, ...) x rows: GPT-NeoX
  kLinearPaired,  // cols x rows, numbers i and i + K/2 of a head beside each other: llama.cpp
  kHeads,         // heads x rows x K: TransformerLens
  kHeadRows,      // heads x K x cols: TransformerLens's W_O, and its biases heads x K
  kFirstRow,      // the first row of several: BERT's token types
};

enum class Need : std::uint8_t {
  kAlways,
  kEven,    // may be missing, in all layers alike
  kUntied,  // if the unembedding is a matrix of its own
};

struct Part {
  Slot slot;
  /// '~' stands for what the family's body is called, {l} for the layer; the first that is there.
  std::vector<std::string_view> names;
  Layout layout = Layout::kPlain;
  Need need = Need::kAlways;
  Answer Spec::* when = nullptr;  // kYes: always, kNo: not read, kUnknown: as `need` says
};

/// A name, or part of one, and why it cannot be.
struct Refused {
  std::string_view name;
  std::string_view why;
};

class TensorNames;

struct Family {
  std::string_view name;                      // "GPT-2"
  std::vector<std::string_view> model_types;  // of config.json; "gguf:llama" for a GGUF's
  std::vector<std::string_view> architectures;
  std::string_view body;  // "transformer."
  /// Tensors that only this family has, of layer 0: how it is known without model_type.
  std::vector<std::string_view> signature;
  Spec start;
  std::vector<Key> keys;
  /// The keys of the activation's name, its default (empty: must be given) and whether it is gated.
  std::vector<std::string_view> activation;
  std::string_view default_activation;
  bool gated = false;
  std::vector<Part> parts;
  std::vector<std::string_view> ignored;  // buffers: names end so
  std::vector<Refused> refused;           // a name has it: the model cannot be computed
  /// What tables cannot say.
  Result<void> (*more)(const Config&, Spec&) = nullptr;
};

[[nodiscard]] const Family& gpt2_family();
[[nodiscard]] const Family& nanogpt_family();
[[nodiscard]] const Family& gpt_neo_family();
[[nodiscard]] const Family& gpt_neox_family();
[[nodiscard]] const Family& llama_family();
[[nodiscard]] const Family& gemma_family();
[[nodiscard]] const Family& gemma2_family();
[[nodiscard]] const Family& bert_family();
[[nodiscard]] const Family& roberta_family();
[[nodiscard]] const Family& distilbert_family();
[[nodiscard]] const Family& transformer_lens_family();
[[nodiscard]] const Family& gguf_llama_family();
[[nodiscard]] const Family& gguf_qwen_family();
[[nodiscard]] const Family& gguf_gpt2_family();
[[nodiscard]] const Family& gguf_gpt_neox_family();
[[nodiscard]] const Family& gguf_gemma_family();
[[nodiscard]] const Family& gguf_gemma2_family();
/// In the order in which they are tried.
[[nodiscard]] std::vector<const Family*> families();

}  // namespace ap
