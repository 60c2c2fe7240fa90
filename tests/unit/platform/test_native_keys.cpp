// SDL's keys and pointer shapes as ours: none is lost, none stands for two.
#include <catch2/catch_test_macros.hpp>
#include <set>

#include "platform/native_keys.hpp"

using namespace ap::platform;

TEST_CASE("a key that writes a character is that character", "[platform]") {
  for (char c = ' '; c < 127; ++c) {
    if (c >= 'A' && c <= 'Z') continue;  // SDL's codes are those of lower case
    const std::string name(1, c);
    const SDL_Keycode code = SDL_GetKeyFromName(name.c_str());
    if (code == SDLK_UNKNOWN) continue;
    INFO(name);
    CHECK(key_of(code) == key(c));
  }
  CHECK(key_of(SDLK_a) == key('a'));
  CHECK(key_of(SDLK_9) == key('9'));
}

TEST_CASE("keys without a character have names of their own", "[platform]") {
  constexpr SDL_Keycode kCodes[] = {
      SDLK_BACKSPACE, SDLK_TAB,    SDLK_RETURN, SDLK_ESCAPE,      SDLK_SPACE,    SDLK_DELETE,
      SDLK_LEFT,      SDLK_RIGHT,  SDLK_UP,     SDLK_DOWN,        SDLK_PAGEUP,   SDLK_PAGEDOWN,
      SDLK_HOME,      SDLK_END,    SDLK_INSERT, SDLK_APPLICATION, SDLK_KP_ENTER, SDLK_LCTRL,
      SDLK_RCTRL,     SDLK_LSHIFT, SDLK_RSHIFT, SDLK_LALT,        SDLK_RALT,     SDLK_LGUI,
      SDLK_RGUI,      SDLK_F1,     SDLK_F2,     SDLK_F10,         SDLK_F12};
  std::set<Key> seen;
  for (const SDL_Keycode code : kCodes) {
    INFO(SDL_GetKeyName(code));
    CHECK(key_of(code) != Key::kNone);
    CHECK(seen.insert(key_of(code)).second);
  }
  CHECK(key_of(SDLK_RETURN) == Key::kEnter);
  CHECK(key_of(SDLK_F12) == Key::kF12);
  CHECK(key_of(SDLK_VOLUMEUP) == Key::kNone);
  CHECK(key_of(SDLK_UNKNOWN) == Key::kNone);
  CHECK(key_of(0xE4) == Key::kNone);  // an umlaut's key must not pass for a named one
}

TEST_CASE("each shape of the pointer is another of the system's", "[platform]") {
  std::set<SDL_SystemCursor> seen;
  for (int i = 0; i < kCursors; ++i) {
    CHECK(seen.insert(system_cursor(static_cast<Cursor>(i))).second);
  }
  CHECK(system_cursor(Cursor::kArrow) == SDL_SYSTEM_CURSOR_ARROW);
}
