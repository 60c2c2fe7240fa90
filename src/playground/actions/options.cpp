// Actions on options: switches, numbers, positions, norms, MLP, padding and cache.
#include <cmath>
#include <string>
#include <utility>

#include "playground/actions/apply.hpp"
#include "playground/document/embed.hpp"
#include "playground/document/weights.hpp"
#include "playground/json/presets.hpp"
#include "text/unicode.hpp"

namespace ap {
namespace {

constexpr std::size_t kMaxTitleBytes = 1000;

Result<void> complete(Document& document) {
  Model& m = document.model;
  const bool biases = has_biases(m);
  for (std::size_t l = 0; l < m.layers.size(); ++l) {
    complete_layer(m, m.layers[l], static_cast<int>(l), biases);
  }
  return {};
}

}  // namespace

Result<void> apply(Document& document, const action::SetScale& a, const World& /*world*/) {
  document.model.scale = a.kind;
  if (a.kind != ScaleKind::kFree) return {};
  if (!std::isfinite(a.value)) {
    return fail(ErrorCode::kNotFinite, "the scale must be a finite number", "value");
  }
  if (std::abs(a.value) > kMaxScale) {
    return fail(ErrorCode::kRange, "the scale must lie between -1e30 and 1e30", "value");
  }
  document.model.free_scale = a.value;
  return {};
}

Result<void> apply(Document& document, const action::SetSoftcap& a, const World& /*world*/) {
  if (!std::isfinite(a.cap)) {
    return fail(ErrorCode::kNotFinite, "the softcap must be a finite number", "cap");
  }
  if (a.cap < 0.0F || a.cap > kMaxCell) {
    return fail(ErrorCode::kRange, "the softcap must be 0 (off) or a number up to 1e6", "cap");
  }
  document.model.softcap = a.cap;
  return check_size(document, document.model);
}

Result<void> apply(Document& document, const action::SetCausal& a, const World& /*world*/) {
  document.model.causal = a.on;
  if (!a.on) document.cached = 0;
  return {};
}

Result<void> apply(Document& document, const action::SetWindow& a, const World& /*world*/) {
  std::vector<Layer>& layers = document.model.layers;
  if (a.layer < -1 || a.layer >= static_cast<int>(layers.size())) {
    return fail(ErrorCode::kNotFound, "no layer " + std::to_string(a.layer), "layer");
  }
  for (const auto& [bound, where] : {std::pair(a.left, "left"), std::pair(a.right, "right")}) {
    if (bound >= -1 && bound <= kMaxTokens) continue;
    return fail(ErrorCode::kRange,
                "a window reaches 0 to " + std::to_string(kMaxTokens) +
                    " keys, or is -1 (no bound), not " + std::to_string(bound),
                where);
  }
  for (std::size_t l = 0; l < layers.size(); ++l) {
    if (a.layer == -1 || a.layer == static_cast<int>(l)) layers[l].window = {a.left, a.right};
  }
  return check_size(document, document.model);
}

Result<void> apply(Document& document, const action::SetTemperature& a, const World& /*world*/) {
  Model& m = document.model;
  if (a.layer < 0 || a.layer >= static_cast<int>(m.layers.size())) {
    return fail(ErrorCode::kNotFound, "no layer " + std::to_string(a.layer), "layer");
  }
  if (a.head < -1 || a.head >= m.heads) {
    return fail(ErrorCode::kNotFound, "no head " + std::to_string(a.head), "head");
  }
  if (auto ok = check_unlocked(document, {a.layer, Stage::kTemperature, 0}); !ok) return ok;
  if (!std::isfinite(a.value)) {
    return fail(ErrorCode::kNotFinite, "a temperature must be a finite number", "value");
  }
  if (a.value < kMinTemperature || a.value > kMaxCell) {
    return fail(ErrorCode::kRange, "a temperature must lie between 0.001 and 1e6", "value");
  }
  SharedMatrix& shared = m.layers[static_cast<std::size_t>(a.layer)].temperature;
  Matrix all = shared ? *shared : Matrix(Matrix::Ones(1, m.heads));
  if (a.head == -1) {
    all.setConstant(a.value);
  } else {
    all(0, a.head) = a.value;
  }
  shared = (all.array() == 1.0F).all() ? nullptr : share(std::move(all));
  return {};
}

Result<void> apply(Document& document, const action::SetResidual& a, const World& /*world*/) {
  document.model.residual = a.on;
  return check_size(document, document.model);
}

Result<void> apply(Document& document, const action::SetBiases& a, const World& /*world*/) {
  Model& m = document.model;
  for (Layer& layer : m.layers) set_biases(m, layer, a.on);
  return {};
}

Result<void> apply(Document& document, const action::SetPositions& a, const World& /*world*/) {
  Positions& p = document.model.positions;
  p.kind = a.kind;
  p.base = a.base;
  p.rotary_width = a.rotary_width;
  p.interleaved = a.interleaved;
  if (a.kind != PositionKind::kLearned) p.learned = nullptr;
  if (auto ok = check_size(document, document.model); !ok) return ok;
  fit_to_sentences(document);
  return {};
}

Result<void> apply(Document& document, const action::SetNorm& a, const World& /*world*/) {
  document.model.norm = a.kind;
  document.model.norm_place = a.place;
  if (auto ok = check_size(document, document.model); !ok) return ok;
  return complete(document);
}

Result<void> apply(Document& document, const action::SetMlp& a, const World& /*world*/) {
  Model next = document.model;
  next.mlp = a.kind;
  next.mlp_width = a.width == 0 ? 4 * next.width : a.width;
  if (a.kind == MlpKind::kNone) next.mlp_width = 0;
  return reshape(document, next, static_cast<int>(next.layers.size()));
}

Result<void> apply(Document& document, const action::SetKvLength& a, const World& /*world*/) {
  const int sources = document.cross ? document.source.size() : document.query.size();
  if (a.length < -1 || a.length > sources) {
    return fail(ErrorCode::kRange,
                "the length must be -1 (off) to " + std::to_string(sources) + ", not " +
                    std::to_string(a.length),
                "length");
  }
  document.kv_length = a.length;
  return {};
}

Result<void> apply(Document& document, const action::SetCached& a, const World& /*world*/) {
  if (a.tokens != 0 && document.cross) {
    return fail(ErrorCode::kUnsupported, "cached tokens need self-attention", "tokens");
  }
  if (a.tokens != 0 && !document.model.causal) {
    return fail(ErrorCode::kUnsupported,
                "cached tokens need the causal mask: without it, earlier rows would change",
                "tokens");
  }
  const int most = document.query.size() - 1;
  if (a.tokens < 0 || (a.tokens > most && a.tokens != 0)) {
    return fail(
        ErrorCode::kRange,
        "cached tokens must be 0 to " + std::to_string(most) + ", not " + std::to_string(a.tokens),
        "tokens");
  }
  document.cached = a.tokens;
  return {};
}

Result<void> apply(Document& document, const action::SetTitle& a, const World& /*world*/) {
  if (a.title.size() > kMaxTitleBytes) {
    return fail(ErrorCode::kTooLarge, "a title has at most 1000 bytes", "title");
  }
  if (const auto bad = invalid_utf8(a.title)) {
    return fail(ErrorCode::kParse, "not UTF-8 at byte " + std::to_string(*bad), "title");
  }
  document.title = a.title;
  return {};
}

Result<void> apply(Document& document, const action::LoadPreset& a, const World& world) {
  auto loaded = load_preset(a.id, world.words);
  if (!loaded) return std::unexpected(std::move(loaded).error());
  document = std::move(*loaded);
  return {};
}

Result<void> apply(Document& document, const action::LoadDocument& a, const World& /*world*/) {
  document = a.document;
  return {};
}

}  // namespace ap
