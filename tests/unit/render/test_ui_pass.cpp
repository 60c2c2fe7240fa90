// What Dear ImGui lists, drawn: places, clips, letters, lists longer than an index, a lost context.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <imgui.h>

#include "gl_window.hpp"

#include "render/ui_pass.hpp"
#include "support/imgui_screen.hpp"

using namespace ap;
using render::UiPass;
using test::GlWindow;
using test::Profile;
using test::Target;

namespace {

constexpr Rgba kGround = rgb(0x336699);
constexpr Rgba kGreen = rgb(0x00ff00);
constexpr int kSide = 100;

/// An ImGui context of 50 x 50 units on a screen of 100 x 100 pixels.
class Interface {
 public:
  Interface() {
    auto made = UiPass::make();
    if (!made) FAIL(made.error().message);
    pass = std::move(*made);
    pass->atlas();
  }

  template <typename Draw>
  Image picture(Draw&& draw) {
    const Target target(kSide, kSide, kGround);
    ImGui::NewFrame();
    draw(*ImGui::GetBackgroundDrawList());
    ImGui::Render();
    pass->draw(*ImGui::GetDrawData());
    return target.read();
  }

  test::ImGuiScreen screen{kSide / 2, 2};
  std::unique_ptr<UiPass> pass;
};

constexpr ImU32 kFill = IM_COL32(0, 255, 0, 255);

/// Pixels that are not the ground inside, and outside, a box of pixels.
struct Marked {
  int inside = 0, outside = 0;
};
Marked marked(const Image& image, int x0, int y0, int x1, int y1) {
  Marked m;
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      if (image.at(x, y) == kGround) continue;
      ++(x >= x0 && x < x1 && y >= y0 && y < y1 ? m.inside : m.outside);
    }
  }
  return m;
}

}  // namespace

TEST_CASE("a rectangle lies where it was put, clipped, in OpenGL 3.3 and in OpenGL ES 3") {
  const GlWindow window(GENERATE(Profile::kCore33, Profile::kEs3));
  if (!window.ok()) SKIP("no OpenGL 3.3 here");
  Interface ui;
  const Image image = ui.picture([](ImDrawList& list) {
    list.PushClipRect({0, 0}, {20, 50});
    list.AddRectFilled({10, 5}, {30, 15}, kFill);
    list.PopClipRect();
  });
  const Marked m = marked(image, 20, 10, 40, 30);
  CHECK(m.inside == 20 * 20);
  CHECK(m.outside == 0);
  CHECK(image.at(30, 20) == kGreen);
  CHECK(ui.pass->check().has_value());
  CHECK(glGetError() == GL_NO_ERROR);
}

TEST_CASE("letters are drawn from the atlas") {
  const GlWindow window;
  if (!window.ok()) SKIP("no OpenGL 3.3 here");
  Interface ui;
  const Image image = ui.picture([](ImDrawList& list) { list.AddText({5, 5}, kFill, "cat"); });
  const Marked m = marked(image, 10, 10, 10 + 2 * 3 * 7, 10 + 2 * 13);
  CHECK(m.inside > 60);
  CHECK(m.outside == 0);
}

TEST_CASE("a list of more corners than a 16-bit index counts is drawn to its end") {
  const GlWindow window;
  if (!window.ok()) SKIP("no OpenGL 3.3 here");
  Interface ui;
  const Image image = ui.picture([](ImDrawList& list) {
    for (int i = 0; i < 30000; ++i) list.AddRectFilled({0, 0}, {5, 5}, kFill);  // 120,000 corners
    list.AddRectFilled({40, 40}, {45, 45}, kFill);
  });
  CHECK(image.at(5, 5) == kGreen);
  CHECK(image.at(85, 85) == kGreen);
  CHECK(marked(image, 0, 0, 10, 10).outside == 100);
}

TEST_CASE("after a lost context nothing is drawn until it is restored, then the same") {
  const GlWindow window;
  if (!window.ok()) SKIP("no OpenGL 3.3 here");
  Interface ui;
  const auto word = [](ImDrawList& list) { list.AddText({5, 5}, kFill, "mat"); };
  const Image before = ui.picture(word);
  ui.pass->lost();
  CHECK(marked(ui.picture(word), 0, 0, 0, 0).outside == 0);
  REQUIRE(ui.pass->restore().has_value());
  CHECK(ui.picture(word).pixels == before.pixels);
}
