// The document as a JSON value inside a larger text. Internal to playground/.
#pragma once

#include "playground/document/document.hpp"
#include "playground/json/write.hpp"

namespace ap {

// 2: has windows, or softcap with a finite mask, which before were added and capped the other way
// round. What needs neither is written as 1, which older programs read.
inline constexpr int kStateVersion = 2;

/// `older`: it was read as version 1, and whoever reads it is to know.
void write_document(JsonWriter& out, const Document& document, bool older = false);

}  // namespace ap
