// What should be learned, on the sheet itself: targets painted over weights and words given to rows
// of the output while the target brush is on, and locks on single cells. The rule is in
// target_brush.hpp.
#include "playground/document/targets.hpp"

#include <algorithm>
#include <cmath>

#include "base/late.hpp"
#include "ui/sheet/view.hpp"

namespace ap::ui {

bool SheetView::aims(const Context& context, const CellId& cell) const {
  if (!context.view.target_brush) return false;
  const int last = static_cast<int>(context.trace().layers.size()) - 1;
  return cell.tensor.stage == Stage::kWeights ||
         (cell.tensor.stage == Stage::kOutput && cell.tensor.layer == last);
}

AP_LATE void SheetView::switch_target_brush(Context& context) {
  ViewState& v = context.view;
  v.target_brush = !v.target_brush;
  v.mask_brush = v.mask_brush && !v.target_brush;
  v.pinned.clear();
  if (v.target_brush)
    context.say(
        "Targets: drag over weights to paint them, click a row of the output to name a word");
  else
    context.say("Targets: done painting");
}

AP_LATE void SheetView::begin_stroke(Context& context, bool erase) {
  stroke_.begin(erase);
  stroke_at_ = press_at_;
  select(context, pressed_->cell, false);
  context.view.pinned.clear();
  model_.hold();
}

/// From where the hand was to where it is: a fast one leaves no gaps.
AP_LATE void SheetView::stroke_on(Context& context) {
  const TensorId id = pressed_->cell.tensor;
  const Block* block = model_.sheet().find(id);
  if (block == nullptr) return;
  const ImVec2 p = ImGui::GetIO().MousePos;
  const Point to{p.x, p.y};
  const Point way = to - stroke_at_;
  const float half =
      std::max(1.F, std::min(block->cell_w, block->cell_h) * context.view.camera.zoom / 2);
  const int count = 1 + static_cast<int>(std::hypot(way.x, way.y) / half);
  for (int i = 0; i <= count; ++i) {
    const Point at = stroke_at_ + way * (static_cast<float>(i) / static_cast<float>(count));
    const auto cell = hit_cell(model_.sheet(), context.view.camera, region_, at);
    if (!cell || !(cell->tensor == id)) continue;
    if (const auto action = stroke_.touch(context.document(), context.trace(), *cell)) {
      context.dispatch(*action, gesture_, *cell);
    } else if (hidden_key(context.trace(), *cell)) {
      context.say("The mask hides this word from this row");
    }
  }
  stroke_at_ = to;
}

/// One click is the shortest stroke; on the output it asks for a word.
AP_LATE void SheetView::click_target(Context& context, const CellId& cell) {
  select(context, cell, false);
  context.view.pinned.clear();
  if (cell.tensor.stage == Stage::kOutput) return start_target_edit(context, cell, {});
  stroke_.begin(press_ctrl_);
  if (const auto action = stroke_.touch(context.document(), context.trace(), cell)) {
    context.dispatch(*action, 0, cell);
  } else if (hidden_key(context.trace(), cell)) {
    context.say("The mask hides this word from this row");
  }
}

AP_LATE void SheetView::start_target_edit(Context& context, const CellId& cell,
                                          std::string_view typed) {
  const Document& d = context.document();
  select(context, cell, false);
  if (cell.tensor.stage == Stage::kOutput) {
    const Target* target = find_target(d, cell.tensor, cell.row);
    editor_.edit_word(cell, target != nullptr ? target->word : std::string());
  } else {
    const Matrix shares = painted_shares(d, cell);
    const float now = context.trace().tensor(cell.tensor)(cell.row, cell.col);
    editor_.edit_share(cell, shares.size() > 0 ? shares(0, cell.col) : now, typed);
  }
  ports_.request_frame();
}

/// Delete on weights: the selected cells' shares go; on the output its words.
AP_LATE void SheetView::clear_targets_in_selection(Context& context) {
  const Selection s = *context.view.selection;
  const std::uint64_t gesture = session_.new_gesture();
  const CellId at = s.corner();
  stroke_.begin(true);
  for (int i = at.row; i < at.row + s.rows(); ++i) {
    if (at.tensor.stage == Stage::kOutput &&
        find_target(context.document(), at.tensor, i) != nullptr) {
      context.dispatch(clear_target(context.document(), at.tensor, i), gesture);
    }
    for (int j = at.col; at.tensor.stage == Stage::kWeights && j < at.col + s.cols(); ++j) {
      const auto action = stroke_.touch(context.document(), context.trace(), {at.tensor, i, j});
      if (action) context.dispatch(*action, gesture);
    }
  }
  session_.end_gesture();
}

/// All selected cells are locked: unlocks them; else locks them.
AP_LATE void SheetView::lock_selection(Context& context) {
  const Selection s = *context.view.selection;
  const CellId at = s.corner();
  if (!cell_exists(context.document(), at)) {
    return context.say("Only what can be learned can be locked: X, a W, a bias or a gain");
  }
  const bool locked = selection_locked(context);
  if (context.dispatch(action::LockCells{at, s.rows(), s.cols(), !locked}, 0, at)) {
    context.say(locked ? "Unlocked: they learn again"
                       : "Locked: learning leaves these cells as they are");
  }
}

AP_LATE bool SheetView::selection_locked(const Context& context) const {
  const Selection& s = *context.view.selection;
  const CellId at = s.corner();
  for (int i = 0; i < s.rows(); ++i) {
    for (int j = 0; j < s.cols(); ++j) {
      if (!is_locked_cell(context.document(), {at.tensor, at.row + i, at.col + j})) return false;
    }
  }
  return true;
}

/// Shown while painting, and beside the panel that lists them.
AP_LATE void SheetView::mark_targets(const Context& context, SheetStyle& style) {
  marks_ = target_marks(context.document(), context.view.layer, context.head(), shares_);
  style.targets = marks_;
}

}  // namespace ap::ui
