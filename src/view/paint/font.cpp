#include "view/paint/font.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/assets.hpp"
#include "view/paint/system_text.hpp"

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wcast-align"
#endif
#define STB_TRUETYPE_IMPLEMENTATION
#define STBTT_STATIC
#include <stb_truetype.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

namespace ap {
namespace {

constexpr std::size_t kFaces = 3;
constexpr std::array<std::string_view, kFaces> kFiles = {"assets/fonts/Inter-Regular.ttf",
                                                         "assets/fonts/Inter-SemiBold.ttf",
                                                         "assets/fonts/JetBrainsMono-Regular.ttf"};

struct OneFace {
  stbtt_fontinfo info{};
  int ascent = 0;
  int cap_height = 0;
};

}  // namespace

struct FontSet::Faces {
  std::array<OneFace, kFaces> face;

  struct Found {
    const OneFace* face;
    int glyph;
  };
  /// In the wanted face, else in the first that has it, else the wanted face's box.
  [[nodiscard]] Found find(char32_t c, Face wanted) const noexcept {
    const OneFace& first = face[static_cast<std::size_t>(wanted)];
    if (const int g = stbtt_FindGlyphIndex(&first.info, static_cast<int>(c)); g != 0)
      return {&first, g};
    for (const OneFace& f : face) {
      if (const int g = stbtt_FindGlyphIndex(&f.info, static_cast<int>(c)); g != 0) return {&f, g};
    }
    return {&first, 0};
  }
};

char32_t take_code_point(std::string_view& utf8) noexcept {
  constexpr char32_t kBad = 0xFFFD;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(utf8[i]); };
  const unsigned char lead = byte(0);
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xC2 ? 0
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                             : lead < 0xF5 ? 4
                                           : 0;
  if (length == 0 || length > utf8.size()) {
    utf8.remove_prefix(1);
    return kBad;
  }
  char32_t c = length == 1 ? lead : lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) {
      utf8.remove_prefix(i);
      return kBad;
    }
    c = c << 6U | (byte(i) & 0x3FU);
  }
  utf8.remove_prefix(length);
  return c;
}

FontSet::FontSet(std::unique_ptr<Faces> faces) noexcept : faces_(std::move(faces)) {}
FontSet::FontSet(FontSet&&) noexcept = default;
FontSet& FontSet::operator=(FontSet&&) noexcept = default;
FontSet::~FontSet() = default;

Result<FontSet> FontSet::make(std::array<std::span<const unsigned char>, kFaces> faces) {
  auto set = std::make_unique<Faces>();
  for (std::size_t i = 0; i < kFaces; ++i) {
    const std::string where(kFiles[i]);
    if (faces[i].empty()) return fail(ErrorCode::kNotFound, "the font is not there", where);
    OneFace& f = set->face[i];
    if (stbtt_InitFont(&f.info, faces[i].data(), 0) == 0)
      return fail(ErrorCode::kParse, "not a TrueType font", where);
    int descent = 0;
    int line_gap = 0;
    stbtt_GetFontVMetrics(&f.info, &f.ascent, &descent, &line_gap);
    int x0 = 0;
    int y0 = 0;
    int x1 = 0;
    stbtt_GetCodepointBox(&f.info, 'H', &x0, &y0, &x1, &f.cap_height);
  }
  return FontSet(std::move(set));
}

Result<FontSet> FontSet::shipped() {
  return make({asset(kFiles[0]), asset(kFiles[1]), asset(kFiles[2])});
}

float FontSet::width(std::string_view utf8, Face face, float size) const {
  if (!covers(utf8, face)) {
    const float by_system = width_by_system(utf8, size, face);
    if (by_system >= 0) return by_system;
  }
  float total = 0;
  while (!utf8.empty()) {
    const Faces::Found found = faces_->find(take_code_point(utf8), face);
    int advance = 0;
    int bearing = 0;
    stbtt_GetGlyphHMetrics(&found.face->info, found.glyph, &advance, &bearing);
    total += static_cast<float>(advance) * stbtt_ScaleForMappingEmToPixels(&found.face->info, size);
  }
  return total;
}

float FontSet::cap_height(Face face, float size) const noexcept {
  const OneFace& f = faces_->face[static_cast<std::size_t>(face)];
  return static_cast<float>(f.cap_height) * stbtt_ScaleForMappingEmToPixels(&f.info, size);
}

float FontSet::ascent(Face face, float size) const noexcept {
  const OneFace& f = faces_->face[static_cast<std::size_t>(face)];
  return static_cast<float>(f.ascent) * stbtt_ScaleForMappingEmToPixels(&f.info, size);
}

bool FontSet::has(char32_t code_point, Face face) const noexcept {
  return stbtt_FindGlyphIndex(&faces_->face[static_cast<std::size_t>(face)].info,
                              static_cast<int>(code_point)) != 0;
}

bool FontSet::covers(std::string_view utf8, Face face) const noexcept {
  while (!utf8.empty()) {
    if (faces_->find(take_code_point(utf8), face).glyph == 0) return false;
  }
  return true;
}

std::span<const unsigned char> FontSet::file(Face face) noexcept {
  return asset(kFiles[static_cast<std::size_t>(face)]);
}

std::string FontSet::outlines(std::string_view utf8, Face face, float size, Point pen) const {
  std::string path;
  const auto put = [&path](float x, float y) {
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "%.2f %.2f", static_cast<double>(x),
                  static_cast<double>(y));
    path += text.data();
  };
  while (!utf8.empty()) {
    const Faces::Found found = faces_->find(take_code_point(utf8), face);
    const stbtt_fontinfo* info = &found.face->info;
    const float scale = stbtt_ScaleForMappingEmToPixels(info, size);
    const auto at = [&](int x, int y) {
      put(pen.x + static_cast<float>(x) * scale, pen.y - static_cast<float>(y) * scale);
    };
    stbtt_vertex* points = nullptr;
    const int count = stbtt_GetGlyphShape(info, found.glyph, &points);
    for (const stbtt_vertex& p : std::span(points, static_cast<std::size_t>(count))) {
      path += p.type == STBTT_vmove    ? 'M'
              : p.type == STBTT_vline  ? 'L'
              : p.type == STBTT_vcurve ? 'Q'
                                       : 'C';
      if (p.type == STBTT_vcurve || p.type == STBTT_vcubic) {
        at(p.cx, p.cy);
        path += ' ';
      }
      if (p.type == STBTT_vcubic) {
        at(p.cx1, p.cy1);
        path += ' ';
      }
      at(p.x, p.y);
    }
    if (count > 0) path += 'Z';
    stbtt_FreeShape(info, points);
    int advance = 0;
    int bearing = 0;
    stbtt_GetGlyphHMetrics(info, found.glyph, &advance, &bearing);
    pen.x += static_cast<float>(advance) * scale;
  }
  return path;
}

std::vector<FontSet::Placed> FontSet::place(std::string_view utf8, Face face, float size,
                                            Point pen) const {
  std::vector<Placed> placed;
  const float baseline = std::round(pen.y);
  while (!utf8.empty()) {
    const Faces::Found found = faces_->find(take_code_point(utf8), face);
    const stbtt_fontinfo* info = &found.face->info;
    const float scale = stbtt_ScaleForMappingEmToPixels(info, size);
    const float quarter = std::round(pen.x * 4) / 4;
    const float shift = quarter - std::floor(quarter);
    int x0 = 0;
    int y0 = 0;
    int x1 = 0;
    int y1 = 0;
    stbtt_GetGlyphBitmapBoxSubpixel(info, found.glyph, scale, scale, shift, 0, &x0, &y0, &x1, &y1);
    Placed p{{x0, y0, x1 - x0, y1 - y0, {}},
             static_cast<int>(std::floor(quarter)) + x0,
             static_cast<int>(baseline) + y0};
    if (p.picture.width > 0 && p.picture.height > 0) {
      p.picture.coverage.resize(static_cast<std::size_t>(p.picture.width) *
                                static_cast<std::size_t>(p.picture.height));
      stbtt_MakeGlyphBitmapSubpixel(info, p.picture.coverage.data(), p.picture.width,
                                    p.picture.height, p.picture.width, scale, scale, shift, 0,
                                    found.glyph);
      placed.push_back(std::move(p));
    }
    int advance = 0;
    int bearing = 0;
    stbtt_GetGlyphHMetrics(info, found.glyph, &advance, &bearing);
    pen.x += static_cast<float>(advance) * scale;
  }
  return placed;
}

}  // namespace ap
