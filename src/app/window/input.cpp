#include "app/window/input.hpp"

#include <cfloat>
#include <imgui.h>

namespace ap::app {
namespace {

using platform::PointerKind;

ImGuiMouseSource source_of(PointerKind kind) {
  switch (kind) {
    case PointerKind::kTouch: return ImGuiMouseSource_TouchScreen;
    case PointerKind::kPen: return ImGuiMouseSource_Pen;
    case PointerKind::kMouse: break;
  }
  return ImGuiMouseSource_Mouse;
}

ImGuiKey named_key(SDL_Keycode code) {
  switch (code) {
    case SDLK_TAB: return ImGuiKey_Tab;
    case SDLK_LEFT: return ImGuiKey_LeftArrow;
    case SDLK_RIGHT: return ImGuiKey_RightArrow;
    case SDLK_UP: return ImGuiKey_UpArrow;
    case SDLK_DOWN: return ImGuiKey_DownArrow;
    case SDLK_PAGEUP: return ImGuiKey_PageUp;
    case SDLK_PAGEDOWN: return ImGuiKey_PageDown;
    case SDLK_HOME: return ImGuiKey_Home;
    case SDLK_END: return ImGuiKey_End;
    case SDLK_APPLICATION: return ImGuiKey_Menu;
    case SDLK_INSERT: return ImGuiKey_Insert;
    case SDLK_DELETE: return ImGuiKey_Delete;
    case SDLK_BACKSPACE: return ImGuiKey_Backspace;
    case SDLK_SPACE: return ImGuiKey_Space;
    case SDLK_RETURN: return ImGuiKey_Enter;
    case SDLK_KP_ENTER: return ImGuiKey_KeypadEnter;
    case SDLK_ESCAPE: return ImGuiKey_Escape;
    case SDLK_QUOTE: return ImGuiKey_Apostrophe;
    case SDLK_COMMA: return ImGuiKey_Comma;
    case SDLK_MINUS: return ImGuiKey_Minus;
    case SDLK_PERIOD: return ImGuiKey_Period;
    case SDLK_SLASH: return ImGuiKey_Slash;
    case SDLK_SEMICOLON: return ImGuiKey_Semicolon;
    case SDLK_EQUALS:
    case SDLK_PLUS: return ImGuiKey_Equal;
    case SDLK_LEFTBRACKET: return ImGuiKey_LeftBracket;
    case SDLK_RIGHTBRACKET: return ImGuiKey_RightBracket;
    case SDLK_LCTRL: return ImGuiKey_LeftCtrl;
    case SDLK_RCTRL: return ImGuiKey_RightCtrl;
    case SDLK_LSHIFT: return ImGuiKey_LeftShift;
    case SDLK_RSHIFT: return ImGuiKey_RightShift;
    case SDLK_LALT: return ImGuiKey_LeftAlt;
    case SDLK_RALT: return ImGuiKey_RightAlt;
    case SDLK_LGUI: return ImGuiKey_LeftSuper;
    case SDLK_RGUI: return ImGuiKey_RightSuper;
    default: return ImGuiKey_None;
  }
}

ImGuiKey key_of(SDL_Keycode code) {
  if (code >= SDLK_a && code <= SDLK_z) return static_cast<ImGuiKey>(ImGuiKey_A + (code - SDLK_a));
  if (code >= SDLK_0 && code <= SDLK_9) return static_cast<ImGuiKey>(ImGuiKey_0 + (code - SDLK_0));
  if (code >= SDLK_F1 && code <= SDLK_F12) {
    return static_cast<ImGuiKey>(ImGuiKey_F1 + (code - SDLK_F1));
  }
  return named_key(code);
}

}  // namespace

void GuiInput::pointer(float x, float y, PointerKind kind) {
  ImGuiIO& io = ImGui::GetIO();
  io.AddMouseSourceEvent(source_of(kind));
  io.AddMousePosEvent(x, y);
}
void GuiInput::pointer_gone() { ImGui::GetIO().AddMousePosEvent(-FLT_MAX, -FLT_MAX); }
void GuiInput::button(int index, bool down, PointerKind kind) {
  ImGuiIO& io = ImGui::GetIO();
  io.AddMouseSourceEvent(source_of(kind));
  io.AddMouseButtonEvent(index, down);
}
void GuiInput::wheel(float dx, float dy) { ImGui::GetIO().AddMouseWheelEvent(dx, dy); }
void GuiInput::modifiers(bool ctrl, bool shift, bool alt, bool super) {
  ImGuiIO& io = ImGui::GetIO();
  io.AddKeyEvent(ImGuiMod_Ctrl, ctrl);
  io.AddKeyEvent(ImGuiMod_Shift, shift);
  io.AddKeyEvent(ImGuiMod_Alt, alt);
  io.AddKeyEvent(ImGuiMod_Super, super);
}
void GuiInput::key(SDL_Keycode code, bool down) {
  const ImGuiKey key = key_of(code);
  if (key != ImGuiKey_None) ImGui::GetIO().AddKeyEvent(key, down);
}
void GuiInput::text(const char* utf8) { ImGui::GetIO().AddInputCharactersUTF8(utf8); }
void GuiInput::focus(bool gained) {
  // Keys that are let go elsewhere send nothing here. The rest (an edited field, a selection)
  // stays.
  if (!gained) ImGui::GetIO().ClearInputKeys();
}

SDL_SystemCursor cursor_shape() {
  switch (ImGui::GetMouseCursor()) {
    case ImGuiMouseCursor_TextInput: return SDL_SYSTEM_CURSOR_IBEAM;
    case ImGuiMouseCursor_ResizeAll: return SDL_SYSTEM_CURSOR_SIZEALL;
    case ImGuiMouseCursor_ResizeNS: return SDL_SYSTEM_CURSOR_SIZENS;
    case ImGuiMouseCursor_ResizeEW: return SDL_SYSTEM_CURSOR_SIZEWE;
    case ImGuiMouseCursor_ResizeNESW: return SDL_SYSTEM_CURSOR_SIZENESW;
    case ImGuiMouseCursor_ResizeNWSE: return SDL_SYSTEM_CURSOR_SIZENWSE;
    case ImGuiMouseCursor_Hand: return SDL_SYSTEM_CURSOR_HAND;
    case ImGuiMouseCursor_NotAllowed: return SDL_SYSTEM_CURSOR_NO;
    default: return SDL_SYSTEM_CURSOR_ARROW;
  }
}

}  // namespace ap::app
