// What of the view a share link carries, and which controls are hidden: by a link, or by the page
// that embeds the playground (hide="sentence panel"). Hidden controls take no room.
#pragma once

#include "io/link/link.hpp"
#include "ui/widgets/context.hpp"

namespace ap::ui {

enum Hidden : std::uint32_t {
  kHideSentence = 1,
  kHidePresets = 2,
  kHideUndo = 4,
  kHideShare = 8,
  kHideTheme = 16,
  kHideTop = kHideSentence | kHidePresets | kHideUndo | kHideShare | kHideTheme,
  kHideSteps = 32,
  kHidePanel = 64,
  kHideStatus = 128,
  kHideHints = 256,
};
/// All of these.
[[nodiscard]] inline bool is_hidden(const ViewState& view, std::uint32_t what) {
  return (view.hidden & what) == what;
}
/// "sentence presets undo share theme top steps panel status hints"; other words are passed over.
[[nodiscard]] std::uint32_t hidden_from(std::string_view names);

[[nodiscard]] SharedView shared_view(const ViewState& view);
/// What is not there (a cell, a layer) is dropped when the sheet is laid out.
void apply_view(ViewState& view, const SharedView& shared);

/// The address with everything in it: what the Share button copies. kTooLarge: better a file.
[[nodiscard]] Result<std::string> share_address(const Session& session, const ViewState& view,
                                                const platform::Ports& ports);

}  // namespace ap::ui
