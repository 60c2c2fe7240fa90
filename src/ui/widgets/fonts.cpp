#include "ui/widgets/fonts.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "base/assets.hpp"
#include "view/paint/font.hpp"

namespace ap::ui {
namespace {

struct Spec {
  Face face;
  float size;
  bool first;  // on the first picture: the sheet, its bars, the first hints
};
constexpr std::array<Spec, kFontRoles> kSpecs = {{
    {Face::kText, 13, true},
    {Face::kText, 15, true},
    {Face::kText, 18, true},
    {Face::kBold, 13, true},
    {Face::kBold, 15, true},
    {Face::kBold, 18, true},
    {Face::kBold, 24, false},
    {Face::kText, 11, true},
    {Face::kText, 22, false},
    {Face::kMono, 11, false},
    {Face::kMono, 13, true},
    {Face::kMono, 16, false},
}};
constexpr std::array<const char*, 3> kFiles = {"assets/fonts/Inter-Regular.ttf",
                                               "assets/fonts/Inter-SemiBold.ttf",
                                               "assets/fonts/JetBrainsMono-Regular.ttf"};

// What the interface itself writes; other characters come by block when a person types them.
constexpr ImWchar kBase[] = {0x20,   0x7E,   0xA0,   0xFF,   0x2010, 0x2027, 0x2030, 0x2033, 0x2039,
                             0x203A, 0x2070, 0x209C, 0x2190, 0x21BB, 0x1D40, 0x1D40, 0x2202, 0x2202,
                             0x2207, 0x220F, 0x2211, 0x221E, 0x2225, 0x2225, 0x222B, 0x222B, 0x2248,
                             0x2265, 0x22A4, 0x22A4, 0x22C5, 0x22EF, 0x25A0, 0x25CF, 0x2713, 0x2717,
                             0x27E8, 0x27E9, 0x3B1,  0x3C9,  0x394,  0x394,  0x3A3,  0x3A3,  0x1D62,
                             0x1D63, 0x2C7C, 0x2C7C, 0};

// Of these what the first picture shows, at the sizes that it has: a sixth of the work. The others
// come with the second.
constexpr ImWchar kFirst[] = {0x20,   0x7E,   0xB0,   0xB1,   0xB7,   0xB7,   0xD7,
                              0xD7,   0x2013, 0x2014, 0x2018, 0x201D, 0x2026, 0x2026,
                              0x2190, 0x2195, 0x1D40, 0x1D40, 0x2212, 0x2212, 0x221A,
                              0x221A, 0x221E, 0x221E, 0};

/// Blocks of 128 that the faces have anything in (besides the base set).
constexpr bool in_faces(unsigned block) {
  return block <= 0x17F / 128 || (block >= 0x370 / 128 && block <= 0x45F / 128) ||
         (block >= 0x2000 / 128 && block <= 0x27FF / 128);
}

void add_face(Face face, float pixels, int oversample, bool merge, const ImWchar* ranges,
              ImFont*& out) {
  const auto bytes = asset(kFiles[static_cast<std::size_t>(face)]);
  if (bytes.empty()) return;
  ImFontConfig config;
  config.FontDataOwnedByAtlas = false;
  config.OversampleH = oversample;
  config.OversampleV = 1;
  config.MergeMode = merge;
  ImFont* font = ImGui::GetIO().Fonts->AddFontFromMemoryTTF(
      const_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()), pixels, &config,
      ranges);
  if (!merge) out = font;
}

}  // namespace

Fonts& fonts() {
  static Fonts instance;
  return instance;
}

bool Fonts::refresh(float scale) {
  if (!pending_ && std::abs(scale - scale_) < 0.01F) return false;
  const bool first = scale_ == 0;
  scale_ = scale;
  pending_ = first;
  bake();
  return true;
}

void Fonts::bake() {
  ImFontGlyphRangesBuilder builder;
  builder.AddRanges(pending_ ? kFirst : kBase);
  for (const unsigned block : blocks_) {
    for (unsigned c = block * 128; c < block * 128 + 128; ++c) {
      if (c >= 0x20) builder.AddChar(static_cast<ImWchar>(c));
    }
  }
  ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
  atlas.Clear();
  ranges_.clear();
  builder.BuildRanges(&ranges_);
  atlas.Flags |= ImFontAtlasFlags_NoPowerOfTwoHeight;
  const int oversample = scale_ < 1.5F ? 2 : 1;
  for (std::size_t i = 0; i < kFontRoles; ++i) {
    fonts_[i] = nullptr;
    if (pending_ && !kSpecs[i].first) continue;
    const float pixels = std::round(kSpecs[i].size * scale_);
    add_face(kSpecs[i].face, pixels, oversample, false, ranges_.Data, fonts_[i]);
    assert(fonts_[i] != nullptr && "the faces are embedded");
    // What a face lacks comes from the others, the same size.
    for (const Face other : {Face::kText, Face::kMono}) {
      if (other != kSpecs[i].face) {
        add_face(other, pixels, oversample, true, ranges_.Data, fonts_[i]);
      }
    }
    fonts_[i]->Scale = kSpecs[i].size / pixels;
  }
  // One that the first picture was not thought to need is drawn for one frame from another size.
  ImFont* const body = fonts_[static_cast<std::size_t>(FontRole::kBody)];
  for (ImFont*& font : fonts_) font = font == nullptr ? body : font;
  atlas.Build();
  ImGui::GetIO().FontDefault = fonts_[static_cast<std::size_t>(FontRole::kBody)];
}

Font Fonts::get(FontRole role) const noexcept {
  const auto i = static_cast<std::size_t>(role);
  return {fonts_[i], kSpecs[i].size};
}

Font Fonts::pick(Face face, float size) const noexcept {
  std::size_t best = 0;
  float distance = 1e9F;
  for (std::size_t i = 0; i < kFontRoles; ++i) {
    if (kSpecs[i].face != face) continue;
    // Shrinking a glyph looks better than enlarging it.
    const float ratio = kSpecs[i].size / std::max(size, 1.F);
    const float cost = ratio >= 0.97F ? ratio : 2 / ratio;
    if (cost < distance) {
      distance = cost;
      best = i;
    }
  }
  return {fonts_[best], size};
}

bool Fonts::draws(std::string_view utf8) {
  const ImFont* face = fonts_[static_cast<std::size_t>(FontRole::kBody)];
  bool all = face != nullptr;
  while (!utf8.empty()) {
    const char32_t c = take_code_point(utf8);
    if (c >= 0x20 && c < 0x7F) continue;
    if (c > 0xFFFF) return false;
    if (face == nullptr || face->FindGlyphNoFallback(static_cast<ImWchar>(c)) != nullptr) continue;
    all = false;
    const auto block = static_cast<unsigned>(c) / 128;
    if (in_faces(block) && blocks_.insert(block).second) pending_ = true;
  }
  return all;
}

}  // namespace ap::ui
