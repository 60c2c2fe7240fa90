#include "io/link/link.hpp"

#include <cmath>
#include <utility>

#include "base/assets.hpp"
#include "io/arrays/deflate.hpp"
#include "io/link/bytes.hpp"
#include "io/link/matrix.hpp"
#include "io/link/properties.hpp"
#include "playground/document/embed.hpp"
#include "playground/document/weights.hpp"
#include "playground/json/presets.hpp"
#include "playground/json/state_json.hpp"

namespace ap {
namespace {

// The first byte: the first version that can read it, and whether what follows is packed or plain.
constexpr unsigned kVersion = 2;
constexpr unsigned kPlain = 0x80;

// After the properties, each under its number; 0 ends both lists.
enum Part : unsigned {
  kEnd = 0,
  kTokens = 1,
  kSourceTokens = 2,
  kOrigins = 3,
  kSourceOrigins = 4,
  kLayers = 5,
  kLocks = 6,
  kMatrix = 7,
  kLearning = 8
};

constexpr std::size_t kMaxText = std::size_t{1} << 20;  // letters that are read at all
constexpr std::size_t kMaxUnpacked = std::size_t{4} << 20;
constexpr std::int64_t kMaxCells = std::int64_t{8} << 20;  // that a link may make
constexpr std::uint64_t kMaxLinkTrace = 256'000'000;       // bytes of the forward pass that follows
constexpr int kMaxTokenBytes = 1000;

std::unexpected<Error> damaged(const char* what) {
  return fail(ErrorCode::kParse, std::string("the link is damaged or cut off (") + what + ")",
              "link");
}
std::unexpected<Error> too_much() {
  return fail(ErrorCode::kTooLarge, "this is more than a link may describe; save it as a file",
              "link");
}

const WordVectors* core_words() {
  static const auto kCore = WordVectors::parse(asset("assets/words-core.bin"));
  return kCore ? &*kCore : nullptr;
}

/// The preset that a document is told apart from.
Result<Document> base_of(const std::string& id) { return load_preset(id, core_words()); }
std::string base_id(const Document& document) {
  for (const PresetInfo& p : presets()) {
    if (p.id == document.preset) return p.id;
  }
  return presets().empty() ? std::string() : presets().front().id;
}

/// A sentence whose text has changed has the tokens that its text gives, words until said
/// otherwise.
void settle(Sentence& sentence, const Sentence& base, bool same_mode, TokenMode mode) {
  if (same_mode && sentence.text == base.text) return;
  sentence.tokens.clear();
  auto texts = token_texts(sentence.text, mode);
  if (!texts) return;
  for (std::string& text : *texts) sentence.tokens.push_back({std::move(text), Origin::kWord});
}
void settle(Document& document, const Document& base) {
  const bool same_mode = document.token_mode == base.token_mode;
  settle(document.query, base.query, same_mode, document.token_mode);
  settle(document.source, base.source, same_mode, document.token_mode);
}

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

// ---- writing

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
  out.byte(kLocks);
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
  out.byte(kLearning);
  out.text(text);
}

// ---- reading

Stage read_stage(ShareReader& in) {
  const auto stage = stage_from(in.text(64));
  if (!stage) in.spoil();
  return stage.value_or(Stage::kEmbeddings);
}

void take(ShareReader& in, const Property& p, void* value) {
  switch (p.type) {
    case PropertyType::kBool: *static_cast<bool*>(value) = in.byte() == 1; return;
    case PropertyType::kInt: {
      const int number = in.integer();
      if (number < p.least || number > p.most)
        in.spoil();
      else
        *static_cast<int*>(value) = number;
      return;
    }
    case PropertyType::kFloat: {
      const float number = in.number();
      if (!std::isfinite(number)) in.spoil();
      *static_cast<float*>(value) = number;
      return;
    }
    case PropertyType::kText:
      *static_cast<std::string*>(value) = in.text(static_cast<std::size_t>(p.most));
      return;
    case PropertyType::kStage: *static_cast<Stage*>(value) = read_stage(in); return;
  }
}

bool read_properties(ShareReader& in, SharedState& state) {
  while (const unsigned id = in.byte()) {
    const Property* found = nullptr;
    for (const Property& p : share_properties()) {
      if (p.id == id) found = &p;
    }
    if (found == nullptr || in.bad()) return false;
    take(in, *found, found->at(state));
  }
  return !in.bad();
}

bool read_tokens(ShareReader& in, Sentence& sentence) {
  const std::uint32_t count = in.count();
  if (count > static_cast<std::uint32_t>(kMaxTokens)) return false;
  sentence.tokens.clear();
  for (std::uint32_t i = 0; i < count && !in.bad(); ++i) {
    sentence.tokens.push_back({in.text(kMaxTokenBytes), Origin::kWord});
    if (sentence.tokens.back().text.empty()) return false;
  }
  return !in.bad();
}

bool read_origins(ShareReader& in, Sentence& sentence) {
  for (TokenEntry& token : sentence.tokens) {
    const unsigned origin = in.byte();
    if (origin > static_cast<unsigned>(Origin::kIdentity)) return false;
    token.origin = static_cast<Origin>(origin);
  }
  return !in.bad();
}

bool read_layers(ShareReader& in, Document& document) {
  const std::uint32_t count = in.count();
  if (count < 1 || count > static_cast<std::uint32_t>(kMaxLayers)) return false;
  document.model.layers.resize(count);
  return true;
}

bool read_locks(ShareReader& in, Document& document) {
  document.locked.clear();
  const std::uint32_t count = in.count();
  for (std::uint32_t i = 0; i < count && !in.bad(); ++i) {
    const auto layer = static_cast<int>(in.count() & 0xFFU);
    document.locked.emplace(layer, read_stage(in));
  }
  return !in.bad();
}

/// What comes after the properties; `room` counts down the cells.
bool read_parts(ShareReader& in, Document& d, const ShareRules& rules, std::int64_t& room) {
  while (const unsigned part = in.byte()) {
    bool good = false;
    switch (part) {
      case kTokens: good = read_tokens(in, d.query); break;
      case kSourceTokens: good = read_tokens(in, d.source); break;
      case kOrigins: good = read_origins(in, d.query); break;
      case kSourceOrigins: good = read_origins(in, d.source); break;
      case kLayers: good = read_layers(in, d); break;
      case kLocks: good = read_locks(in, d); break;
      case kMatrix: {
        const Stage stage = read_stage(in);
        const auto layer = static_cast<int>(in.count() & 0xFFU);
        good = !in.bad() && check_shape(d.model) &&
               (is_parameter(stage) || stage == Stage::kPositions) &&
               read_matrix(in, d, rules, {layer, stage, 0}, room);
        break;
      }
      case kLearning:
        good = check_shape(d.model) &&
               learning_from_json(d, in.text(kMaxUnpacked), rules.words).has_value();
        break;
      default: break;
    }
    if (!good) return false;
  }
  return !in.bad();
}

bool good_view(const SharedView& v) {
  return v.zoom >= 0.01F && v.zoom <= 100.0F && std::abs(v.x) < 1e7F && std::abs(v.y) < 1e7F &&
         v.threshold >= 0.0F && v.threshold <= 1.0F;
}

std::uint64_t trace_of(const Document& d) {
  return trace_bytes(d.model, d.query.size(), d.cross ? d.source.size() : d.query.size(), d.cross);
}

/// What a link is about: the part after '#', there the value of "s" or "preset".
std::string_view payload_of(std::string_view link, std::string_view key) {
  if (const std::size_t hash = link.find('#'); hash != std::string_view::npos)
    link.remove_prefix(hash + 1);
  while (!link.empty()) {
    const std::string_view pair = link.substr(0, link.find('&'));
    if (pair.size() > key.size() && pair.starts_with(key) && pair[key.size()] == '=')
      return pair.substr(key.size() + 1);
    link.remove_prefix(std::min(link.size(), pair.size() + 1));
  }
  return {};
}

Result<std::string> unpacked(std::string_view text) {
  if (text.size() > kMaxText) {
    return fail(ErrorCode::kTooLarge,
                "the link has " + std::to_string(text.size()) + " characters; the most is " +
                    std::to_string(kMaxText),
                "link");
  }
  std::string bytes;
  if (!from_base64url(text, bytes) || bytes.empty())
    return damaged("it has letters that no link has");
  const unsigned head = static_cast<unsigned char>(bytes[0]);
  const unsigned version = head & ~kPlain;
  if (version == 0) return damaged("it has no version");
  if (version > kVersion) {
    return fail(ErrorCode::kUnsupported,
                "the link is of version " + std::to_string(version) +
                    ", made by a newer playground; this one reads " + std::to_string(kVersion),
                "link");
  }
  const std::string_view rest = std::string_view(bytes).substr(1);
  if ((head & kPlain) != 0) return std::string(rest);
  auto plain = inflate(rest, kMaxUnpacked);
  if (plain) return plain;
  return plain.error().code == ErrorCode::kTooLarge
             ? Result<std::string>(too_much())
             : Result<std::string>(damaged("it does not unpack"));
}

Result<SharedState> read_state(ShareReader& in, const WordVectors* words) {
  const std::string id = in.text(100);
  auto base = base_of(id);
  if (!base) return std::unexpected(std::move(base).error());
  SharedState state{*base, {}};
  Document& d = state.document;
  if (!read_properties(in, state)) return damaged("a property is unknown or out of range");
  settle(d, *base);
  const ShareRules rules{d, *base, core_words(), words ? words : core_words()};
  std::int64_t room = kMaxCells;
  const bool read = read_parts(in, d, rules, room);
  if (room < 0) return too_much();
  if (!read) return damaged("a part of it cannot be read");
  state.view.anchor.tensor = state.view.focus.tensor;
  if (!good_view(state.view)) return damaged("the view is out of range");
  if (auto ok = check_shape(d.model); !ok) return std::unexpected(std::move(ok).error());
  if (d.query.size() > kMaxTokens || d.source.size() > kMaxTokens || trace_of(d) > kMaxLinkTrace)
    return too_much();
  if (auto ok = validate(d); !ok) return std::unexpected(std::move(ok).error());
  return state;
}

}  // namespace

Result<std::string> encode_share_link(const SharedState& given, const WordVectors* words) {
  SharedState state = given;
  const Document& d = state.document;
  const std::string id = base_id(d);
  auto base = base_of(id);
  if (!base) return std::unexpected(std::move(base).error());
  std::int64_t cells = 0;
  each_matrix(d.model.layers.size(), [&](TensorId at) {
    if (const SharedMatrix m = shared_matrix(d, at)) cells += m->size();
  });
  if (cells > kMaxCells || trace_of(d) > kMaxLinkTrace) return too_much();
  ShareWriter out;
  out.text(id);
  const std::size_t empty = out.out.size();
  SharedState settled{*base, {}};
  for (const Property& p : share_properties()) {
    if (same(p, p.at(state), p.at(settled))) continue;
    put(out, p, p.at(state));
  }
  const bool no_property = out.out.size() == empty;
  out.byte(kEnd);
  settled.document.token_mode = d.token_mode;
  settled.document.query.text = d.query.text;
  settled.document.source.text = d.source.text;
  settle(settled.document, *base);
  const std::size_t parts = out.out.size();
  put_sentence(out, d.query, settled.document.query, kTokens, kOrigins);
  put_sentence(out, d.source, settled.document.source, kSourceTokens, kSourceOrigins);
  if (d.model.layers.size() != base->model.layers.size()) {
    out.byte(kLayers);
    out.count(static_cast<std::uint32_t>(d.model.layers.size()));
  }
  put_locks(out, d, *base);
  ShareRules rules{d, *base, core_words(), words ? words : core_words()};
  each_matrix(d.model.layers.size(), [&](TensorId at) {
    ShareWriter matrix;
    write_matrix(matrix, rules, at, shared_matrix(d, at));
    if (matrix.out.empty()) return;
    out.byte(kMatrix);
    out.out += matrix.out;
  });
  put_learning(out, d, *base, rules.words);
  if (no_property && out.out.size() == parts) return "preset=" + id;
  out.byte(kEnd);
  const std::uint32_t check = share_check(out.out);
  out.byte(check & 0xFFU);
  out.byte(check >> 8);
  const std::string packed = deflate(out.out);
  const bool plain = packed.size() >= out.out.size();
  return "s=" + base64url(static_cast<char>(rules.version | (plain ? kPlain : 0U)) +
                          (plain ? out.out : packed));
}

Result<SharedState> decode_share_link(std::string_view link, const WordVectors* words) {
  std::string_view payload = payload_of(link, "s");
  if (payload.empty()) {
    if (const std::string_view id = payload_of(link, "preset"); !id.empty()) {
      auto document = load_preset(id, words ? words : core_words());
      if (!document) return std::unexpected(std::move(document).error());
      return SharedState{std::move(*document), {}};
    }
    payload = link;
  }
  auto bytes = unpacked(payload);
  if (!bytes) return std::unexpected(std::move(bytes).error());
  if (bytes->size() < 3) return damaged("it is too short");
  const std::string_view all = *bytes;
  const std::string_view said = all.substr(0, all.size() - 2);
  const std::uint32_t check = static_cast<unsigned char>(all[all.size() - 2]) |
                              static_cast<std::uint32_t>(static_cast<unsigned char>(all.back()))
                                  << 8;
  if (check != share_check(said)) return damaged("its checksum does not fit");
  ShareReader in(said);
  auto state = read_state(in, words);
  if (state && in.at() != said.size()) return damaged("something follows its end");
  return state;
}

}  // namespace ap
