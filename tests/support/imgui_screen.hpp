// A Dear ImGui context with a screen of this size and no window, for as long as it lives.
#pragma once

#include <imgui.h>

namespace ap::test {

class ImGuiScreen {
 public:
  /// `side`: in units; `scale`: pixels a unit.
  explicit ImGuiScreen(float side, float scale = 1) {
    ImGui::CreateContext();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.DisplaySize = {side, side};
    io.DisplayFramebufferScale = {scale, scale};
    io.Fonts->Build();
  }
  ImGuiScreen(const ImGuiScreen&) = delete;
  ImGuiScreen& operator=(const ImGuiScreen&) = delete;
  ~ImGuiScreen() { ImGui::DestroyContext(); }
};

}  // namespace ap::test
