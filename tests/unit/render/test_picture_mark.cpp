// A mark differs as soon as a picture does: every byte counts, and every command of ImGui's lists.
#include <catch2/catch_test_macros.hpp>
#include <functional>
#include <imgui.h>
#include <set>
#include <vector>

#include "base/rng.hpp"
#include "render/picture_mark.hpp"
#include "support/imgui_screen.hpp"

using namespace ap;
using render::CallbackMark;
using render::PictureMark;

namespace {

std::uint64_t mark_of(const std::vector<unsigned char>& bytes) {
  PictureMark mark;
  mark.add(bytes.data(), bytes.size());
  return mark.value();
}

/// Of what is drawn into the background of a frame of 100 x 100.
std::uint64_t mark_of(const std::function<void(ImDrawList&)>& draw) {
  const test::ImGuiScreen screen(100);
  ImGui::NewFrame();
  draw(*ImGui::GetBackgroundDrawList());
  ImGui::Render();
  PictureMark mark;
  mark.add(*ImGui::GetDrawData());
  return mark.value();
}

constexpr ImU32 kInk = IM_COL32(1, 2, 3, 255);

}  // namespace

TEST_CASE("bytes of any number have one mark, and another with any bit changed or one byte more") {
  Rng rng(41);
  for (std::size_t size = 0; size < 140; ++size) {
    std::vector<unsigned char> bytes(size);
    for (unsigned char& b : bytes) b = static_cast<unsigned char>(rng.below(256));
    std::set<std::uint64_t> marks = {mark_of(bytes)};
    CHECK(marks.contains(mark_of(bytes)));
    for (std::size_t bit = 0; bit < 8 * size; ++bit) {
      std::vector<unsigned char> other = bytes;
      other[bit / 8] ^= static_cast<unsigned char>(1U << (bit % 8));
      marks.insert(mark_of(other));
    }
    bytes.push_back(0);
    marks.insert(mark_of(bytes));
    INFO(size << " bytes");
    CHECK(marks.size() == 8 * size + 2);
  }
}

TEST_CASE("a picture has the mark of its shapes, letters, clips, textures and callbacks") {
  CallbackMark numbers{7};
  const auto nothing = [](const ImDrawList*, const ImDrawCmd*) {};
  const auto picture = [&](float x, const char* text, float clip, std::uintptr_t texture,
                           bool asked) {
    return mark_of([=, &numbers](ImDrawList& list) {
      list.PushClipRect({0, 0}, {clip, 50});
      list.AddRectFilled({x, 5}, {30, 15}, kInk);
      list.AddText({5, 20}, kInk, text);
      list.AddImage(reinterpret_cast<ImTextureID>(texture), {40, 0}, {50, 10});  // NOLINT
      if (asked) list.AddCallback(nothing, &numbers);
      list.PopClipRect();
    });
  };
  const std::uint64_t first = picture(10, "cat", 60, 3, true);
  CHECK(picture(10, "cat", 60, 3, true) == first);
  CHECK(picture(10.5F, "cat", 60, 3, true) != first);
  CHECK(picture(10, "car", 60, 3, true) != first);
  CHECK(picture(10, "cat", 61, 3, true) != first);
  CHECK(picture(10, "cat", 60, 4, true) != first);
  CHECK(picture(10, "cat", 60, 3, false) != first);
  numbers.mark = 8;
  CHECK(picture(10, "cat", 60, 3, true) != first);
}
