// GuiInput: the platform's input as ImGui events. Leaves out gestures (Ports::take_gestures).
#pragma once

#include "platform/window.hpp"

namespace ap::app {

class GuiInput final : public platform::InputSink {
 public:
  void pointer(float x, float y, platform::PointerKind kind) override;
  void pointer_gone() override;
  void button(int index, bool down, platform::PointerKind kind) override;
  void wheel(float dx, float dy) override;
  void modifiers(bool ctrl, bool shift, bool alt, bool super) override;
  void key(platform::Key which, bool down) override;
  void text(const char* utf8) override;
  void focus(bool gained) override;
};

/// The shape that ImGui asks for in this frame.
[[nodiscard]] platform::Cursor cursor_shape();

}  // namespace ap::app
