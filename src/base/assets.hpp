// Files embedded at build by cmake/Assets.cmake: shaders, presets, lessons, word vectors and, in
// the window and the page, fonts. Named by their path in the checkout: "shaders/heatmap.frag".
// The definitions are generated; an executable links ap_assets or ap_assets_gui.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace ap {

/// The file's bytes, valid for the whole run; empty if there is none of that name.
[[nodiscard]] std::span<const unsigned char> asset(std::string_view name) noexcept;

/// All names, sorted.
[[nodiscard]] std::span<const std::string_view> asset_names() noexcept;

}  // namespace ap
