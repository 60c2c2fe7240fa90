#include "app/window/input.hpp"

#include <cfloat>
#include <imgui.h>

namespace ap::app {
namespace {

using platform::Cursor;
using platform::Key;
using platform::key;
using platform::PointerKind;

ImGuiMouseSource source_of(PointerKind kind) {
  switch (kind) {
    case PointerKind::kTouch: return ImGuiMouseSource_TouchScreen;
    case PointerKind::kPen: return ImGuiMouseSource_Pen;
    case PointerKind::kMouse: break;
  }
  return ImGuiMouseSource_Mouse;
}

/// Of a run of keys that stand in the same order here and there.
ImGuiKey within(ImGuiKey first, Key which, Key first_of_ours) {
  return static_cast<ImGuiKey>(first + static_cast<int>(which) - static_cast<int>(first_of_ours));
}

ImGuiKey named_key(Key which) {
  switch (which) {
    case Key::kTab: return ImGuiKey_Tab;
    case Key::kLeft: return ImGuiKey_LeftArrow;
    case Key::kRight: return ImGuiKey_RightArrow;
    case Key::kUp: return ImGuiKey_UpArrow;
    case Key::kDown: return ImGuiKey_DownArrow;
    case Key::kPageUp: return ImGuiKey_PageUp;
    case Key::kPageDown: return ImGuiKey_PageDown;
    case Key::kHome: return ImGuiKey_Home;
    case Key::kEnd: return ImGuiKey_End;
    case Key::kMenu: return ImGuiKey_Menu;
    case Key::kInsert: return ImGuiKey_Insert;
    case Key::kDelete: return ImGuiKey_Delete;
    case Key::kBackspace: return ImGuiKey_Backspace;
    case Key::kSpace: return ImGuiKey_Space;
    case Key::kEnter: return ImGuiKey_Enter;
    case Key::kPadEnter: return ImGuiKey_KeypadEnter;
    case Key::kEscape: return ImGuiKey_Escape;
    case Key::kLeftCtrl: return ImGuiKey_LeftCtrl;
    case Key::kRightCtrl: return ImGuiKey_RightCtrl;
    case Key::kLeftShift: return ImGuiKey_LeftShift;
    case Key::kRightShift: return ImGuiKey_RightShift;
    case Key::kLeftAlt: return ImGuiKey_LeftAlt;
    case Key::kRightAlt: return ImGuiKey_RightAlt;
    case Key::kLeftSuper: return ImGuiKey_LeftSuper;
    case Key::kRightSuper: return ImGuiKey_RightSuper;
    default: return ImGuiKey_None;
  }
}

ImGuiKey key_of(Key which) {
  if (which >= key('a') && which <= key('z')) return within(ImGuiKey_A, which, key('a'));
  if (which >= key('0') && which <= key('9')) return within(ImGuiKey_0, which, key('0'));
  if (which >= Key::kF1 && which <= Key::kF12) return within(ImGuiKey_F1, which, Key::kF1);
  switch (static_cast<char>(which)) {
    case '\'': return ImGuiKey_Apostrophe;
    case ',': return ImGuiKey_Comma;
    case '-': return ImGuiKey_Minus;
    case '.': return ImGuiKey_Period;
    case '/': return ImGuiKey_Slash;
    case ';': return ImGuiKey_Semicolon;
    case '=':
    case '+': return ImGuiKey_Equal;
    case '[': return ImGuiKey_LeftBracket;
    case ']': return ImGuiKey_RightBracket;
    default: return named_key(which);
  }
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
void GuiInput::key(Key which, bool down) {
  const ImGuiKey named = key_of(which);
  if (named != ImGuiKey_None) ImGui::GetIO().AddKeyEvent(named, down);
}
void GuiInput::text(const char* utf8) { ImGui::GetIO().AddInputCharactersUTF8(utf8); }
void GuiInput::focus(bool gained) {
  // Keys that are let go elsewhere send nothing here. The rest (an edited field, a selection)
  // stays.
  if (!gained) ImGui::GetIO().ClearInputKeys();
}

Cursor cursor_shape() {
  switch (ImGui::GetMouseCursor()) {
    case ImGuiMouseCursor_TextInput: return Cursor::kText;
    case ImGuiMouseCursor_ResizeAll: return Cursor::kMove;
    case ImGuiMouseCursor_ResizeNS: return Cursor::kSizeNorthSouth;
    case ImGuiMouseCursor_ResizeEW: return Cursor::kSizeWestEast;
    case ImGuiMouseCursor_ResizeNESW: return Cursor::kSizeNorthEast;
    case ImGuiMouseCursor_ResizeNWSE: return Cursor::kSizeNorthWest;
    case ImGuiMouseCursor_Hand: return Cursor::kHand;
    case ImGuiMouseCursor_NotAllowed: return Cursor::kForbidden;
    default: return Cursor::kArrow;
  }
}

}  // namespace ap::app
