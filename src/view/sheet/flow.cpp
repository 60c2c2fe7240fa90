// Flow lines: which block feeds which, and how the line runs. They are drawn below the blocks.
#include <algorithm>
#include <cmath>

#include "view/sheet/arrange.hpp"
#include "view/sheet/route.hpp"

namespace ap::detail {
namespace {

constexpr float kTip = 4;  // between an arrow's tip and what it points at

/// Left end of what belongs to the matrix: its row labels too.
float left_of(const Block& b) noexcept {
  return b.row_gutter.empty() ? b.matrix.x : b.row_gutter.x;
}

/// A level line where the two overlap in height, near `lane` (0..1) of the target.
Bezier level(const Block& a, const Block& b, float lane) noexcept {
  const float low = std::max(a.matrix.y, b.matrix.y) + 3;
  const float high = std::min(a.matrix.bottom(), b.matrix.bottom()) - 3;
  const float wanted = b.matrix.y + b.matrix.h * lane;
  const float y = low <= high ? std::clamp(wanted, low, high) : b.matrix.centre().y;
  const Point from{a.matrix.right() + 3, low <= high ? y : a.matrix.centre().y};
  const Point to{left_of(b) - kTip, y};
  const float bend = std::max(12.F, (to.x - from.x) * 0.5F);
  return {from, {from.x + bend, from.y}, {to.x - bend, to.y}, to};
}

Bezier rising(const Block& a, const Block& b, float lane) noexcept {
  const Point from{a.matrix.right() + 3, a.matrix.centre().y};
  const Point to{left_of(b) - kTip, b.matrix.y + b.matrix.h * lane};
  const float bend = std::max(18.F, (to.x - from.x) * 0.5F);
  return {from, {from.x + bend, from.y}, {to.x - bend, to.y}, to};
}

/// Down into a lower row, from above: an S that ends at the target's top. `leave`: where along the
/// source's bottom it begins, 0..1.
Bezier falling(const Block& a, const Block& b, float lane, float leave) noexcept {
  const bool beside = b.matrix.centre().x > a.matrix.right();
  const Point from = beside ? Point{a.matrix.right() + 3, a.matrix.y + a.matrix.h * 0.85F}
                            : Point{a.matrix.x + a.matrix.w * leave, a.frame.bottom() + 1};
  const Point to{b.matrix.x + b.matrix.w * lane, b.frame.y - kTip};
  const float drop = std::max(16.F, (to.y - from.y) * 0.55F);
  return {from, {from.x + (beside ? 22.F : 0.F), from.y + drop}, {to.x, to.y - drop}, to};
}

/// Up into a higher row: beside the source to the gap between the rows, and from below into the
/// target, right of its legend.
Bezier climbing(const Block& a, const Block& b, float arrive, float leave) noexcept {
  const Point from{a.matrix.right() + 3, a.matrix.y + a.matrix.h * leave};
  const Point to{b.matrix.x + b.matrix.w * arrive, b.matrix.bottom() + kTip};
  const float rise = std::max(40.F, from.y - to.y);
  return {from, {from.x + 8, to.y - rise * 0.22F}, {to.x, to.y + rise * 0.45F}, to};
}

/// The plain curves from one block to another, the best first.
std::vector<Bezier> curves(const Block& a, const Block& b, float lane) {
  const bool same_row = a.matrix.y < b.matrix.bottom() && b.matrix.y < a.matrix.bottom();
  const bool right = left_of(b) >= a.matrix.right();
  if (same_row) return {right ? level(a, b, lane) : rising(a, b, lane)};
  std::vector<Bezier> out;
  if (b.matrix.y > a.matrix.y) {
    for (const float leave : {0.75F, 0.9F, 0.98F, 0.6F, 0.4F})
      out.push_back(falling(a, b, lane, leave));
  } else {
    if (right && left_of(b) - a.matrix.right() <= 160) out.push_back(rising(a, b, lane));
    for (const float arrive : {0.75F, 0.9F, 0.6F})
      for (const float leave : {0.15F, 0.05F}) out.push_back(climbing(a, b, arrive, leave));
  }
  return out;
}

/// Where a line may leave a block: to the right of the matrix, or below its legend.
std::vector<Port> exits(const Block& a) {
  std::vector<Port> out;
  for (const float share : {0.5F, 0.25F, 0.75F})
    out.push_back({{a.matrix.right() + kTip, a.matrix.y + a.matrix.h * share}, {1, 0}});
  const float inset = std::min(8.F, a.matrix.w * 0.2F);
  out.push_back({{a.matrix.right() - inset, a.frame.bottom() + kTip}, {0, 1}});
  return out;
}

/// Where it may arrive: left of the matrix or of its words, over its title, or below it where the
/// legend leaves room.
std::vector<Port> entries(const Block& b, float lane) {
  std::vector<Port> out;
  for (const float share : {lane, 0.5F, 0.2F, 0.85F})
    out.push_back({{left_of(b) - kTip, b.matrix.y + b.matrix.h * share}, {1, 0}});
  out.push_back({{b.matrix.x + b.matrix.w * lane, b.frame.y - kTip}, {0, 1}});
  if (b.legend.right() + 8 < b.matrix.right())
    out.push_back({{b.matrix.right() - 6, b.matrix.bottom() + kTip}, {0, -1}});
  return out;
}

class Lines {
 public:
  explicit Lines(Sheet& sheet) : sheet_(sheet), router_(sheet) {}

  [[nodiscard]] int find(Stage stage) const noexcept {
    for (std::size_t i = 0; i < sheet_.blocks.size(); ++i)
      if (sheet_.blocks[i].id.stage == stage) return static_cast<int>(i);
    return -1;
  }
  void link(int from, int to, Hue hue, float lane = 0.5F) {
    if (from < 0 || to < 0 || from == to) return;
    sheet_.flows.push_back({from, to, path(at(from), at(to), lane), hue});
  }
  /// The line takes the colour of where it comes from.
  void link(int from, int to, float lane = 0.5F) {
    if (from >= 0) link(from, to, at(from).hue, lane);
  }
  /// From the last one that is on to each of these that is on, in turn; returns the last.
  int chain(int last, std::initializer_list<Stage> stages) {
    for (const Stage s : stages) {
      const int next = find(s);
      if (next < 0) continue;
      link(last, next);
      last = next;
    }
    return last;
  }

 private:
  [[nodiscard]] const Block& at(int i) const noexcept {
    return sheet_.blocks[static_cast<std::size_t>(i)];
  }
  /// A plain curve if one is clear of everything, else a way through the gaps.
  [[nodiscard]] std::vector<Bezier> path(const Block& a, const Block& b, float lane) {
    const std::vector<Bezier> plain = curves(a, b, lane);
    for (const Bezier& curve : plain)
      if (sheet_.stacked || crossings(curve, router_.obstacles()) == 0) return {curve};
    const std::vector<Point> way = router_.find(exits(a), entries(b, lane));
    if (way.size() > 1) return rounded(way);
    return {plain.front()};
  }
  Sheet& sheet_;
  Router router_;
};

int or_else(int first, int second) noexcept { return first >= 0 ? first : second; }

void add_projections(Lines& lines, int queries, int sources) {
  const int wq = lines.find(Stage::kWq);
  const int wk = lines.find(Stage::kWk);
  const int wv = lines.find(Stage::kWv);
  lines.link(queries, or_else(wq, lines.find(Stage::kQ)), Hue::kQ);
  lines.link(sources, or_else(wk, lines.find(Stage::kK)), Hue::kK);
  lines.link(sources, or_else(wv, lines.find(Stage::kV)), Hue::kV);
  lines.link(wq, lines.find(Stage::kQ));
  lines.link(wk, lines.find(Stage::kK));
  lines.link(wv, lines.find(Stage::kV));
  lines.link(lines.find(Stage::kQ), lines.find(Stage::kQRotated));
  lines.link(lines.find(Stage::kK), lines.find(Stage::kKRotated));
}

/// From the heads to the output; the MLP's two branches join again in `hidden`.
void add_output(Lines& lines, int input) {
  int last =
      lines.chain(lines.find(Stage::kHeadOut), {Stage::kConcat, Stage::kWo, Stage::kProjected});
  const int added = lines.find(Stage::kAdded);
  lines.link(input, added, 0.25F);
  last = lines.chain(last, {Stage::kAdded});
  const int norm1 = lines.find(Stage::kNorm1);
  if (norm1 >= 0 && added >= 0 && input != norm1) last = lines.chain(last, {Stage::kNorm1});
  const int hidden = lines.find(Stage::kHidden);
  if (hidden >= 0) {
    last = lines.chain(last, {Stage::kNorm2});
    lines.link(lines.chain(last, {Stage::kWGate, Stage::kGate}),
               lines.find(Stage::kGate) >= 0 ? hidden : -1);
    last = lines.chain(last, {Stage::kWUp, Stage::kUp, Stage::kHidden, Stage::kWDown,
                              Stage::kMlpOut, Stage::kMlpAdded});
  }
  lines.chain(last, {Stage::kOutput});
}

}  // namespace

void add_flows(Sheet& sheet) {
  Lines lines(sheet);
  const bool cross =
      lines.find(Stage::kSourceEmbeddings) >= 0 || lines.find(Stage::kSourceInput) >= 0;
  const int norm1 = lines.find(Stage::kNorm1);
  const bool pre = norm1 >= 0 && sheet.blocks[static_cast<std::size_t>(norm1)].step == Step::kEmbed;
  int input = lines.find(Stage::kInput);
  lines.link(lines.find(Stage::kEmbeddings), input);
  const int positions = lines.find(Stage::kPositions);
  const bool alibi =
      positions >= 0 && sheet.blocks[static_cast<std::size_t>(positions)].col_axis == Axis::kKeys;
  if (!alibi) lines.link(positions, input);
  input = or_else(input, lines.find(Stage::kEmbeddings));
  int source = lines.find(Stage::kSourceInput);
  lines.link(lines.find(Stage::kSourceEmbeddings), source);
  lines.link(lines.find(Stage::kSourcePositions), source);
  source = or_else(source, lines.find(Stage::kSourceEmbeddings));
  if (pre) lines.link(input, norm1);
  const int from = pre ? norm1 : input;
  add_projections(lines, from, cross ? source : from);
  const int scores = lines.find(Stage::kScores);
  lines.link(or_else(lines.find(Stage::kQRotated), lines.find(Stage::kQ)), scores, 0.4F);
  lines.link(or_else(lines.find(Stage::kKRotated), lines.find(Stage::kK)), scores, 0.75F);
  const int masked = lines.find(Stage::kMasked);
  const int before = lines.chain(scores, {Stage::kScaled, Stage::kCapped});
  const int mask = lines.find(Stage::kMask);
  lines.link(mask, masked, 0.5F);
  if (alibi) lines.link(positions, masked, 0.3F);
  // Past the mask's block, when that stands between.
  lines.link(before, or_else(mask, masked));
  int last = or_else(masked, before);
  last = lines.chain(last, {Stage::kWeights});
  lines.link(last, lines.find(Stage::kHeadOut));
  lines.link(lines.find(Stage::kV), lines.find(Stage::kHeadOut), 0.8F);
  add_output(lines, input);
}

}  // namespace ap::detail

namespace ap {

Point at(const Flow& flow, float t) noexcept {
  const auto length = [](const Bezier& b) { return std::hypot(b.p3.x - b.p0.x, b.p3.y - b.p0.y); };
  float all = 0;
  for (const Bezier& b : flow.path) all += length(b);
  float left = std::clamp(t, 0.F, 1.F) * all;
  for (const Bezier& b : flow.path) {
    const float n = length(b);
    if (left <= n && n > 0) return at(b, left / n);
    left -= n;
  }
  return flow.end();
}

}  // namespace ap
