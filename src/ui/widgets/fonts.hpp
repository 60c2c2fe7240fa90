// Fonts: the embedded faces as an ImGui atlas, baked for one device scale at the sizes below.
// Blocks of characters (Cyrillic, Greek, Latin Extended) are baked when a text first needs them, so
// that the first frame waits for what it shows only. Scripts that the faces lack: see
// ui/widgets/labels.hpp. Sizes are points; the atlas holds size x scale pixels and is drawn 1:1.
#pragma once

#include <array>
#include <cstdint>
#include <imgui.h>
#include <set>
#include <string_view>

#include "view/paint/draw_list.hpp"

namespace ap::ui {

enum class FontRole : std::uint8_t {
  kSmall,      // 13, text
  kBody,       // 15
  kLead,       // 18
  kSmallBold,  // 13, semi-bold
  kBodyBold,   // 15
  kLeadBold,   // 18
  kTitle,      // 24, semi-bold
  kTiny,       // 11, text: labels, numbers in cells
  kLarge,      // 22, text: numbers of large cells
  kMono11,
  kMono13,
  kMono16,
};
inline constexpr std::size_t kFontRoles = 12;

/// A face at a size: what ImDrawList::AddText takes.
struct Font {
  ImFont* font = nullptr;
  float size = 0;
};

class Fonts {
 public:
  /// Bakes if the scale changed or a text asked for a new block; before ImGui::NewFrame. True: the
  /// atlas is another and its texture must be made again.
  bool refresh(float scale);

  [[nodiscard]] Font get(FontRole role) const noexcept;
  /// The nearest baked size of the face, to be drawn at `size`.
  [[nodiscard]] Font pick(Face face, float size) const noexcept;
  /// All of it is in the faces. Notes blocks that are not baked yet: true from the next frame on.
  [[nodiscard]] bool draws(std::string_view utf8);
  [[nodiscard]] float scale() const noexcept { return scale_; }
  /// A bake is due: ask for a frame.
  [[nodiscard]] bool pending() const noexcept { return pending_; }

 private:
  void bake();

  float scale_ = 0;
  bool pending_ = true;
  std::set<unsigned> blocks_;  // of 128 characters, besides the base set
  ImVector<ImWchar> ranges_;   // lives as long as the atlas
  std::array<ImFont*, kFontRoles> fonts_{};
};

/// The one of this program's ImGui context.
[[nodiscard]] Fonts& fonts();

}  // namespace ap::ui
