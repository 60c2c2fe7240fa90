#include "view/sheet/hit.hpp"

#include <algorithm>
#include <cmath>

namespace ap {
namespace {

CellId cell_at(const Block& b, Point sheet) noexcept {
  const int row = static_cast<int>(std::floor((sheet.y - b.matrix.y) / b.cell_h));
  const int col = static_cast<int>(std::floor((sheet.x - b.matrix.x) / b.cell_w));
  return {b.id, std::clamp(row, 0, b.rows - 1), std::clamp(col, 0, b.cols - 1)};
}

/// How far outside, per axis; 0 inside.
float outside(const Rect& r, Point p) noexcept {
  if (r.empty()) return 1e9F;
  const float dx = std::max({r.x - p.x, p.x - r.right(), 0.F});
  const float dy = std::max({r.y - p.y, p.y - r.bottom(), 0.F});
  return std::max(dx, dy);
}

class Nearest {
 public:
  Nearest(Point at, float slop) : at_(at), best_(slop) {}

  /// Takes it if it is nearer than what was found; true if so. Inside wins at once.
  bool offer(const Rect& r) noexcept {
    const float d = outside(r, at_);
    if (d > best_ || (found_ && d >= best_)) return false;
    best_ = d;
    found_ = true;
    return true;
  }

 private:
  Point at_;
  float best_;
  bool found_ = false;
};

void offer_block(const Block& b, int index, Point at, Nearest& nearest, std::optional<Hit>& hit) {
  const auto take = [&](HitKind kind, CellId cell) {
    Hit h;
    h.kind = kind;
    h.block = index;
    h.cell = cell;
    h.step = b.step;
    hit = h;
  };
  const CellId cell = cell_at(b, at);
  if (nearest.offer(b.matrix)) take(HitKind::kCell, cell);
  if (nearest.offer(b.header)) take(HitKind::kTitle, {b.id, 0, 0});
  if (nearest.offer(b.row_gutter)) take(HitKind::kRowLabel, {b.id, cell.row, 0});
  if (nearest.offer(b.col_gutter)) take(HitKind::kColLabel, {b.id, 0, cell.col});
  if (nearest.offer(b.legend)) take(HitKind::kLegend, {b.id, 0, 0});
}

int wrapped(int i, int n) noexcept { return (i % n + n) % n; }

CellId moved_to(const Block& b, CellId from) noexcept {
  return {b.id, std::clamp(from.row, 0, b.rows - 1), std::clamp(from.col, 0, b.cols - 1)};
}

}  // namespace

std::optional<Hit> hit_sheet(const Sheet& sheet, const Camera& camera, const Rect& viewport,
                             Point screen, float slop) {
  if (!viewport.contains(screen)) return std::nullopt;
  const Point at = to_sheet(camera, viewport, screen);
  Nearest nearest(at, slop / camera.zoom);
  std::optional<Hit> hit;
  for (std::size_t i = 0; i < sheet.blocks.size(); ++i)
    offer_block(sheet.blocks[i], static_cast<int>(i), at, nearest, hit);
  for (std::size_t i = 0; i < sheet.thumbnails.size(); ++i) {
    if (!nearest.offer(sheet.thumbnails[i].rect)) continue;
    hit = Hit{};
    hit->kind = HitKind::kThumbnail;
    hit->thumbnail = static_cast<int>(i);
  }
  for (const Ghost& ghost : sheet.ghosts) {
    if (!nearest.offer(ghost.rect)) continue;
    hit = Hit{};
    hit->kind = HitKind::kGhost;
    hit->ghost = ghost.stage;
  }
  for (const Caption& caption : sheet.captions) {
    if (!nearest.offer(caption.rect)) continue;
    hit = Hit{};
    hit->kind = HitKind::kCaption;
    hit->step = caption.step;
  }
  return hit;
}

std::optional<CellId> hit_cell(const Sheet& sheet, const Camera& camera, const Rect& viewport,
                               Point screen, float slop) {
  if (!viewport.contains(screen)) return std::nullopt;
  const Point at = to_sheet(camera, viewport, screen);
  Nearest nearest(at, slop / camera.zoom);
  std::optional<CellId> cell;
  for (const Block& b : sheet.blocks)
    if (nearest.offer(b.matrix)) cell = cell_at(b, at);
  return cell;
}

CellId next_cell(const Sheet& sheet, CellId from, Arrow arrow, int by) noexcept {
  const Block* b = sheet.find(from.tensor);
  if (!b) return from;
  CellId to = from;
  switch (arrow) {
    case Arrow::kLeft: to.col -= by; break;
    case Arrow::kRight: to.col += by; break;
    case Arrow::kUp: to.row -= by; break;
    case Arrow::kDown: to.row += by; break;
  }
  return moved_to(*b, to);
}

CellId next_block(const Sheet& sheet, CellId from, bool backward) noexcept {
  const int n = static_cast<int>(sheet.blocks.size());
  if (n == 0) return from;
  const int at = sheet.index_of(from.tensor);
  const int to = at < 0 ? 0 : wrapped(at + (backward ? -1 : 1), n);
  return moved_to(sheet.blocks[static_cast<std::size_t>(to)], from);
}

CellId next_editable(const Sheet& sheet, CellId from, bool backward) noexcept {
  const int n = static_cast<int>(sheet.blocks.size());
  const int at = sheet.index_of(from.tensor);
  for (int k = 1; k <= n; ++k) {
    const Block& b = sheet.blocks[static_cast<std::size_t>(wrapped(at + (backward ? -k : k), n))];
    if (b.editable) return moved_to(b, from);
  }
  return from;
}

Rect cell_rect(const Sheet& sheet, CellId cell) noexcept {
  const Block* b = sheet.find(cell.tensor);
  if (!b || cell.row < 0 || cell.col < 0 || cell.row >= b->rows || cell.col >= b->cols) return {};
  return b->cell(cell.row, cell.col);
}

}  // namespace ap
