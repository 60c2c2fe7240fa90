// State files of the command line: a path, "-" for standard input, or "preset:ID".
#pragma once

#include <memory>
#include <string>

#include "base/error.hpp"
#include "playground/session/session.hpp"

namespace ap::cli {

/// A session with the document loaded and computed.
[[nodiscard]] Result<std::unique_ptr<Session>> open_state(const std::string& source);

/// kNotFound for a layer or head that the model does not have.
[[nodiscard]] Result<void> check_layer_and_head(const Trace& trace, int layer, int head, int heads);

}  // namespace ap::cli
