#include "view/paint/colour.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <vector>

namespace ap {
namespace {

float linear(std::uint8_t byte) noexcept {
  const float c = static_cast<float>(byte) / 255.0F;
  return c <= 0.04045F ? c / 12.92F : std::pow((c + 0.055F) / 1.055F, 2.4F);
}

std::uint8_t to_byte(float c) noexcept {
  return static_cast<std::uint8_t>(std::clamp(c, 0.0F, 1.0F) * 255.0F + 0.5F);
}

std::uint8_t encoded(float c) noexcept {
  c = std::clamp(c, 0.0F, 1.0F);
  return to_byte(c <= 0.0031308F ? c * 12.92F : 1.055F * std::pow(c, 1.0F / 2.4F) - 0.055F);
}

/// A control point: lightness, chroma, hue in degrees (OKLCh).
struct Control {
  float l;
  float c;
  float h;
};

OkLab lab(const Control& p) noexcept {
  const float radians = p.h * std::numbers::pi_v<float> / 180.0F;
  return {p.l, p.c * std::cos(radians), p.c * std::sin(radians)};
}

OkLab lerp(OkLab x, OkLab y, float t) noexcept {
  return {x.l + (y.l - x.l) * t, x.a + (y.a - x.a) * t, x.b + (y.b - x.b) * t};
}

/// Quadratic curve through the three controls (at t = 0, 1/2, 1).
OkLab curve(const std::array<Control, 3>& p, float t) noexcept {
  const OkLab a = lab(p[0]);
  const OkLab m = lab(p[1]);
  const OkLab b = lab(p[2]);
  const float wa = 2 * (t - 0.5F) * (t - 1);
  const float wm = -4 * t * (t - 1);
  const float wb = 2 * t * (t - 0.5F);
  return {wa * a.l + wm * m.l + wb * b.l, wa * a.a + wm * m.a + wb * b.a,
          wa * a.b + wm * m.b + wb * b.b};
}

/// A curve that can be asked for the point at a share of its length: even steps look even.
class EvenCurve {
 public:
  explicit EvenCurve(const std::array<Control, 3>& controls) {
    points_.reserve(kSamples + 1);
    lengths_.reserve(kSamples + 1);
    for (int i = 0; i <= kSamples; ++i) {
      points_.push_back(curve(controls, static_cast<float>(i) / static_cast<float>(kSamples)));
      lengths_.push_back(i == 0 ? 0.0F
                                : lengths_.back() + distance(points_.end()[-2], points_.back()));
    }
  }

  [[nodiscard]] OkLab at_share(float share) const noexcept {
    const float want = share * lengths_.back();
    const auto hit = std::upper_bound(lengths_.begin() + 1, lengths_.end() - 1, want);
    const auto i = static_cast<std::size_t>(hit - lengths_.begin());
    const float step = lengths_[i] - lengths_[i - 1];
    return lerp(points_[i - 1], points_[i], step > 0 ? (want - lengths_[i - 1]) / step : 0.0F);
  }

 private:
  static constexpr int kSamples = 2048;
  std::vector<OkLab> points_;
  std::vector<float> lengths_;
};

// The two arms of a diverging map have the same lightness at the same distance from zero, so that
// the picture keeps |value| where hue is lost.
struct MapControls {
  std::array<Control, 3> up;    // zero -> largest
  std::array<Control, 3> down;  // zero -> most negative; unused by sequential maps
};

constexpr MapControls kDivergingLight{
    {{{0.978F, 0.004F, 85}, {0.755F, 0.118F, 42}, {0.450F, 0.168F, 29}}},
    {{{0.978F, 0.004F, 85}, {0.755F, 0.092F, 245}, {0.450F, 0.148F, 256}}}};
constexpr MapControls kDivergingDark{
    {{{0.262F, 0.006F, 80}, {0.560F, 0.140F, 34}, {0.835F, 0.105F, 55}}},
    {{{0.262F, 0.006F, 80}, {0.560F, 0.120F, 250}, {0.835F, 0.085F, 230}}}};
constexpr MapControls kSequentialLight{
    {{{0.966F, 0.011F, 322}, {0.700F, 0.125F, 326}, {0.350F, 0.150F, 322}}}, {}};
constexpr MapControls kSequentialDark{
    {{{0.262F, 0.010F, 320}, {0.560F, 0.165F, 325}, {0.910F, 0.065F, 328}}}, {}};

ColourTable make_table(MapKind kind, const MapControls& controls) {
  ColourTable table;
  const EvenCurve up(controls.up);
  const EvenCurve down(kind == MapKind::kDiverging ? controls.down : controls.up);
  for (int i = 0; i < kMapSize; ++i) {
    const float t = static_cast<float>(i) / (kMapSize - 1);
    const float signed_t = 2 * t - 1;
    const OkLab c = kind == MapKind::kSequential ? up.at_share(t)
                    : signed_t >= 0              ? up.at_share(signed_t)
                                                 : down.at_share(-signed_t);
    table[static_cast<std::size_t>(i)] = from_oklab(c);
  }
  return table;
}

constexpr Rgba kNearBlack = rgb(0x1b1a18);
constexpr Rgba kNearWhite = rgb(0xfaf8f4);

}  // namespace

OkLab to_oklab(Rgba colour) noexcept {
  const float r = linear(colour.r);
  const float g = linear(colour.g);
  const float b = linear(colour.b);
  const float l = std::cbrt(0.4122214708F * r + 0.5363325363F * g + 0.0514459929F * b);
  const float m = std::cbrt(0.2119034982F * r + 0.6806995451F * g + 0.1073969566F * b);
  const float s = std::cbrt(0.0883024619F * r + 0.2817188376F * g + 0.6299787005F * b);
  return {0.2104542553F * l + 0.7936177850F * m - 0.0040720468F * s,
          1.9779984951F * l - 2.4285922050F * m + 0.4505937099F * s,
          0.0259040371F * l + 0.7827717662F * m - 0.8086757660F * s};
}

Rgba from_oklab(OkLab c) noexcept {
  const float l = std::pow(c.l + 0.3963377774F * c.a + 0.2158037573F * c.b, 3.0F);
  const float m = std::pow(c.l - 0.1055613458F * c.a - 0.0638541728F * c.b, 3.0F);
  const float s = std::pow(c.l - 0.0894841775F * c.a - 1.2914855480F * c.b, 3.0F);
  return {encoded(4.0767416621F * l - 3.3077115913F * m + 0.2309699292F * s),
          encoded(-1.2684380046F * l + 2.6097574011F * m - 0.3413193965F * s),
          encoded(-0.0041960863F * l - 0.7034186147F * m + 1.7076147010F * s), 255};
}

float distance(OkLab x, OkLab y) noexcept {
  return std::sqrt((x.l - y.l) * (x.l - y.l) + (x.a - y.a) * (x.a - y.a) +
                   (x.b - y.b) * (x.b - y.b));
}

float luminance(Rgba c) noexcept {
  return 0.2126F * linear(c.r) + 0.7152F * linear(c.g) + 0.0722F * linear(c.b);
}

float contrast(Rgba x, Rgba y) noexcept {
  const float a = luminance(x);
  const float b = luminance(y);
  return (std::max(a, b) + 0.05F) / (std::min(a, b) + 0.05F);
}

Rgba mix(Rgba x, Rgba y, float t) noexcept {
  const auto channel = [t](std::uint8_t p, std::uint8_t q) {
    return to_byte((static_cast<float>(p) * (1 - t) + static_cast<float>(q) * t) / 255.0F);
  };
  return {channel(x.r, y.r), channel(x.g, y.g), channel(x.b, y.b), channel(x.a, y.a)};
}

Rgba over(Rgba top, Rgba bottom) noexcept {
  const Rgba opaque{top.r, top.g, top.b, bottom.a};
  return mix(bottom, opaque, static_cast<float>(top.a) / 255.0F);
}

Rgba simulate(Rgba c, ColourVision vision) noexcept {
  if (vision == ColourVision::kFull) return c;
  const float r = linear(c.r);
  const float g = linear(c.g);
  const float b = linear(c.b);
  // Viénot's reduced transforms, in linear RGB; rows sum to 1, so greys stay.
  if (vision == ColourVision::kProtanopia) {
    const float rg = 0.11238F * r + 0.88762F * g;
    return {encoded(rg), encoded(rg), encoded(0.00401F * r - 0.00401F * g + b), c.a};
  }
  const float rg = 0.29275F * r + 0.70725F * g;
  return {encoded(rg), encoded(rg), encoded(-0.02234F * r + 0.02234F * g + b), c.a};
}

const ColourTable& colour_table(MapKind kind, Mode mode) noexcept {
  static const std::array<ColourTable, 4> tables = {
      make_table(MapKind::kDiverging, kDivergingLight),
      make_table(MapKind::kDiverging, kDivergingDark),
      make_table(MapKind::kSequential, kSequentialLight),
      make_table(MapKind::kSequential, kSequentialDark)};
  return tables[(kind == MapKind::kSequential ? 2U : 0U) + (mode == Mode::kDark ? 1U : 0U)];
}

CellKind cell_kind(float value) noexcept {
  // By bits, as the shader does it: -ffast-math or a driver's idea of infinity cannot change it.
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7FFFFFFFU) > 0x7F800000U) return CellKind::kNaN;
  return bits == 0xFF800000U ? CellKind::kMasked : CellKind::kValue;
}

Range auto_range(ConstView values, MapKind kind) noexcept {
  float largest = 0;
  for (int i = 0; i < values.rows; ++i) {
    const float* row = values.row(i);
    for (int j = 0; j < values.cols; ++j) {
      const float x = kind == MapKind::kDiverging ? std::abs(row[j]) : row[j];
      if (std::isfinite(x) && x > largest) largest = x;
    }
  }
  if (largest == 0) largest = 1;
  return {kind == MapKind::kDiverging ? -largest : 0.0F, largest};
}

Range unite(Range x, Range y) noexcept {
  return {std::min(x.low, y.low), std::max(x.high, y.high)};
}

float position(float value, Range range) noexcept {
  if (cell_kind(value) != CellKind::kValue) return 0;
  // Halves, so that a range of the largest floats does not overflow.
  const float width = range.high * 0.5F - range.low * 0.5F;
  if (!(width > 0)) return 0.5F;
  if (value >= range.high) return 1;
  return std::clamp((value * 0.5F - range.low * 0.5F) / width, 0.0F, 1.0F);
}

Rgba map_colour(float position, MapKind kind, Mode mode) noexcept {
  const ColourTable& table = colour_table(kind, mode);
  const float scaled = std::clamp(position, 0.0F, 1.0F) * (kMapSize - 1);
  const auto below = std::min(static_cast<std::size_t>(scaled), std::size_t{kMapSize - 2});
  return mix(table[below], table[below + 1], scaled - static_cast<float>(below));
}

Rgba masked_colour(Mode mode) noexcept { return rgb(mode == Mode::kLight ? 0xeceae5 : 0x1f1e1d); }
Rgba masked_hatch(Mode mode) noexcept { return rgb(mode == Mode::kLight ? 0xcbc6bc : 0x3a3835); }
Rgba nan_colour(Mode mode) noexcept { return rgb(mode == Mode::kLight ? 0xe3b505 : 0xc79a0a); }

Rgba cell_colour(float value, Range range, MapKind kind, Mode mode) noexcept {
  switch (cell_kind(value)) {
    case CellKind::kMasked: return masked_colour(mode);
    case CellKind::kNaN: return nan_colour(mode);
    case CellKind::kValue: break;
  }
  return map_colour(position(value, range), kind, mode);
}

Rgba text_on(Rgba cell) noexcept {
  const float dark = contrast(kNearBlack, cell);
  const float light = contrast(kNearWhite, cell);
  if (std::max(dark, light) >= 4.5F) return dark >= light ? kNearBlack : kNearWhite;
  return contrast(rgb(0x000000), cell) >= contrast(rgb(0xffffff), cell) ? rgb(0x000000)
                                                                        : rgb(0xffffff);
}

}  // namespace ap
