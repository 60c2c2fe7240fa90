// decode_share_link: a preset and what a link changes in it, every number checked before it is
// used.
#include <cmath>
#include <utility>

#include "io/arrays/deflate.hpp"
#include "io/link/bytes.hpp"
#include "io/link/link.hpp"
#include "io/link/matrix.hpp"
#include "io/link/parts.hpp"
#include "io/link/properties.hpp"
#include "playground/document/embed.hpp"
#include "playground/document/weights.hpp"
#include "playground/json/presets.hpp"
#include "playground/json/state_json.hpp"

namespace ap {
namespace {

constexpr std::size_t kMaxText = std::size_t{1} << 20;  // letters that are read at all
constexpr std::size_t kMaxUnpacked = std::size_t{4} << 20;
constexpr int kMaxTokenBytes = 1000;

std::unexpected<Error> damaged(const char* what) {
  return fail(ErrorCode::kParse, std::string("the link is damaged or cut off (") + what + ")",
              "link");
}
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

bool read_windows(ShareReader& in, Document& document) {
  for (Layer& layer : document.model.layers) {
    for (int* bound : {&layer.window.left, &layer.window.right}) {
      *bound = in.integer();
      if (*bound < -1 || *bound > kMaxTokens) return false;
    }
  }
  return !in.bad();
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
      case part::kTokens: good = read_tokens(in, d.query); break;
      case part::kSourceTokens: good = read_tokens(in, d.source); break;
      case part::kOrigins: good = read_origins(in, d.query); break;
      case part::kSourceOrigins: good = read_origins(in, d.source); break;
      case part::kLayers: good = read_layers(in, d); break;
      case part::kLocks: good = read_locks(in, d); break;
      case part::kWindows: good = read_windows(in, d); break;
      case part::kMatrix: {
        const Stage stage = read_stage(in);
        const auto layer = static_cast<int>(in.count() & 0xFFU);
        good = !in.bad() && check_shape(d.model) &&
               (is_parameter(stage) || stage == Stage::kPositions) &&
               read_matrix(in, d, rules, {layer, stage, 0}, room);
        break;
      }
      case part::kLearning:
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

Result<std::string> unpacked(std::string_view text, unsigned& version) {
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
  version = head & ~kSharePlain;
  if (version == 0) return damaged("it has no version");
  if (version > kShareVersion) {
    return fail(ErrorCode::kUnsupported,
                "the link is of version " + std::to_string(version) +
                    ", made by a newer playground; this one reads " + std::to_string(kShareVersion),
                "link");
  }
  const std::string_view rest = std::string_view(bytes).substr(1);
  if ((head & kSharePlain) != 0) return std::string(rest);
  auto plain = inflate(rest, kMaxUnpacked);
  if (plain) return plain;
  return plain.error().code == ErrorCode::kTooLarge
             ? Result<std::string>(share_too_much())
             : Result<std::string>(damaged("it does not unpack"));
}

Result<SharedState> read_state(ShareReader& in, const WordVectors* words) {
  const std::string id = in.text(100);
  auto base = share_base(id);
  if (!base) return std::unexpected(std::move(base).error());
  SharedState state{*base, {}};
  Document& d = state.document;
  if (!read_properties(in, state)) return damaged("a property is unknown or out of range");
  settle(d, *base);
  const ShareRules rules{d, *base, core_words(), words ? words : core_words()};
  std::int64_t room = kMaxShareCells;
  const bool read = read_parts(in, d, rules, room);
  if (room < 0) return share_too_much();
  if (!read) return damaged("a part of it cannot be read");
  state.view.anchor.tensor = state.view.focus.tensor;
  if (!good_view(state.view)) return damaged("the view is out of range");
  if (auto ok = check_shape(d.model); !ok) return std::unexpected(std::move(ok).error());
  if (d.query.size() > kMaxTokens || d.source.size() > kMaxTokens ||
      share_trace_bytes(d) > kMaxLinkTrace)
    return share_too_much();
  if (auto ok = validate(d); !ok) return std::unexpected(std::move(ok).error());
  return state;
}

}  // namespace

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
  unsigned version = 0;
  auto bytes = unpacked(payload, version);
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
  if (state) state->older = version < 3 && cap_meets_mask(state->document);
  return state;
}

}  // namespace ap
