#include "view/sheet/values.hpp"

#include <algorithm>
#include <cmath>

namespace ap {
namespace {

/// high, low and largest in one pass.
void measure(BlockValues& b) noexcept {
  const ConstView v = b.numbers;
  for (int i = 0; i < v.rows; ++i) {
    for (int j = 0; j < v.cols; ++j) {
      if (!std::isfinite(v(i, j))) continue;
      b.high = std::max(b.high, v(i, j));
      b.low = std::max(b.low, -v(i, j));
    }
  }
  b.largest = std::max(b.high, b.low);
}

BlockValues measured(ConstView values, MapKind map) {
  BlockValues b;
  b.values = b.numbers = values;
  b.map = map;
  b.range = auto_range(values, map);
  measure(b);
  return b;
}

BlockValues difference(ConstView now, ConstView then) {
  Matrix d(now.rows, now.cols);
  for (int i = 0; i < now.rows; ++i) {
    for (int j = 0; j < now.cols; ++j) {
      const float x = now(i, j);
      const float y = then(i, j);
      d(i, j) = x == y ? 0 : x - y;  // equal infinities differ by nothing
    }
  }
  SharedMatrix owned = share(std::move(d));
  BlockValues b = measured(view(owned), MapKind::kDiverging);
  b.owned = std::move(owned);
  return b;
}

/// Stages that are read against one another, so share a range under RangeRule::kFixed.
int family(Stage stage) noexcept {
  switch (stage) {
    case Stage::kQ:
    case Stage::kK:
    case Stage::kV:
    case Stage::kQRotated:
    case Stage::kKRotated: return 0;
    case Stage::kWq:
    case Stage::kWk:
    case Stage::kWv:
    case Stage::kWo: return 1;
    case Stage::kScores:
    case Stage::kScaled:
    case Stage::kMasked:
    case Stage::kCapped: return 2;
    case Stage::kEmbeddings:
    case Stage::kPositions:
    case Stage::kInput:
    case Stage::kSourceEmbeddings:
    case Stage::kSourcePositions:
    case Stage::kSourceInput: return 3;
    default: return -1;
  }
}

void share_ranges(SheetValues& values, const Sheet& sheet) {
  std::array<float, 4> largest{};
  for (std::size_t i = 0; i < sheet.blocks.size(); ++i) {
    const int f = family(sheet.blocks[i].id.stage);
    if (f >= 0)
      largest[static_cast<std::size_t>(f)] =
          std::max(largest[static_cast<std::size_t>(f)], values.blocks[i].largest);
  }
  for (std::size_t i = 0; i < sheet.blocks.size(); ++i) {
    BlockValues& b = values.blocks[i];
    if (b.map == MapKind::kSequential) b.range = {0, 1};
    const int f = family(sheet.blocks[i].id.stage);
    const float m = f >= 0 ? largest[static_cast<std::size_t>(f)] : 0;
    if (m > 0) b.range = {-m, m};
  }
}

std::string legend_text(const BlockValues& b) {
  if (b.values.empty() || b.largest == 0) return {};
  const NumberStyle style = choose_style(b.range.high, Digits::kShort);
  const std::string high(format(b.range.high, style).view());
  return b.map == MapKind::kSequential ? "0 – " + high : "±" + high;
}

/// In masks what hides is shown hidden, whatever number it hides with; its card has the number.
BlockValues shown(ConstView now, const Block& block) {
  const bool masks = block.id.stage == Stage::kMask || block.id.stage == Stage::kMasked;
  bool any = false;
  for (int i = 0; masks && i < now.rows; ++i) {
    any = any || std::any_of(now.row(i), now.row(i) + now.cols,
                             [](float x) { return hides(x) && std::isfinite(x); });
  }
  if (!any) return measured(now, block.map);
  Matrix m = as_eigen(now);
  for (float& x : m.reshaped()) x = hides(x) ? -INFINITY : x;
  SharedMatrix owned = share(std::move(m));
  BlockValues b = measured(view(owned), block.map);
  b.owned = std::move(owned);
  return b;
}

/// The block's matrix.
ConstView lookup(const Trace& trace, TensorId id) noexcept { return trace.tensor(id); }

}  // namespace

SheetValues sheet_values(const Sheet& sheet, const Trace& trace, std::uint64_t revision,
                         const Trace* baseline, RangeRule rule) {
  SheetValues out;
  out.revision = revision;
  out.difference = baseline != nullptr;
  out.blocks.reserve(sheet.blocks.size());
  for (const Block& block : sheet.blocks) {
    const ConstView now = lookup(trace, block.id);
    const bool fits = now.rows == block.rows && now.cols == block.cols;
    const ConstView then = baseline ? lookup(*baseline, block.id) : ConstView{};
    if (!fits)
      out.blocks.emplace_back();
    else if (then.rows == now.rows && then.cols == now.cols && !then.empty())
      out.blocks.push_back(difference(now, then));
    else
      out.blocks.push_back(shown(now, block));
  }
  if (rule == RangeRule::kFixed && !baseline) share_ranges(out, sheet);
  for (const BlockValues& b : out.blocks) out.legends.push_back(legend_text(b));
  for (const Thumbnail& t : sheet.thumbnails)
    out.thumbnails.push_back(trace.tensor({t.layer, Stage::kWeights, t.head}));
  return out;
}

void recolour(SheetValues& values, const Sheet& sheet, TensorId id, SharedMatrix colours) {
  const int i = sheet.index_of(id);
  if (i < 0 || !colours) return;
  BlockValues& b = values.blocks[static_cast<std::size_t>(i)];
  const ConstView v = view(colours);
  if (v.rows != b.numbers.rows || v.cols != b.numbers.cols) return;
  b.values = v;
  b.map = MapKind::kDiverging;
  b.range = auto_range(v, MapKind::kDiverging);
  b.owned = std::move(colours);
  const NumberStyle style = choose_style(b.range.high, Digits::kShort);
  values.legends[static_cast<std::size_t>(i)] =
      b.owned->isZero(0) ? "slope 0" : "slope ±" + std::string(format(b.range.high, style).view());
}

}  // namespace ap
