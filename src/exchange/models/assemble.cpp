#include "exchange/models/assemble.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace ap {
namespace {

bool same_bits(const SharedMatrix& a, const SharedMatrix& b) noexcept {
  return a && b && a->rows() == b->rows() && a->cols() == b->cols() &&
         std::memcmp(a->data(), b->data(), static_cast<std::size_t>(a->size()) * sizeof(float)) ==
             0;
}

SharedMatrix ones(int cols) { return share(Matrix::Ones(1, cols)); }

class Assembler {
 public:
  Assembler(const Spec& spec, const Weights& weights) : s_(spec), w_(weights) {}

  Model model() {
    Model m;
    m.width = s_.width;
    m.heads = s_.heads;
    m.kv_heads = s_.kv_heads;
    m.key_width = m.value_width = s_.head_width;
    m.mlp_width = s_.mlp_width;
    m.scale = s_.scale;
    m.free_scale = s_.scale == ScaleKind::kFree ? s_.free_scale : 1.0F;
    m.softcap = s_.softcap;
    m.causal = s_.causal;
    m.residual = true;
    m.parallel = s_.parallel;
    m.positions = positions();
    m.norm = s_.norm;
    m.norm_place = s_.norm_place;
    m.norm_epsilon = s_.epsilon;
    m.norm_plus_one = s_.norm_plus_one;
    m.mlp = s_.mlp;
    for (int l = 0; l < s_.layers; ++l) m.layers.push_back(layer(l));
    m.language = language();
    return m;
  }

 private:
  Positions positions() const {
    Positions p;
    p.kind = s_.positions;
    p.base = s_.rope_base;
    p.interleaved = s_.interleaved;
    p.learned = w_.find(Slot::kPositions);
    p.offset = s_.position_offset;
    p.padding = s_.padding;
    if (s_.positions != PositionKind::kRope) return p;
    p.rotary_width = s_.rotary_width > 0 ? s_.rotary_width : part_of_head();
    p.scaling = s_.scaling;
    p.factor = s_.factor;
    p.low_frequency = s_.low_frequency;
    p.high_frequency = s_.high_frequency;
    p.original_context = s_.original_context;
    return p;
  }

  /// RoPE of a part of the head; 0: of all of it.
  int part_of_head() const {
    if (s_.rotary_part >= 1.0F) return 0;
    return static_cast<int>(static_cast<float>(s_.head_width) * s_.rotary_part);
  }

  Norm norm(Slot gain, Slot bias, int l) const {
    Norm n{w_.find(gain, l), w_.find(bias, l)};
    if (!n.gain && s_.norm != NormKind::kNone) n.gain = ones(s_.width);  // folded away
    return n;
  }

  Layer layer(int l) const {
    const auto linear = [&](Slot weight, Slot bias) {
      return Linear{w_.find(weight, l), w_.find(bias, l)};
    };
    Layer out;
    out.q = linear(Slot::kQ, Slot::kQBias);
    out.k = linear(Slot::kK, Slot::kKBias);
    out.v = linear(Slot::kV, Slot::kVBias);
    out.o = linear(Slot::kO, Slot::kOBias);
    out.norm1 = norm(Slot::kNorm1Gain, Slot::kNorm1Bias, l);
    out.norm2 = norm(Slot::kNorm2Gain, Slot::kNorm2Bias, l);
    out.post1.gain = w_.find(Slot::kPost1, l);
    out.post2.gain = w_.find(Slot::kPost2, l);
    out.q_norm.gain = w_.find(Slot::kQNorm, l);
    out.k_norm.gain = w_.find(Slot::kKNorm, l);
    out.gate = linear(Slot::kGate, Slot::kGateBias);
    out.up = linear(Slot::kUp, Slot::kUpBias);
    out.down = linear(Slot::kDown, Slot::kDownBias);
    // The last w keys, the query's own among them.
    if (!s_.windows.empty() && s_.windows[static_cast<std::size_t>(l)] > 0)
      out.window.left = s_.windows[static_cast<std::size_t>(l)] - 1;
    return out;
  }

  Language language() const {
    Language out;
    out.table = w_.find(Slot::kTable);
    out.table_scale = s_.table_scale;
    out.segment = w_.find(Slot::kSegment);
    out.embedding_norm = {w_.find(Slot::kEmbeddingNormGain), w_.find(Slot::kEmbeddingNormBias)};
    out.transform = {w_.find(Slot::kTransform), w_.find(Slot::kTransformBias)};
    out.activation = s_.transform;
    // A post-norm body ends in a norm; what is called final is then its head's.
    if (s_.norm_place != NormPlace::kPost || out.transform.weight)
      out.final_norm = norm(Slot::kFinalNormGain, Slot::kFinalNormBias, 0);
    out.unembedding = w_.find(Slot::kUnembedding);
    // Written twice and the same: one matrix, which is edited once.
    if (s_.tied == Answer::kUnknown && same_bits(out.unembedding, out.table)) out.unembedding = {};
    out.bias = w_.find(Slot::kLogitBias);
    out.softcap = s_.logit_softcap;
    return out;
  }

  const Spec& s_;
  const Weights& w_;
};

/// GGUF has Llama 3's scaling as what each frequency is divided by. The numbers behind them are
/// those of Llama 3.1 or 3.2; whether they are is computed, not assumed.
Result<void> fit_rope_factors(const Weights& weights, Spec& spec, std::string_view where) {
  const SharedMatrix factors = weights.find(Slot::kRopeFactors);
  if (!factors) return {};
  const int pairs = static_cast<int>(factors->cols());
  Spec tried = spec;
  tried.scaling = RopeScaling::kLlama3;
  tried.factor = factors->maxCoeff();
  tried.low_frequency = 1.0F;
  tried.high_frequency = 4.0F;
  tried.original_context = 8192;
  bool fits = tried.factor >= 1.0F;
  for (int i = 0; i < pairs && fits; ++i) {
    const double length =
        2 * 3.14159265358979323846 *
        std::pow(static_cast<double>(spec.rope_base), static_cast<double>(i) / pairs);
    const double share = (tried.original_context / length - tried.low_frequency) /
                         static_cast<double>(tried.high_frequency - tried.low_frequency);
    const double smooth = std::clamp(share, 0.0, 1.0);
    const double expected = 1.0 / ((1.0 - smooth) / static_cast<double>(tried.factor) + smooth);
    fits = std::abs(expected - static_cast<double>((*factors)(0, i))) <= 1e-4 * expected;
  }
  if (!fits)
    return fail(ErrorCode::kUnsupported,
                "tensor 'rope_freqs.weight' divides RoPE's frequencies by other numbers than those "
                "of Llama 3: that cannot be computed",
                std::string(where));
  spec = tried;
  return {};
}

std::string megabytes(std::uint64_t bytes) { return std::to_string((bytes >> 20) + 1) + " MB"; }

}  // namespace

Result<AssembledModel> assemble_model(const TensorTable& table, const Config& config,
                                      std::string_view where, std::uint64_t max_bytes) {
  const auto names = recognise(table, config, where);
  if (!names) return std::unexpected(names.error());
  auto spec = read_spec(*names, config, where);
  if (!spec) return std::unexpected(spec.error());
  if (const std::uint64_t bytes = weight_bytes(*names, *spec); max_bytes != 0 && bytes > max_bytes)
    return fail(ErrorCode::kTooLarge,
                "needs " + megabytes(bytes) + " for its numbers, and " + megabytes(max_bytes) +
                    " are there: open a smaller model, or close other programs",
                std::string(where));
  auto weights = read_weights(*names, *spec, where);
  if (!weights) return std::unexpected(weights.error());
  if (auto ok = fit_rope_factors(*weights, *spec, where); !ok) return std::unexpected(ok.error());
  AssembledModel out;
  out.model = Assembler(*spec, *weights).model();
  out.family = names->family().name;
  out.stored = std::move(weights->stored);
  out.context = spec->context;
  out.masked = !spec->causal;
  out.unused = std::move(weights->unused);
  if (auto ok = validate_shapes(out.model); !ok) {
    Error error = ok.error();
    error.where = std::string(where) + ": " + error.where;
    return std::unexpected(std::move(error));
  }
  return out;
}

}  // namespace ap
