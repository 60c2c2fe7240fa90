// Small documents and helpers that the playground's tests share.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/assets.hpp"
#include "playground/json/presets.hpp"
#include "playground/json/state_json.hpp"
#include "playground/session/session.hpp"

namespace ap::samples {

/// The value; what was wrong otherwise.
template <class T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  throw std::runtime_error(result.error().where + ": " + result.error().message);
}

inline const WordVectors& core_words() {
  static const WordVectors kWords = must(WordVectors::parse(asset("assets/words-core.bin")));
  return kWords;
}

inline World world() { return World{&core_words()}; }

inline Document preset(const char* id) { return must(load_preset(id, &core_words())); }

/// `text` at width D with identity weights.
inline Document sentence(const char* text, int width = 8, int heads = 2) {
  Document d = must(update(preset("similarity"), action::SetText{.text = text}, world()));
  d = must(update(d, action::SetWidth{width}, world()));
  return must(update(d, action::SetHeads{heads}, world()));
}

inline std::vector<std::string> tokens(const Document& document) {
  std::vector<std::string> out;
  out.reserve(document.query.tokens.size());
  for (const TokenEntry& token : document.query.tokens) out.push_back(token.text);
  return out;
}

/// What the document turns into; it must be valid.
inline Document after(const Document& document, const Action& action) {
  Document next = must(update(document, action, world()));
  if (auto good = validate(next); !good) throw std::runtime_error(good.error().message);
  return next;
}

inline Error error_of(const Document& document, const Action& action) {
  auto next = update(document, action, world());
  return next ? Error{ErrorCode::kIo, "no error", ""} : next.error();
}

}  // namespace ap::samples
