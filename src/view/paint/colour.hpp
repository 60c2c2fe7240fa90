// Colours: sRGB bytes, OKLab (Ottosson 2020), WCAG contrast, the two colour maps and the rule that
// takes a number to a colour. The CPU rasterizer and the shader's lookup texture use the same 256
// entries. The maps run through OKLab at even arc length, so equal steps of value look equal. The
// colours of the interface are in theme.hpp.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "tensor/matrix.hpp"

namespace ap {

struct Rgba {
  std::uint8_t r = 0;
  std::uint8_t g = 0;
  std::uint8_t b = 0;
  std::uint8_t a = 0;
  friend bool operator==(const Rgba&, const Rgba&) = default;

  [[nodiscard]] constexpr Rgba with_alpha(float alpha) const noexcept {
    return {r, g, b, static_cast<std::uint8_t>(alpha * 255.0F + 0.5F)};
  }
};

/// 0xRRGGBB, opaque.
[[nodiscard]] constexpr Rgba rgb(std::uint32_t hex) noexcept {
  return {static_cast<std::uint8_t>(hex >> 16U & 0xFFU),
          static_cast<std::uint8_t>(hex >> 8U & 0xFFU), static_cast<std::uint8_t>(hex & 0xFFU),
          255};
}

enum class Mode : std::uint8_t { kLight, kDark };
/// kDiverging: signed values, blue below zero, red above. kSequential: weights, plum.
enum class MapKind : std::uint8_t { kDiverging, kSequential };

/// Lightness 0..1 and two opponent axes; Euclidean distance is close to perceived difference
/// (0.02 is about the least that is seen).
struct OkLab {
  float l = 0;
  float a = 0;
  float b = 0;
};
[[nodiscard]] OkLab to_oklab(Rgba colour) noexcept;
/// Clamped into sRGB, opaque.
[[nodiscard]] Rgba from_oklab(OkLab lab) noexcept;
[[nodiscard]] float distance(OkLab x, OkLab y) noexcept;

/// WCAG 2.2 relative luminance and contrast ratio (1..21); alpha is ignored.
[[nodiscard]] float luminance(Rgba colour) noexcept;
[[nodiscard]] float contrast(Rgba x, Rgba y) noexcept;

/// x at t = 0, y at t = 1, mixed in sRGB bytes as GL blending does; alpha too.
[[nodiscard]] Rgba mix(Rgba x, Rgba y, float t) noexcept;
/// `top` over an opaque `bottom`.
[[nodiscard]] Rgba over(Rgba top, Rgba bottom) noexcept;

/// How a person without one cone type sees it (Viénot, Brettel, Mollon 1999).
enum class ColourVision : std::uint8_t { kFull, kProtanopia, kDeuteranopia };
[[nodiscard]] Rgba simulate(Rgba colour, ColourVision vision) noexcept;

inline constexpr int kMapSize = 256;
using ColourTable = std::array<Rgba, kMapSize>;
[[nodiscard]] const ColourTable& colour_table(MapKind kind, Mode mode) noexcept;

/// The numbers at the two ends of a map.
struct Range {
  float low = -1;
  float high = 1;
  friend bool operator==(const Range&, const Range&) = default;
};
/// kDiverging: -m .. m for m the largest |finite value|; kSequential: 0 .. largest finite value.
/// 1 where there is no finite value other than 0.
[[nodiscard]] Range auto_range(ConstView values, MapKind kind) noexcept;
/// The range that covers both.
[[nodiscard]] Range unite(Range x, Range y) noexcept;

/// Place of a value on the map, 0..1, clamped; +inf is 1. NaN and -inf give 0: ask `cell_kind`
/// first.
[[nodiscard]] float position(float value, Range range) noexcept;

/// -inf is what a mask puts there; NaN is never averaged away.
enum class CellKind : std::uint8_t { kValue, kMasked, kNaN };
[[nodiscard]] CellKind cell_kind(float value) noexcept;

/// Table entries on both sides of `position`, mixed.
[[nodiscard]] Rgba map_colour(float position, MapKind kind, Mode mode) noexcept;
/// Flat colours of the two kinds of cell that have no place on the map, and of the hatch over
/// masked cells.
[[nodiscard]] Rgba masked_colour(Mode mode) noexcept;
[[nodiscard]] Rgba masked_hatch(Mode mode) noexcept;
[[nodiscard]] Rgba nan_colour(Mode mode) noexcept;
/// Of one whole cell, hatch left out: for legends, the text on it, and the DOM companion.
[[nodiscard]] Rgba cell_colour(float value, Range range, MapKind kind, Mode mode) noexcept;

/// The ink for text on `cell`: near-black or near-white where that reaches 4.5 : 1, else the pure
/// one.
[[nodiscard]] Rgba text_on(Rgba cell) noexcept;

}  // namespace ap
