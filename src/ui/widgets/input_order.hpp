// InputOrder: Dear ImGui takes all queued keys of a frame together, a modifier that was let go
// after them too: Ctrl+Z, pressed and let go between two frames, would be a Z. What follows a
// change of modifiers waits for the next frame.
#pragma once

#include <imgui.h>
#include <imgui_internal.h>

namespace ap::ui {

class InputOrder {
 public:
  /// Before ImGui::NewFrame: takes from its queue what is not yet to be seen.
  void hold(ImGuiContext& context);
  /// After it: puts that back behind what is left.
  void give_back(ImGuiContext& context);

 private:
  ImVector<ImGuiInputEvent> later_;
};

}  // namespace ap::ui
