// The program's Session and what it takes from its place: the address, what was stored, the full
// word list once the first frame is drawn. Works without a window (a page without WebGL 2).
#pragma once

#include "platform/ports.hpp"
#include "playground/session/session.hpp"

namespace ap::app {

/// The one of this program.
[[nodiscard]] Session& session();

/// Opens what the address names, else what was stored here, else the default; keeps it for next
/// time.
void start_session(platform::Ports& ports);

/// Fetches the full word list; words that were unknown get their vectors. Once.
void load_words(platform::Ports& ports);

}  // namespace ap::app
