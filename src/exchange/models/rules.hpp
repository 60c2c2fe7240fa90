// What several families say alike and no table can: RoPE's scaling, which layers have a window,
// what an activation is called. Names and defaults are those of Hugging Face's transformers.
#pragma once

#include <string>

#include "exchange/models/family.hpp"

namespace ap {

/// rope_scaling or rope_parameters: none, linear or llama3; another kind is an error that names it.
[[nodiscard]] Result<void> read_rope_scaling(const Config& config, Spec& spec);
/// `layer_types`, where it is given; otherwise what `has_window(layer)` says. spec.window is set.
[[nodiscard]] Result<void> read_windows(const Config& config, Spec& spec,
                                        bool (*has_window)(const Config&, int layer));
/// A key that must be false, or absent: what it means cannot be computed.
[[nodiscard]] Result<void> refuse_true(const Config& config, std::string_view key,
                                       const std::string& what);

/// kNone where the name is not known. "gelu_new" is kGeluTanh; with a gate "silu" is kSwiglu.
[[nodiscard]] MlpKind activation_kind(std::string_view name, bool gated) noexcept;

}  // namespace ap
