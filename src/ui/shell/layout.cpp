#include "ui/shell/layout.hpp"

#include <algorithm>

namespace ap::ui {
namespace {

/// Takes the hints' strip from the sheet's bottom, where it can spare it.
void add_hints(Regions& r, const LayoutInput& in, float height) noexcept {
  if (!in.hints || r.sheet.h < 260 + height) return;
  r.sheet.h -= height;
  r.hints = {r.sheet.x, r.sheet.bottom(), r.sheet.w, height};
}

Regions narrow_regions(const LayoutInput& in) noexcept {
  Regions r;
  r.narrow = true;
  r.panel_over = true;
  const float row = in.coarse ? 48.F : 42.F;
  const float bar = 52;
  // A low window keeps its height for the sheet: one row of tools instead of three.
  const bool low = in.height < 460;
  const float top_height = row * (low ? 1.F : 2.F) + 8 + (in.two_sentences && !low ? row : 0.F);
  r.top = {0, 0, in.width, in.no_top ? 0.F : top_height};
  r.steps = {0, r.top.bottom(), in.width, low || in.no_steps ? 0.F : row};
  const float rail = in.no_rail ? 0.F : bar;
  r.rail = {0, std::max(r.steps.bottom(), in.height - rail), in.width, rail};
  const float top = r.steps.bottom();
  r.sheet = {0, top, in.width, std::max(0.F, r.rail.y - top)};
  if (in.panel_open) {
    const float most = std::max(0.F, r.rail.y - 8);
    const float height = std::clamp(in.height * in.panel_lift, std::min(140.F, most), most);
    r.panel = {0, r.rail.y - height, in.width, height};
    // What the panel leaves of the sheet is what the camera fits, as long as something is left.
    if (r.panel.y - top > 90) r.sheet.h = r.panel.y - top;
  } else {
    add_hints(r, in, 84);
  }
  return r;
}

Regions wide_regions(const LayoutInput& in) noexcept {
  Regions r;
  const bool wide = in.width >= kWideWidth;
  const float rail = in.no_rail ? 0.F : wide ? 68.F : 56.F;
  const float steps = in.no_steps ? 0.F
                      : wide      ? 48.F
                                  : 76.F;  // medium: the sentence is on a line of its own
  const float status = in.no_status ? 0.F : 30.F;
  r.top = {0, 0, in.width, in.no_top ? 0.F : 60.F};
  r.rail = {in.width - rail, r.top.bottom(), rail, std::max(0.F, in.height - r.top.bottom())};
  r.panel_over = !wide;
  if (in.panel_open) {
    r.panel = {r.rail.x - kPanelWidth, r.rail.y, kPanelWidth, r.rail.h};
  }
  const float right = in.panel_open && wide ? r.panel.x : r.rail.x;
  r.steps = {0, r.top.bottom(), right, steps};
  r.status = {0, std::max(r.steps.bottom(), in.height - status), right, status};
  r.sheet = {0, r.steps.bottom(), right, std::max(0.F, r.status.y - r.steps.bottom())};
  add_hints(r, in, r.sheet.w > 820 ? 44.F : 84.F);
  return r;
}

}  // namespace

Regions arrange(const LayoutInput& in) noexcept {
  Regions r = in.width <= kNarrowWidth ? narrow_regions(in) : wide_regions(in);
  // Who embeds one panel and hides the ways to the rest wants that panel, not a strip beside a
  // sheet.
  if (in.panel_open && in.no_rail && in.no_steps) {
    r.panel_over = true;
    r.panel = {0, r.top.bottom(), in.width, std::max(0.F, in.height - r.top.bottom())};
  }
  return r;
}

Regions shifted(Regions r, float dx) noexcept {
  for (Rect* part : {&r.top, &r.steps, &r.sheet, &r.hints, &r.status, &r.rail, &r.panel}) {
    part->x += dx;
  }
  return r;
}

}  // namespace ap::ui
