// Actions as JSON and back: scripts, lessons, files of actions. docs/formats.md describes the keys.
#pragma once

#include <string>
#include <string_view>

#include "playground/actions/action.hpp"

namespace ap {

/// {"type":"set_cell","stage":"w_q","layer":0,"head":0,"row":1,"col":2,"value":0.5}: an action's
/// snake_case name and its fields.
[[nodiscard]] Result<Action> action_from_json(std::string_view json);
[[nodiscard]] std::string to_json(const Action& action);

}  // namespace ap
