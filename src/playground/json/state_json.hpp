// The document as JSON and back: share links, files, scripts' state(). Round trips bit for bit.
// docs/formats.md describes the keys. Strict: an unknown key is an error with its path.
#pragma once

#include <string>
#include <string_view>

#include "playground/document/document.hpp"
#include "playground/document/world.hpp"

namespace ap {

inline constexpr std::size_t kMaxStateBytes = std::size_t{64} << 20;

[[nodiscard]] std::string to_json(const Document& document);
/// Errors name the place: "model.layers[0].w_q[2][3]: 'abc' is not a number".
/// With `words` at hand a sentence's embeddings may be the text "words", as in presets.
/// `older`: was it made when the mask was added before the softcap, and are its numbers others now?
[[nodiscard]] Result<Document> document_from_json(std::string_view json,
                                                  const WordVectors* words = nullptr,
                                                  bool* older = nullptr);
/// What is to be learned and the locked cells alone, as they stand in a state: {"learning": {...},
/// "locked_cells": [...]}. For links: sentences whose rows `words` would give are named, not
/// spelled.
[[nodiscard]] std::string learning_to_json(const Document& document, const WordVectors* words);
/// Puts them in the place of the document's; `validate` it afterwards.
[[nodiscard]] Result<void> learning_from_json(Document& document, std::string_view json,
                                              const WordVectors* words);

}  // namespace ap
