// What the address says, and what it should say: opens share links, presets and settings (theme,
// view, step, hide) at the start and whenever the address changes, and keeps it in step with the
// document, so that the browser's back button takes edits back.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "platform/ports.hpp"

namespace ap::ui {
class App;
}

namespace ap::app {

/// The value of `key` in "key=value&key=value", percent-decoded; empty if it is not there.
[[nodiscard]] std::string setting(std::string_view hash, std::string_view key);

/// Opens a link, an address, a fragment or a state as JSON, in place of the document.
Result<void> open_link(std::string_view text);
/// The document, view and settings that an address names. True if it named a document, even if it
/// could not be opened: then the person is told and what was there stays.
bool open_address(platform::Ports& ports, std::string_view hash);
/// "view=graph&step=softmax&theme=dark&hide=sentence": for scripts and embedding pages.
void apply_settings(std::string_view settings);
/// Why the last link did not open; empty: it did.
[[nodiscard]] const Error& last_problem();

/// The document changed without anyone doing anything (the word list came): no step for the
/// browser.
void settle_address();
/// The interface is there: what was opened before is shown in it.
void attach_interface(ui::App& app);
/// Once a frame: tells of selections, and gives the address when a change has come to rest.
void keep_address(ui::App& app, platform::Ports& ports);

}  // namespace ap::app
