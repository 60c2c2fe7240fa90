// What the page's API and the headless core answer with: JSON over a document and its trace.
// Strings and numbers are copies that the caller frees. wasm only.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "attention/forward/trace.hpp"
#include "playground/document/document.hpp"

namespace ap::app {

using Json = nlohmann::json;

/// Null when memory is short: the page says so.
[[nodiscard]] char* given(const std::string& text);
[[nodiscard]] char* given(const Json& json);
/// {"ok":false,"error":{"code","message","where"}}
[[nodiscard]] char* given(const Error& error);

/// JSON has no infinities: they go as the names that JavaScript's Number() reads.
[[nodiscard]] Json number(double value);
[[nodiscard]] Json address(const TensorId& id);

/// {"shape":[r,c],"rows":[...],"cols":[...],"editable":b,"data":address of a copy to free}
[[nodiscard]] char* tensor_json(const Document& document, const Trace& trace, const char* stage,
                                int layer, int head);
/// The stages that are on in a layer, in order: [{"stage","heads","editable","shape"}].
[[nodiscard]] char* stages_json(const Document& document, const Trace& trace, int layer);
[[nodiscard]] char* explain_json(const Trace& trace, const char* stage, int row, int col, int layer,
                                 int head);
[[nodiscard]] char* presets_json();

}  // namespace ap::app
