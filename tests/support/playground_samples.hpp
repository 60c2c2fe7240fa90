// Small documents and helpers that the playground's tests share.
#pragma once

#include <string>
#include <vector>

#include "base/assets.hpp"
#include "playground/presets.hpp"
#include "playground/session.hpp"
#include "playground/state_json.hpp"

namespace ap::samples {

inline const WordVectors& core_words() {
  static const WordVectors kWords = *WordVectors::parse(asset("assets/words-core.bin"));
  return kWords;
}

inline World world() { return World{&core_words()}; }

inline Document preset(const char* id) { return *load_preset(id, &core_words()); }

/// `text` at width D with identity weights.
inline Document sentence(const char* text, int width = 8, int heads = 2) {
  Document d = *update(preset("similarity"), action::SetText{.text = text}, world());
  d = *update(d, action::SetWidth{width}, world());
  return *update(d, action::SetHeads{heads}, world());
}

inline std::vector<std::string> tokens(const Document& document) {
  std::vector<std::string> out;
  for (const TokenEntry& token : document.query.tokens) out.push_back(token.text);
  return out;
}

/// What the document turns into; it must be valid.
inline Document after(const Document& document, const Action& action) {
  auto next = update(document, action, world());
  if (!next) return Document{};
  return validate(*next) ? *next : Document{};
}

inline Error error_of(const Document& document, const Action& action) {
  auto next = update(document, action, world());
  return next ? Error{ErrorCode::kIo, "no error", ""} : next.error();
}

}  // namespace ap::samples
