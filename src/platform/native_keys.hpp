// SDL's key codes and pointer shapes as ours (desktop builds only).
#pragma once

#include <SDL.h>

#include "platform/keys.hpp"

namespace ap::platform {

/// kNone: a key that nothing here asks for.
[[nodiscard]] Key key_of(SDL_Keycode code) noexcept;
[[nodiscard]] SDL_SystemCursor system_cursor(Cursor shape) noexcept;

}  // namespace ap::platform
