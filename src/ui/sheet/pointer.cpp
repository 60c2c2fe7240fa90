// The pointer on the sheet: press, drag, let go. What a drag means is decided once, when it has
// moved 4 px: panning, scrubbing a number, selecting, painting the mask or a target, moving a
// token.
#include <algorithm>
#include <cmath>
#include <utility>

#include "base/late.hpp"
#include "ui/sheet/edit.hpp"
#include "ui/sheet/view.hpp"
#include "ui/widgets/text_field.hpp"

namespace ap::ui {
namespace {

constexpr float kDragStart = 4;
constexpr float kFingerSlop = 12;

Point mouse() {
  const ImVec2 p = ImGui::GetIO().MousePos;
  return {p.x, p.y};
}

}  // namespace

std::optional<TokenPlace> SheetView::token_of(const Context& context, const Hit& hit) const {
  if (hit.block < 0) return std::nullopt;
  const Block& block = model_.sheet().blocks[static_cast<std::size_t>(hit.block)];
  if (hit.kind == HitKind::kRowLabel) {
    return token_at(context.document(), block.row_axis, hit.cell.row);
  }
  if (hit.kind == HitKind::kColLabel) {
    return token_at(context.document(), block.col_axis, hit.cell.col);
  }
  return std::nullopt;
}

void SheetView::hover(Context& context) {
  ViewState& v = context.view;
  const auto before = v.hover;
  const bool inside = ImGui::IsWindowHovered() && region_.contains(mouse());
  hit_.reset();
  // The window may have opened under a pointer that nobody has moved.
  if (std::exchange(opening_, false) && ImGui::IsMousePosValid()) keys_lead_ = true;
  const ImVec2 moved = ImGui::GetIO().MouseDelta;
  if (moved.x != 0 || moved.y != 0 || ImGui::IsMouseClicked(0)) keys_lead_ = false;
  if (inside && !keys_lead_) {
    hit_ = hit_sheet(model_.sheet(), v.camera, region_, mouse(), touch_ ? kFingerSlop : 0);
  }
  v.hover.reset();
  v.preview_head.reset();
  if (hit_ && hit_->kind == HitKind::kCell && !touch_) v.hover = hit_->cell;
  if (hit_ && hit_->kind == HitKind::kThumbnail && !touch_) {
    const Thumbnail& t = model_.sheet().thumbnails[static_cast<std::size_t>(hit_->thumbnail)];
    if (t.layer == v.layer) v.preview_head = t.head;
  }
  if (v.hover != before) ports_.request_frame();
  if (!hit_) return;
  switch (hit_->kind) {
    case HitKind::kCell:
      if (aims(context, hit_->cell)) {
        ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
      } else if (can_edit(context.document(), context.sheet, hit_->cell.tensor)) {
        ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
      }
      break;
    case HitKind::kRowLabel:
    case HitKind::kColLabel:
      if (token_of(context, *hit_)) ImGui::SetMouseCursor(ImGuiMouseCursor_TextInput);
      break;
    default: ImGui::SetMouseCursor(ImGuiMouseCursor_Hand); break;
  }
}

void SheetView::pointer(Context& context) {
  const ImGuiIO& io = ImGui::GetIO();
  touch_ = io.MouseSource == ImGuiMouseSource_TouchScreen;
  const bool inside = ImGui::IsWindowHovered() && region_.contains(mouse());
  if (drag_ == Drag::kNone) hover(context);
  if (inside && io.MouseClicked[0] && !(editor_.open() && ImGui::IsAnyItemHovered())) {
    press(context, io.KeyShift, io.KeyCtrl || io.KeySuper);
  }
  if (inside && io.MouseClicked[2]) {
    drag_ = Drag::kPan;
    motion_.stop();
  }
  if (inside && io.MouseClicked[1] && hit_) open_menu(*hit_);
  if (drag_ == Drag::kPressed) {
    const ImVec2 moved(io.MousePos.x - press_at_.x, io.MousePos.y - press_at_.y);
    if (std::hypot(moved.x, moved.y) >= (touch_ ? 8.F : kDragStart)) begin_drag(context, moved);
  }
  if (drag_ != Drag::kNone && drag_ != Drag::kPressed && !lifted_) drag(context);
  if (drag_ != Drag::kNone && !lifted_ && !io.MouseDown[0] && !io.MouseDown[2]) let_go(context);
}

AP_LATE void SheetView::press(Context& context, bool shift, bool ctrl) {
  ImGui::SetWindowFocus();
  press_at_ = mouse();
  hit_ =
      hit_sheet(model_.sheet(), context.view.camera, region_, press_at_, touch_ ? kFingerSlop : 0);
  pressed_ = hit_;
  press_shift_ = shift;
  press_ctrl_ = ctrl;
  // Not the third of three: what the second did may have moved something else under the pointer.
  double_ = ImGui::GetIO().MouseClickedCount[0] == 2;
  drag_ = Drag::kPressed;
  motion_.stop();
}

AP_LATE void SheetView::begin_drag(Context& context, ImVec2 moved) {
  const bool sideways = std::abs(moved.x) >= std::abs(moved.y);
  drag_ = Drag::kPan;
  gesture_ = session_.new_gesture();
  if (!pressed_) return;
  const Hit& hit = *pressed_;
  if (hit.kind == HitKind::kCell) {
    const Stage stage = hit.cell.tensor.stage;
    const bool editable = can_edit(context.document(), context.sheet, hit.cell.tensor);
    const bool brush =
        shows_mask(stage) && (context.view.mask_brush ||
                              (!touch_ && (stage == Stage::kMasked || stage == Stage::kMask)));
    if (press_shift_) {
      select(context, hit.cell, true);
      drag_ = Drag::kSelect;
    } else if (stage == Stage::kWeights && aims(context, hit.cell)) {
      drag_ = Drag::kTarget;
      begin_stroke(context, press_ctrl_);
    } else if (brush) {
      drag_ = Drag::kPaint;
      paint_hide_ = !painted_hidden(context.document(), hit.cell.row, hit.cell.col);
      painted_.reset();
      model_.hold();
    } else if (editable && sideways) {
      drag_ = Drag::kScrub;
      const BlockValues* values = model_.of(hit.cell.tensor);
      scrub_start_ = context.trace().tensor(hit.cell.tensor)(hit.cell.row, hit.cell.col);
      scrub_step_ = scrub_step(values != nullptr ? values->range : Range{});
      scrub_pixels_ = 0;
      select(context, hit.cell, false);
      model_.hold();
    } else if (!touch_) {
      select(context, hit.cell, false);
      drag_ = Drag::kSelect;
    }
  } else if (hit.kind == HitKind::kRowLabel && token_of(context, hit)) {
    if (!touch_) drag_ = Drag::kMoveToken;  // a finger lifts it by a long press
  }
}

void SheetView::scrub(Context& context) {
  const ImGuiIO& io = ImGui::GetIO();
  const CellId cell = pressed_->cell;
  // The step may change under way (Shift, Alt): pixels count by the step of their time.
  scrub_pixels_ += io.MouseDelta.x * (io.KeyShift ? 0.1F : io.KeyAlt ? 10.F : 1.F);
  const float grid = io.KeyShift ? 10.F : 1.F;
  const float value =
      scrubbed(scrub_start_, std::trunc(scrub_pixels_ * grid), scrub_step_ / grid, false, false);
  const ConstView now = context.trace().tensor(cell.tensor);
  if (now.data == nullptr || cell.row >= now.rows || cell.col >= now.cols) return;
  if (value != now(cell.row, cell.col)) {
    context.dispatch(action::SetCell{cell, value}, gesture_);
  }
  ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
}

void SheetView::paint(Context& context) {
  const auto at = hit_cell(model_.sheet(), context.view.camera, region_, mouse());
  if (!at || !shows_mask(at->tensor.stage) || at == painted_) return;
  painted_ = at;
  if (painted_hidden(context.document(), at->row, at->col) == paint_hide_) return;
  context.dispatch(action::PaintMask{at->row, at->col, 1, 1, paint_hide_}, gesture_);
}

AP_LATE void SheetView::drag(Context& context) {
  const ImGuiIO& io = ImGui::GetIO();
  ViewState& v = context.view;
  switch (drag_) {
    case Drag::kPan:
      if (io.MouseDelta.x != 0 || io.MouseDelta.y != 0) {
        v.camera = clamp(pan(v.camera, {io.MouseDelta.x, io.MouseDelta.y}), model_.sheet().bounds,
                         region_);
        v.fitted = false;
      }
      ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeAll);
      break;
    case Drag::kScrub: scrub(context); break;
    case Drag::kPaint: paint(context); break;
    case Drag::kTarget: stroke_on(context); break;
    case Drag::kSelect:
      if (const Block* b = model_.sheet().find(v.selection ? v.selection->anchor.tensor
                                                           : pressed_->cell.tensor)) {
        const Point p = to_sheet(v.camera, region_, mouse());
        CellId cell{b->id, static_cast<int>(std::floor((p.y - b->matrix.y) / b->cell_h)),
                    static_cast<int>(std::floor((p.x - b->matrix.x) / b->cell_w))};
        cell.row = std::clamp(cell.row, 0, b->rows - 1);
        cell.col = std::clamp(cell.col, 0, b->cols - 1);
        select(context, cell, true);
      }
      break;
    case Drag::kMoveToken:
      move_to_ = gap_at(context, mouse());
      ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeNS);
      break;
    default: break;
  }
}

void SheetView::end_gesture() {
  model_.release();
  session_.end_gesture();
  drag_ = Drag::kNone;
  ports_.request_frame();
}

/// Between which rows of the pressed label's block a dragged token would go: before row 0 .. rows.
int SheetView::gap_at(const Context& context, Point at) const {
  const Block& b = model_.sheet().blocks[static_cast<std::size_t>(pressed_->block)];
  const Point p = to_sheet(context.view.camera, region_, at);
  return std::clamp(static_cast<int>(std::lround((p.y - b.matrix.y) / b.cell_h)), 0, b.rows);
}

void SheetView::drop_token(Context& context) {
  const auto place = token_of(context, *pressed_);
  if (place && move_to_ >= 0) {
    const int shift = place->index - pressed_->cell.row;  // cached tokens come before
    int to = move_to_ + shift;
    if (to > place->index) --to;
    if (to != place->index) {
      context.dispatch(action::MoveToken{place->side, place->index, to});
    }
  }
  move_to_ = -1;
}

AP_LATE void SheetView::let_go(Context& context) {
  const Drag was = drag_;
  if (was == Drag::kMoveToken) drop_token(context);
  end_gesture();
  if (was != Drag::kPressed) return;
  if (double_)
    double_click(context);
  else
    click(context);
}

void SheetView::start_token_edit(Context& context, const Hit& hit) {
  const auto place = token_of(context, hit);
  if (!place) return;
  const Document& d = context.document();
  const Sentence& sentence = place->side == Side::kSource ? d.source : d.query;
  editor_.edit_token(*place, hit.cell,
                     sentence.tokens[static_cast<std::size_t>(place->index)].text);
  ports_.request_frame();
}

void SheetView::click(Context& context) {
  ViewState& v = context.view;
  if (!pressed_) {  // empty ground
    v.selection.reset();
    v.pinned.clear();
    return;
  }
  const Hit& hit = *pressed_;
  switch (hit.kind) {
    case HitKind::kCell: {
      if (aims(context, hit.cell) && !press_shift_) return click_target(context, hit.cell);
      const bool again = v.selection && *v.selection == Selection{hit.cell, hit.cell};
      const bool editable = can_edit(context.document(), context.sheet, hit.cell.tensor);
      select(context, hit.cell, press_shift_);
      if (touch_ && again && editable) start_edit(context, hit.cell);
      if (v.mask_brush && shows_mask(hit.cell.tensor.stage)) {
        const bool hide = !painted_hidden(context.document(), hit.cell.row, hit.cell.col);
        context.dispatch(action::PaintMask{hit.cell.row, hit.cell.col, 1, 1, hide});
      } else if (!press_shift_ && (!editable || press_ctrl_)) {
        if (!press_ctrl_) v.pinned.clear();
        context.pin(hit.cell);
      } else if (!press_shift_) {
        v.pinned.clear();
      }
      break;
    }
    case HitKind::kTitle: {
      const Block& b = model_.sheet().blocks[static_cast<std::size_t>(hit.block)];
      v.selection = Selection{{b.id, 0, 0}, {b.id, b.rows - 1, b.cols - 1}};
      break;
    }
    case HitKind::kRowLabel:
    case HitKind::kColLabel: start_token_edit(context, hit); break;
    case HitKind::kThumbnail: {
      const Thumbnail& t = model_.sheet().thumbnails[static_cast<std::size_t>(hit.thumbnail)];
      v.layer = t.layer;
      v.head = t.head;
      v.preview_head.reset();
      v.isolate_head = false;
      break;
    }
    case HitKind::kGhost:
      if (v.folded.erase(hit.ghost) == 0) {
        if (const auto on = switch_on(hit.ghost)) context.dispatch(*on);
      }
      break;
    case HitKind::kCaption:
      show_step(v, v.step == hit.step ? std::nullopt : std::optional(hit.step));
      break;
    case HitKind::kLegend:
      v.range = v.range == RangeRule::kAuto ? RangeRule::kFixed : RangeRule::kAuto;
      break;
  }
}

void SheetView::double_click(Context& context) {
  ViewState& v = context.view;
  if (!pressed_) {
    fit(v);
    return;
  }
  const Hit& hit = *pressed_;
  if (hit.kind == HitKind::kCell) {
    start_edit(context, hit.cell);
  } else if (hit.kind == HitKind::kTitle) {
    const Block& b = model_.sheet().blocks[static_cast<std::size_t>(hit.block)];
    v.fitted = false;
    move_to(v, ap::fit(b.frame.grown(12), region_, 24, 4));
  } else if (hit.kind == HitKind::kThumbnail) {
    v.isolate_head = !v.isolate_head;
  } else {
    click(context);
  }
}

}  // namespace ap::ui
