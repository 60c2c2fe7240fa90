// The document as a JSON value inside a larger text. Internal to playground/.
#pragma once

#include "playground/document/document.hpp"
#include "playground/json/write.hpp"

namespace ap {

inline constexpr int kStateVersion = 1;

void write_document(JsonWriter& out, const Document& document);

}  // namespace ap
