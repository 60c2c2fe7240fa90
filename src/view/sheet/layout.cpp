// Chooses the arrangement: block size, number of rows and where they wrap, so that on this viewport
// the cells come out as large as they can while the text keeps its size.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <span>
#include <vector>

#include "view/sheet/arrange.hpp"
#include "view/sheet/draw.hpp"

namespace ap {
namespace detail {
namespace {

constexpr float kMostCell = 40;
constexpr int kManyCells = 30;
// Smaller cells show colours only, and are no wider than high.
constexpr float kLeastForNumbers = 16;
constexpr float kColumnWidth = 480;  // of a stacked page
constexpr float kColumnCell = 28;
constexpr float kMostForNumbers = 1.5F;
constexpr float kMostZoom = 1.25F;
// Zoom from which words have room for their smallest type: numbers are not worth less.
constexpr float kLeastForWords = 0.66F;
// Zoom from which a line of small type fits the height that is meant for it.
constexpr float kLeastForLines = 0.87F;

/// One matrix alone in a row below the others.
bool orphan(const Placement& p) {
  int last = 0;
  for (const Placement::Spot& s : p.spots) last = std::max(last, s.row);
  return last > 1 && std::ranges::count(p.spots, last, &Placement::Spot::row) == 1;
}

/// At which the page shows it, if its height alone counted.
float zoom_by_height(const Placement& p, const SheetOptions& o) noexcept {
  return std::min(kMostZoom, o.height / (p.height + 32));
}

/// At which the page shows it.
float zoom_of(const Placement& p, const SheetOptions& o) noexcept {
  return std::min(o.width / (p.width + 32), zoom_by_height(p, o));
}

/// What numbers are worth that can be read without zooming, by their size in a cell of this size.
float worth_of_numbers(float cell_w, float cell_h) noexcept {
  const float size = number_size(cell_w, cell_h);
  return size == 0 ? 1 : size < 11 ? 1.38F : size < 13 ? 1.44F : kMostForNumbers;
}

/// Cells lower than wide lose little down to 3 : 4; higher ones give the words beside them room.
float worth_of_aspect(float aspect) noexcept {
  if (aspect > 1) return std::pow(aspect, 0.4F);
  return std::min(1.F, 1.35F * aspect) * (0.9F + 0.1F * aspect);
}

/// Text below its designed size costs more than small cells do.
float worth_of_zoom(float zoom, const Pitch& pitch) noexcept {
  const float legible = zoom < 1 ? std::pow(zoom, 1.6F) : std::sqrt(zoom);
  // A correction for small type takes a little of the zoom.
  const float shown = pitch.common * zoom * (zoom < kLeastForLines ? 0.97F : 0.995F);
  const float numbers = zoom < kLeastForWords ? 1 : worth_of_numbers(shown, shown * pitch.aspect);
  const float cell = pitch.common * worth_of_aspect(pitch.aspect) * numbers;
  return cell * std::min(zoom, 1.F) * legible;
}

/// A little is given for the order that reads best.
float score_at(float zoom, const Plan& plan, const Pitch& pitch) {
  return worth_of_zoom(zoom, pitch) * (plan.tight ? 1 : 1.06F) *
         (plan.two_rows || plan.lines ? 1 : 1.04F) * (plan.break_at_mix ? 1.15F : 1);
}

float score(const Placement& p, const Plan& plan, const Pitch& pitch, const SheetOptions& o) {
  return score_at(zoom_of(p, o), plan, pitch) * (orphan(p) ? 0.85F : 1);
}

/// No plan of the measured parts is shown larger: in any order they take their area, with the least
/// of gaps beside and below.
float most_zoom(const Parts& parts, bool roomy, const SheetOptions& o) {
  const float beside = Plan{.tight = !roomy}.pair_gap();
  const float below = kCaptionHeight + kRowGap;
  float area = 0;
  for (const Item& item : parts.items) {
    area += (item.width + beside) * (item.ascent + item.descent + below);
  }
  return std::min(kMostZoom, std::sqrt(o.width * o.height / std::max(area, 1.F)));
}

/// A size of cells, and the largest zoom and score that any plan of it can have.
struct Size {
  Pitch pitch;
  bool roomy;
  float zoom;
  float most;
};

struct Choice {
  Plan plan;
  float side = 420;
  float aspect = 1;
  bool roomy = false;
  float score = -1;
};

/// The parts are measured for this size.
void try_plans(const Parts& parts, const Size& size, const SheetOptions& o, Choice& best) {
  const Pitch& pitch = size.pitch;
  Plan widest;
  widest.right = 1e9F;
  widest.break_at_mix = false;
  const float all = place(parts, widest).width;
  const auto consider = [&](Plan plan) {
    if (score_at(size.zoom, plan, pitch) <= best.score) return;
    float used = all + 1;
    for (plan.right = all; plan.right > all * 0.2F; plan.right *= 0.9F) {
      if (plan.right >= used) continue;  // wraps where the last one did
      const Placement p = place(parts, plan);
      used = p.width <= plan.right ? p.width : all + 1;
      const float s = score(p, plan, pitch, o);
      if (s > best.score) best = {plan, pitch.side, pitch.aspect, size.roomy, s};
      // What is narrower is higher.
      if (score_at(zoom_by_height(p, o), plan, pitch) <= best.score) break;
    }
  };
  for (const bool mix : {true, false}) {
    for (const bool two_rows : {false, true})
      consider({false, false, two_rows, mix, 0, !size.roomy});
  }
  consider({false, true, false, true, 0, !size.roomy});
}

/// Height of a cell by its width: numbers leave room above and below, colours alone need none.
std::span<const float> aspects_for(float cell) noexcept {
  static constexpr std::array<float, 4> kNumbers = {1, 0.85F, 0.74F, 0.64F};
  static constexpr std::array<float, 3> kColours = {1, 1.25F, 1.5F};
  if (cell < kLeastForNumbers) return kColours;
  return kNumbers;
}

/// Every size of cells worth a look, the most promising first.
std::vector<Size> sizes(Parts& parts, const SheetOptions& o) {
  std::vector<Size> all;
  float last = 0;
  for (float side = 480; side > 84; side *= 0.95F) {
    const Pitch square(side, parts.longest);
    // Few cells: they have their largest size for many sides.
    if (parts.longest <= kManyCells && square.common == last) continue;
    last = square.common;
    for (const float aspect : aspects_for(square.common)) {
      const Pitch pitch(side, parts.longest, aspect);
      for (const bool roomy : {true, false}) {
        measure(parts, pitch, o, roomy);
        const float zoom = most_zoom(parts, roomy, o);
        all.push_back({pitch, roomy, zoom, score_at(zoom, {.tight = !roomy}, pitch)});
      }
    }
  }
  std::ranges::stable_sort(all, std::ranges::greater{}, &Size::most);
  return all;
}

Choice choose_wide(Parts& parts, const SheetOptions& o) {
  Choice best;
  for (const Size& size : sizes(parts, o)) {
    if (size.most <= best.score) break;
    measure(parts, size.pitch, o, size.roomy);
    try_plans(parts, size, o, best);
  }
  return best;
}

/// The longest axis with its labels takes the width.
Choice choose_stacked(const SheetOptions& o, int longest) {
  const float labels = std::min(kLabelMax, std::max(o.query_label, o.key_label)) + 13;
  const float right = std::max(o.width, 240.F) - 16;
  float side = right - labels - 2 * kMargin;
  // A column of text is wide enough for more than one matrix a line, when cells are as on a desk.
  const bool column = o.width >= kColumnWidth;
  if (column) side = std::min(side, kColumnCell * static_cast<float>(longest));
  // Lower cells where a finger still meets them: more of the figure on a phone's first screen.
  const float aspect = Pitch(side, longest).common >= 38 ? 0.84F : 1;
  Choice choice{{true, false, false, false, right}, side, column ? 0.85F : aspect, true, 0};
  choice.plan.joined = column;
  return choice;
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
  const Choice choice =
      sheet.stacked ? choose_stacked(options, parts.longest) : choose_wide(parts, options);
  Pitch pitch(choice.side, parts.longest, choice.aspect);
  measure(parts, pitch, options, choice.roomy);
  Placement placement = place(parts, choice.plan);
  if (const float zoom = zoom_of(placement, options); !sheet.stacked && zoom < kLeastForLines) {
    // Type does not shrink below its smallest size: its lines keep their height on the page.
    pitch.line *= std::min(1.5F, kLeastForLines / zoom);
    measure(parts, pitch, options, choice.roomy);
    placement = place(parts, choice.plan);
  }
  commit(sheet, parts, placement, pitch, options, choice.roomy);
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
