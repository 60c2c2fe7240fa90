// encode_share_link: what a document and its view differ in from a preset.
#include "io/arrays/deflate.hpp"
#include "io/link/bytes.hpp"
#include "io/link/link.hpp"
#include "io/link/matrix.hpp"
#include "io/link/parts.hpp"
#include "io/link/properties.hpp"
#include "playground/document/weights.hpp"
#include "playground/json/state_json.hpp"

namespace ap {
namespace {

/// Parameters and learned positions, the layers' in each layer.
template <class F>
void each_matrix(std::size_t layers, F f) {
  for (int stage = 0; stage < kStageCount; ++stage) {
    const auto s = static_cast<Stage>(stage);
    if (!is_parameter(s) && s != Stage::kPositions) continue;
    const std::size_t count = before_layers(s) ? 1 : layers;
    for (std::size_t layer = 0; layer < count; ++layer) f(TensorId{static_cast<int>(layer), s, 0});
  }
}

bool same(const Property& p, void* a, void* b) {
  switch (p.type) {
    case PropertyType::kBool: return *static_cast<bool*>(a) == *static_cast<bool*>(b);
    case PropertyType::kStage: return *static_cast<Stage*>(a) == *static_cast<Stage*>(b);
    case PropertyType::kText: return *static_cast<std::string*>(a) == *static_cast<std::string*>(b);
    default:
      return *static_cast<std::int32_t*>(a) ==
             *static_cast<std::int32_t*>(b);  // floats: their bits
  }
}

void put(ShareWriter& out, const Property& p, void* value) {
  out.byte(p.id);
  switch (p.type) {
    case PropertyType::kBool: return out.byte(*static_cast<bool*>(value) ? 1 : 0);
    case PropertyType::kInt: return out.integer(*static_cast<int*>(value));
    case PropertyType::kFloat: return out.number(*static_cast<float*>(value));
    case PropertyType::kText: return out.text(*static_cast<std::string*>(value));
    case PropertyType::kStage: return out.text(name(*static_cast<Stage*>(value)));
  }
}

void put_sentence(ShareWriter& out, const Sentence& wanted, const Sentence& settled,
                  unsigned tokens, unsigned origins) {
  bool same_texts = wanted.tokens.size() == settled.tokens.size();
  bool same_origins = same_texts;
  for (std::size_t i = 0; i < wanted.tokens.size() && same_texts; ++i) {
    same_texts = wanted.tokens[i].text == settled.tokens[i].text;
    same_origins = same_origins && wanted.tokens[i].origin == settled.tokens[i].origin;
  }
  if (!same_texts) {
    out.byte(tokens);
    out.count(static_cast<std::uint32_t>(wanted.tokens.size()));
    for (const TokenEntry& token : wanted.tokens) out.text(token.text);
  }
  if (same_texts && same_origins) return;
  out.byte(origins);
  for (const TokenEntry& token : wanted.tokens) out.byte(static_cast<unsigned>(token.origin));
}

void put_locks(ShareWriter& out, const Document& wanted, const Document& base) {
  if (wanted.locked == base.locked) return;
  out.byte(part::kLocks);
  out.count(static_cast<std::uint32_t>(wanted.locked.size()));
  for (const auto& [layer, stage] : wanted.locked) {
    out.count(static_cast<std::uint32_t>(layer));
    out.text(name(stage));
  }
}

void put_learning(ShareWriter& out, const Document& wanted, const Document& base,
                  const WordVectors* words) {
  const std::string text = learning_to_json(wanted, words);
  if (text == learning_to_json(base, words)) return;
  out.byte(part::kLearning);
  out.text(text);
}

void put_windows(ShareWriter& out, ShareRules& rules, const Model& base) {
  const std::vector<Layer>& layers = rules.document.model.layers;
  const auto window_of = [](const Model& m, std::size_t l) {
    return l < m.layers.size() ? m.layers[l].window : KeyWindow{};
  };
  bool same = true;
  for (std::size_t l = 0; l < layers.size(); ++l)
    same = same && layers[l].window == window_of(base, l);
  if (same) return;
  out.byte(part::kWindows);
  for (const Layer& layer : layers) {
    out.integer(layer.window.left);
    out.integer(layer.window.right);
  }
  rules.version = 3;
}

}  // namespace

Result<std::string> encode_share_link(const SharedState& given, const WordVectors* words) {
  SharedState state = given;
  const Document& d = state.document;
  const std::string id = share_base_id(d);
  auto base = share_base(id);
  if (!base) return std::unexpected(std::move(base).error());
  std::int64_t cells = 0;
  each_matrix(d.model.layers.size(), [&](TensorId at) {
    if (const SharedMatrix m = shared_matrix(d, at)) cells += m->size();
  });
  if (cells > kMaxShareCells || share_trace_bytes(d) > kMaxLinkTrace) return share_too_much();
  ShareWriter out;
  out.text(id);
  const std::size_t empty = out.out.size();
  SharedState settled{*base, {}};
  for (const Property& p : share_properties()) {
    if (same(p, p.at(state), p.at(settled))) continue;
    put(out, p, p.at(state));
  }
  const bool no_property = out.out.size() == empty;
  out.byte(part::kEnd);
  settled.document.token_mode = d.token_mode;
  settled.document.query.text = d.query.text;
  settled.document.source.text = d.source.text;
  settle(settled.document, *base);
  const std::size_t parts = out.out.size();
  put_sentence(out, d.query, settled.document.query, part::kTokens, part::kOrigins);
  put_sentence(out, d.source, settled.document.source, part::kSourceTokens, part::kSourceOrigins);
  if (d.model.layers.size() != base->model.layers.size()) {
    out.byte(part::kLayers);
    out.count(static_cast<std::uint32_t>(d.model.layers.size()));
  }
  put_locks(out, d, *base);
  ShareRules rules{d, *base, core_words(), words ? words : core_words()};
  put_windows(out, rules, base->model);
  each_matrix(d.model.layers.size(), [&](TensorId at) {
    ShareWriter matrix;
    write_matrix(matrix, rules, at, shared_matrix(d, at));
    if (matrix.out.empty()) return;
    out.byte(part::kMatrix);
    out.out += matrix.out;
  });
  put_learning(out, d, *base, rules.words);
  if (cap_meets_mask(d)) rules.version = 3;
  if (no_property && out.out.size() == parts) return "preset=" + id;
  out.byte(part::kEnd);
  const std::uint32_t check = share_check(out.out);
  out.byte(check & 0xFFU);
  out.byte(check >> 8);
  const std::string packed = deflate(out.out);
  const bool plain = packed.size() >= out.out.size();
  return "s=" + base64url(static_cast<char>(rules.version | (plain ? kSharePlain : 0U)) +
                          (plain ? out.out : packed));
}

}  // namespace ap
