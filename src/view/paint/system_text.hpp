// Words in scripts that the embedded faces lack, outside the browser: by the system's own Pango and
// Cairo, found when first needed, which know the installed fonts, join Arabic and stack Hindi. The
// program does not depend on them: without them the word is empty and the caller shows its
// replacement mark; a letter that no installed font has shows as Pango's box with its code. The
// page and Windows have none of this.
#pragma once

#include <string_view>
#include <vector>

#include "view/paint/draw_list.hpp"
#include "view/paint/word_pixels.hpp"

namespace ap {

/// One line of text as a picture, in pixels.
struct SystemWord {
  int width = 0;
  int height = 0;
  float left = 0;      // from the left edge to the pen's start
  float baseline = 0;  // from the top
  float advance = 0;
  WordPixels pixels;
  [[nodiscard]] bool empty() const noexcept { return pixels.ink.empty(); }
};
/// Where one character of it stands, from the pen's start.
struct SystemSpan {
  float from = 0;
  float to = 0;
};

[[nodiscard]] bool system_text_ready();
/// Some installed font has every character.
[[nodiscard]] bool system_has(std::string_view utf8, Face face);
/// Below 0: there is no system to ask.
[[nodiscard]] float width_by_system(std::string_view utf8, float size, Face face);
[[nodiscard]] SystemWord word_by_system(std::string_view utf8, float size, Face face);
[[nodiscard]] std::vector<SystemSpan> spans_by_system(std::string_view utf8, float size, Face face);

}  // namespace ap
