// A modifier belongs to the keys that were pressed while it was down, however late the frame comes.
#include <catch2/catch_test_macros.hpp>

#include "support/imgui_screen.hpp"
#include "ui/widgets/input_order.hpp"

using namespace ap;

namespace {

/// Frames of an ImGui context without a window.
class Frames {
 public:
  Frames() { next(); }

  void next() {
    ImGuiContext& context = *ImGui::GetCurrentContext();
    order_.hold(context);
    ImGui::NewFrame();
    order_.give_back(context);
    ctrl_z += ImGui::GetIO().KeyCtrl && ImGui::IsKeyPressed(ImGuiKey_Z, false) ? 1 : 0;
    plain_z += !ImGui::GetIO().KeyCtrl && ImGui::IsKeyPressed(ImGuiKey_Z, false) ? 1 : 0;
    ImGui::EndFrame();
  }
  [[nodiscard]] static bool waiting() {
    return !ImGui::GetCurrentContext()->InputEventsQueue.empty();
  }

  int ctrl_z = 0;
  int plain_z = 0;

 private:
  test::ImGuiScreen screen_{100};
  ui::InputOrder order_;
};

void key(ImGuiKey key, bool down) { ImGui::GetIO().AddKeyEvent(key, down); }
/// As the platform sends it: the state of the modifiers goes before the key.
void press(bool ctrl, ImGuiKey what, bool down) {
  key(ImGuiMod_Ctrl, ctrl);
  key(what, down);
}

}  // namespace

TEST_CASE("Ctrl+Z between two frames is Ctrl+Z, in whatever order the two are let go") {
  for (const bool ctrl_first : {true, false}) {
    Frames frames;
    press(true, ImGuiKey_LeftCtrl, true);
    press(true, ImGuiKey_Z, true);
    if (ctrl_first) press(false, ImGuiKey_LeftCtrl, false);
    press(!ctrl_first, ImGuiKey_Z, false);
    if (!ctrl_first) press(false, ImGuiKey_LeftCtrl, false);
    for (int i = 0; i < 6; ++i) frames.next();
    CHECK(frames.ctrl_z == 1);
    CHECK(frames.plain_z == 0);
    CHECK_FALSE(Frames::waiting());
    CHECK_FALSE(ImGui::GetIO().KeyCtrl);
  }
}

TEST_CASE("a key before and one after a held modifier are plain, all in one frame's queue") {
  Frames frames;
  press(false, ImGuiKey_Z, true);
  press(false, ImGuiKey_Z, false);
  press(true, ImGuiKey_LeftCtrl, true);
  press(true, ImGuiKey_Z, true);
  press(true, ImGuiKey_Z, false);
  press(false, ImGuiKey_LeftCtrl, false);
  press(false, ImGuiKey_Z, true);
  press(false, ImGuiKey_Z, false);
  for (int i = 0; i < 12; ++i) frames.next();
  CHECK(frames.ctrl_z == 1);
  CHECK(frames.plain_z == 2);
  CHECK_FALSE(Frames::waiting());
}
