// The shipped faces without a window: widths for layout, glyph pictures for PNG export and outlines
// for SVG, through stb_truetype. One line at a time, left to right, no shaping: words in scripts
// that the faces lack are drawn by the system (system_text.hpp), in the page by the browser.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "view/paint/draw_list.hpp"

namespace ap {

/// Coverage 0..255 of one glyph; its top left pixel goes to (pen + left, baseline + top), rounded
/// as `glyph` says.
struct GlyphPicture {
  int left = 0;
  int top = 0;
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> coverage;
};

class FontSet final : public TextMeasure {
 public:
  /// TrueType bytes of each Face, in its order; they must outlive the set (embedded assets do).
  [[nodiscard]] static Result<FontSet> make(std::array<std::span<const unsigned char>, 3> faces);
  /// From the embedded assets/fonts.
  [[nodiscard]] static Result<FontSet> shipped();

  FontSet(FontSet&&) noexcept;
  FontSet& operator=(FontSet&&) noexcept;
  ~FontSet() override;

  [[nodiscard]] float width(std::string_view utf8, Face face, float size) const override;

  /// Heights above the baseline at `size`.
  [[nodiscard]] float cap_height(Face face, float size) const noexcept;
  [[nodiscard]] float ascent(Face face, float size) const noexcept;
  [[nodiscard]] bool has(char32_t code_point, Face face) const noexcept;
  /// One of the faces has every character; what is not covered the system draws, if it can.
  [[nodiscard]] bool covers(std::string_view utf8, Face face) const noexcept;
  /// The shipped file of a face.
  [[nodiscard]] static std::span<const unsigned char> file(Face face) noexcept;
  /// The glyphs' outlines as the data of an SVG path, `pen` at the baseline's start.
  [[nodiscard]] std::string outlines(std::string_view utf8, Face face, float size, Point pen) const;

  /// Calls draw(picture, x, y) for each glyph; x, y is the pixel of the picture's top left corner.
  /// `pen` is the baseline's start in pixels, `size` the em in pixels. Fractions of x are kept to
  /// 1/4 pixel.
  template <class Draw>
  void glyphs(std::string_view utf8, Face face, float size, Point pen, Draw&& draw) const;

 private:
  struct Faces;
  struct Placed {
    GlyphPicture picture;
    int x;
    int y;
  };
  explicit FontSet(std::unique_ptr<Faces> faces) noexcept;
  [[nodiscard]] std::vector<Placed> place(std::string_view utf8, Face face, float size,
                                          Point pen) const;

  std::unique_ptr<Faces> faces_;
};

template <class Draw>
void FontSet::glyphs(std::string_view utf8, Face face, float size, Point pen, Draw&& draw) const {
  for (const Placed& p : place(utf8, face, size, pen)) draw(p.picture, p.x, p.y);
}

/// Takes the first code point off a UTF-8 string; U+FFFD for bytes that are none.
[[nodiscard]] char32_t take_code_point(std::string_view& utf8) noexcept;

}  // namespace ap
