#include "view/paint/theme.hpp"

#include <array>

namespace ap {
namespace {

constexpr Theme kLightTheme{
    .mode = Mode::kLight,
    .background = rgb(0xfaf8f4),
    .panel = rgb(0xffffff),
    .panel_soft = rgb(0xf2efe9),
    .ink = rgb(0x1f1d1a),
    .ink_soft = rgb(0x5e5950),
    .line = rgb(0xe0dbd1),
    .control = rgb(0x8a8478),
    .accent = rgb(0x39465a),
    .accent_ink = rgb(0xffffff),
    .warn = rgb(0xab1238),
    .x = rgb(0x4d473e),
    .q = rgb(0x1b5cab),
    .k = rgb(0xb5430a),
    .v = rgb(0x00745a),
    .weights = rgb(0x8f2f88),
    .out = rgb(0x5f4200),
    .selection = rgb(0x1f1d1a),
    .source_highlight = rgb(0xb87700),
    .consumer_highlight = rgb(0x007f92),
    .editable = rgb(0x8a8478),
    .shadow = {40, 34, 24, 46},
};

constexpr Theme kDarkTheme{
    .mode = Mode::kDark,
    .background = rgb(0x191817),
    .panel = rgb(0x232120),
    .panel_soft = rgb(0x2d2b29),
    .ink = rgb(0xece8e1),
    .ink_soft = rgb(0xaaa49a),
    .line = rgb(0x3a3733),
    .control = rgb(0x7f796f),
    .accent = rgb(0xb9c6d8),
    .accent_ink = rgb(0x191817),
    .warn = rgb(0xff8a9b),
    .x = rgb(0xc9c2b6),
    .q = rgb(0x7db4f5),
    .k = rgb(0xf0894c),
    .v = rgb(0x4fc9a4),
    .weights = rgb(0xe597de),
    .out = rgb(0xeedb98),
    .selection = rgb(0xf5f1ea),
    .source_highlight = rgb(0xf2b93b),
    .consumer_highlight = rgb(0x45c5d8),
    .editable = rgb(0x8f897e),
    .shadow = {0, 0, 0, 130},
};

constexpr std::array<Rgba, 8> kHeadsLight = {rgb(0x1b5cab), rgb(0xb5430a), rgb(0x00745a),
                                             rgb(0x8f2f88), rgb(0x5f4200), rgb(0xc2356a),
                                             rgb(0x0a6f86), rgb(0x4d473e)};
constexpr std::array<Rgba, 8> kHeadsDark = {rgb(0x7db4f5), rgb(0xf0894c), rgb(0x4fc9a4),
                                            rgb(0xe597de), rgb(0xeedb98), rgb(0xff8fa6),
                                            rgb(0x45c5d8), rgb(0xc9c2b6)};

}  // namespace

const Theme& theme(Mode mode) noexcept { return mode == Mode::kDark ? kDarkTheme : kLightTheme; }

Rgba tint(const Theme& theme, Rgba colour) noexcept {
  return mix(theme.background, colour, theme.mode == Mode::kDark ? 0.16F : 0.09F);
}

Rgba head_colour(int head, Mode mode) noexcept {
  const auto i = static_cast<std::size_t>(head < 0 ? 0 : head) % kHeadsLight.size();
  return mode == Mode::kDark ? kHeadsDark[i] : kHeadsLight[i];
}

std::vector<ContrastPair> contrast_pairs(const Theme& t) {
  constexpr float kText = 4.5F;
  constexpr float kMark = 3.0F;
  std::vector<ContrastPair> pairs = {
      {"accent_ink on accent", t.accent_ink, t.accent, kText},
      {"accent on background", t.accent, t.background, kMark},
      {"accent on panel", t.accent, t.panel, kMark},
      {"control on background", t.control, t.background, kMark},
      {"control on panel", t.control, t.panel, kMark},
      {"control on panel_soft", t.control, t.panel_soft, kMark},
      {"editable on background", t.editable, t.background, kMark},
      {"selection on background", t.selection, t.background, kMark},
      {"source_highlight on background", t.source_highlight, t.background, kMark},
      {"consumer_highlight on background", t.consumer_highlight, t.background, kMark},
      {"q on its tint", t.q, tint(t, t.q), kText},
      {"k on its tint", t.k, tint(t, t.k), kText},
      {"v on its tint", t.v, tint(t, t.v), kText},
      {"x on its tint", t.x, tint(t, t.x), kText},
      {"weights on its tint", t.weights, tint(t, t.weights), kText},
      {"out on its tint", t.out, tint(t, t.out), kText},
  };
  struct Named {
    std::string_view name;
    Rgba colour;
  };
  for (const Named& back : {Named{"background", t.background}, Named{"panel", t.panel},
                            Named{"panel_soft", t.panel_soft}}) {
    for (const Named& front :
         {Named{"ink", t.ink}, Named{"ink_soft", t.ink_soft}, Named{"warn", t.warn},
          Named{"x", t.x}, Named{"q", t.q}, Named{"k", t.k}, Named{"v", t.v},
          Named{"weights", t.weights}, Named{"out", t.out}}) {
      pairs.push_back({front.name, front.colour, back.colour, kText});
    }
  }
  return pairs;
}

}  // namespace ap
