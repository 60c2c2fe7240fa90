// playground.debug's C side, not part of the contract: where things of the sheet are on the canvas,
// so that tests can use the real mouse and finger on them, and what the view looks at.
#include "app/window/debug.hpp"

#include <emscripten.h>

namespace {

using namespace ap;

enum class Part { kCell, kTitle, kRowLabel, kColLabel, kGhost, kThumbnail, kCaption, kLegend };

Rect in_block(const Block& b, Part part, int row, int col) {
  switch (part) {
    case Part::kTitle: return b.header;
    case Part::kLegend: return b.legend;
    case Part::kRowLabel: return {b.row_gutter.x, b.cell(row, 0).y, b.row_gutter.w, b.cell_h};
    case Part::kColLabel: return {b.cell(0, col).x, b.col_gutter.y, b.cell_w, b.col_gutter.h};
    default: return {};
  }
}

Rect rect_of(const Sheet& sheet, Part part, TensorId id, int row, int col) {
  if (part == Part::kCell) return cell_rect(sheet, {id, row, col});
  if (part == Part::kGhost) {
    for (const Ghost& g : sheet.ghosts) {
      if (g.stage == id.stage) return g.rect;
    }
  } else if (part == Part::kThumbnail) {
    for (const Thumbnail& t : sheet.thumbnails) {
      if (t.layer == id.layer && t.head == id.head) return t.rect;
    }
  } else if (part == Part::kCaption) {
    for (const Caption& c : sheet.captions) {
      if (static_cast<int>(c.step) == row) return c.rect;
    }
  } else if (const Block* b = sheet.find(id)) {
    return in_block(*b, part, row, col);
  }
  return {};
}

}  // namespace

extern "C" {

/// x, y, w, h in points of the canvas; all 0: not on the sheet. Valid until the next call.
EMSCRIPTEN_KEEPALIVE const float* ap_debug_rect(int part, const char* stage, int row, int col,
                                                int layer, int head) {
  static float out[4];
  out[0] = out[1] = out[2] = out[3] = 0;
  ui::App* app = app::shown_app();
  const auto found = stage_from(stage);
  if (app == nullptr || !found) return out;
  const ui::SheetView& sheet = app->sheet();
  const Rect r =
      rect_of(sheet.model().sheet(), static_cast<Part>(part), {layer, *found, head}, row, col);
  if (r.empty()) return out;
  const Rect at = to_screen(app->view().camera, sheet.region(), r);
  out[0] = at.x;
  out[1] = at.y;
  out[2] = at.w;
  out[3] = at.h;
  return out;
}

/// layer, head, panel, pinned cards, step (-1: none), zoom, selected rows and columns, hovered,
/// help, difference, sensitivity, camera x and y, editing, theme. Valid until the next call.
EMSCRIPTEN_KEEPALIVE const float* ap_debug_view() {
  static float out[16];
  ui::App* app = app::shown_app();
  if (app == nullptr) return out;
  const ui::ViewState& v = app->view();
  int i = 0;
  const auto set = [&i](auto value) { out[i++] = static_cast<float>(value); };
  set(v.layer);
  set(v.head);
  set(static_cast<int>(v.panel));
  set(v.pinned.size());
  set(v.step ? static_cast<int>(*v.step) : -1);
  set(v.camera.zoom);
  set(v.selection ? v.selection->rows() : 0);
  set(v.selection ? v.selection->cols() : 0);
  set(v.hover ? 1 : 0);
  set(v.help ? 1 : 0);
  set(v.difference ? 1 : 0);
  set(v.sensitivity ? 1 : 0);
  set(v.camera.x);
  set(v.camera.y);
  set(app->sheet().editing() ? 1 : 0);
  set(static_cast<int>(v.theme));
  return out;
}
}
