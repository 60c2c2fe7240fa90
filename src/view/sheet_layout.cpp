// Chooses the arrangement: block size, number of rows and where they wrap, so that on this viewport
// the cells come out as large as they can while the text keeps its size.
#include <algorithm>
#include <cmath>

#include "view/sheet_arrange.hpp"

namespace ap {
namespace detail {
namespace {

constexpr float kMostCell = 40;
constexpr int kManyCells = 30;
constexpr float kLeastForNumbers = 16;  // smaller cells show colours only, and are square

/// One matrix alone in a row below the others.
bool orphan(const Placement& p) {
  int last = 0;
  for (const Placement::Spot& s : p.spots) last = std::max(last, s.row);
  return last > 1 && std::ranges::count(p.spots, last, &Placement::Spot::row) == 1;
}

/// Text below its designed size costs more than small cells do; a little is given for the order
/// that reads best.
float score(const Placement& p, const Plan& plan, const Pitch& pitch, bool roomy,
            const SheetOptions& o) {
  const float zoom = std::min({o.width / (p.width + 32), o.height / (p.height + 32), 1.25F});
  const float legible = zoom < 1 ? std::pow(zoom, 1.6F) : std::sqrt(zoom);
  const float cell = pitch.common * std::min(1.F, 1.35F * pitch.aspect) * (0.9F + 0.1F * pitch.aspect);
  return cell * std::min(zoom, 1.F) * legible * (roomy ? 1.06F : 1) *
         (plan.two_rows || plan.lines ? 1 : 1.04F) * (plan.break_at_mix ? 1.15F : 1) *
         (orphan(p) ? 0.85F : 1);
}

struct Choice {
  Plan plan;
  float side = 420;
  float aspect = 1;
  bool roomy = false;
  float score = -1;
};

void try_plans(const Parts& parts, const Pitch& pitch, bool roomy, const SheetOptions& o,
               Choice& best) {
  Plan widest;
  widest.right = 1e9F;
  widest.break_at_mix = false;
  const float all = place(parts, widest).width;
  const auto consider = [&](const Plan& plan) {
    const float s = score(place(parts, plan), plan, pitch, roomy, o);
    if (s > best.score) best = {plan, pitch.side, pitch.aspect, roomy, s};
  };
  for (float right = all; right > all * 0.2F; right *= 0.9F) {
    for (const bool mix : {true, false}) {
      for (const bool two_rows : {false, true}) consider({false, false, two_rows, mix, right});
    }
    consider({false, true, false, true, right});
  }
}

Choice choose_wide(Parts& parts, const SheetOptions& o) {
  Choice best;
  float last = 0;
  for (float side = 480; side > 84; side *= 0.93F) {
    const Pitch square(side, parts.longest);
    // No plan of smaller cells can do better than what was found.
    if (square.common * 1.42F <= best.score) break;
    // Few cells: they have their largest size for many sides.
    if (parts.longest <= kManyCells && square.common == last) continue;
    last = square.common;
    for (const float aspect : {1.F, 0.85F, 0.74F}) {
      if (aspect < 1 && square.common < kLeastForNumbers) break;
      const Pitch pitch(side, parts.longest, aspect);
      for (const bool roomy : {true, false}) {
        measure(parts, pitch, o, roomy);
        try_plans(parts, pitch, roomy, o, best);
      }
    }
  }
  return best;
}

/// The longest axis with its labels takes the width.
Choice choose_stacked(const SheetOptions& o, int longest) {
  const float labels = std::min(kLabelMax, std::max(o.query_label, o.key_label)) + 13;
  const float right = std::max(o.width, 240.F) - 16;
  const float side = right - labels - 2 * kMargin;
  // Lower cells where a finger still meets them: more of the figure on a phone's first screen.
  const float aspect = Pitch(side, longest).common >= 38 ? 0.84F : 1;
  return {{true, false, false, false, right}, side, aspect, true, 0};
}

}  // namespace

Pitch::Pitch(float wanted_side, int longest, float wanted_aspect) noexcept
    : side(wanted_side),
      aspect(wanted_aspect),
      common(std::min(kMostCell, std::max(wanted_side / static_cast<float>(std::max(1, longest)),
                                          wanted_side / static_cast<float>(kManyCells)))) {}

float Pitch::width(int n) const noexcept {
  return std::min(common, side / static_cast<float>(std::max(1, n)));
}

}  // namespace detail

Sheet layout_sheet(const SheetSpec& spec, const SheetOptions& options) {
  using namespace detail;
  Sheet sheet;
  sheet.layer = spec.layer;
  sheet.head = spec.head;
  sheet.layers = spec.layers;
  sheet.heads = spec.heads;
  sheet.stacked = options.width <= kStackedWidth;
  Parts parts = make_parts(spec, options);
  const Choice choice = sheet.stacked ? choose_stacked(options, parts.longest) : choose_wide(parts, options);
  const Pitch pitch(choice.side, parts.longest, choice.aspect);
  measure(parts, pitch, options, choice.roomy);
  commit(sheet, parts, place(parts, choice.plan), pitch, options, choice.roomy);
  add_flows(sheet);
  return sheet;
}

const Block* Sheet::find(TensorId id) const noexcept {
  const int i = index_of(id);
  return i < 0 ? nullptr : &blocks[static_cast<std::size_t>(i)];
}

int Sheet::index_of(TensorId id) const noexcept {
  for (std::size_t i = 0; i < blocks.size(); ++i)
    if (blocks[i].id == id) return static_cast<int>(i);
  return -1;
}

Rect bounds_of(const Sheet& sheet, Step step) noexcept {
  Rect r;
  for (const Block& b : sheet.blocks)
    if (b.step == step) r = unite(r, b.frame);
  if (r.empty()) return r;
  // The tabs that hang below.
  const Rect below{r.x - 1, r.bottom(), r.w + 2, 2 * detail::kGhostHeight};
  for (const Ghost& g : sheet.ghosts)
    if (below.contains(g.rect)) r = unite(r, g.rect);
  return r;
}

float step_zoom(const Sheet& sheet, Step step) noexcept {
  constexpr float kCell = 40, kLeast = 2.2F, kMost = 6;
  float zoom = kLeast;
  for (const Block& b : sheet.blocks)
    if (b.step == step && b.cell_w > 0) zoom = std::max(zoom, kCell / b.cell_w);
  return std::min(zoom, kMost);
}

}  // namespace ap
