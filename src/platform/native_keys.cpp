#ifndef __EMSCRIPTEN__
#include "platform/native_keys.hpp"

namespace ap::platform {

Key key_of(SDL_Keycode code) noexcept {
  // SDL's codes of keys that write a character are that character, as ours are.
  if (code > 0 && code <= SDLK_DELETE) return static_cast<Key>(code);
  if (code >= SDLK_F1 && code <= SDLK_F12) {
    return static_cast<Key>(static_cast<int>(Key::kF1) + (code - SDLK_F1));
  }
  switch (code) {
    case SDLK_LEFT: return Key::kLeft;
    case SDLK_RIGHT: return Key::kRight;
    case SDLK_UP: return Key::kUp;
    case SDLK_DOWN: return Key::kDown;
    case SDLK_PAGEUP: return Key::kPageUp;
    case SDLK_PAGEDOWN: return Key::kPageDown;
    case SDLK_HOME: return Key::kHome;
    case SDLK_END: return Key::kEnd;
    case SDLK_INSERT: return Key::kInsert;
    case SDLK_APPLICATION: return Key::kMenu;
    case SDLK_KP_ENTER: return Key::kPadEnter;
    case SDLK_LCTRL: return Key::kLeftCtrl;
    case SDLK_RCTRL: return Key::kRightCtrl;
    case SDLK_LSHIFT: return Key::kLeftShift;
    case SDLK_RSHIFT: return Key::kRightShift;
    case SDLK_LALT: return Key::kLeftAlt;
    case SDLK_RALT: return Key::kRightAlt;
    case SDLK_LGUI: return Key::kLeftSuper;
    case SDLK_RGUI: return Key::kRightSuper;
    default: return Key::kNone;
  }
}

SDL_SystemCursor system_cursor(Cursor shape) noexcept {
  switch (shape) {
    case Cursor::kText: return SDL_SYSTEM_CURSOR_IBEAM;
    case Cursor::kHand: return SDL_SYSTEM_CURSOR_HAND;
    case Cursor::kMove: return SDL_SYSTEM_CURSOR_SIZEALL;
    case Cursor::kSizeWestEast: return SDL_SYSTEM_CURSOR_SIZEWE;
    case Cursor::kSizeNorthSouth: return SDL_SYSTEM_CURSOR_SIZENS;
    case Cursor::kSizeNorthEast: return SDL_SYSTEM_CURSOR_SIZENESW;
    case Cursor::kSizeNorthWest: return SDL_SYSTEM_CURSOR_SIZENWSE;
    case Cursor::kForbidden: return SDL_SYSTEM_CURSOR_NO;
    case Cursor::kArrow: break;
  }
  return SDL_SYSTEM_CURSOR_ARROW;
}

}  // namespace ap::platform
#endif
