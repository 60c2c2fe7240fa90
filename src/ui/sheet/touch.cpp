// Wheel, trackpad and two fingers on the sheet. A wheel pans, as in drawing programs; with Ctrl (or
// a trackpad's pinch, which browsers report so) it zooms at the pointer.
#include <cmath>

#include "base/late.hpp"
#include "ui/sheet/view.hpp"

namespace ap::ui {
namespace {

constexpr float kNotch = 56;            // points a notch pans
constexpr float kZoomPerNotch = 0.18F;  // e-folds
constexpr float kSlop = 12;             // points that a finger's mark is wide of what it means

}  // namespace

void SheetView::wheel(Context& context) {
  const ImGuiIO& io = ImGui::GetIO();
  if (!ImGui::IsWindowHovered() || (io.MouseWheel == 0 && io.MouseWheelH == 0)) return;
  ViewState& v = context.view;
  if (io.KeyCtrl || io.KeySuper) {
    zoom(v, std::exp(io.MouseWheel * kZoomPerNotch), Point{io.MousePos.x, io.MousePos.y});
    return;
  }
  const bool turned = io.KeyShift && io.MouseWheelH == 0;
  const Point by{(turned ? io.MouseWheel : io.MouseWheelH) * kNotch,
                 (turned ? 0 : io.MouseWheel) * kNotch};
  motion_.stop();
  v.camera = clamp(pan(v.camera, by), model_.sheet().bounds, region_);
  v.fitted = false;
}

void SheetView::gestures(Context& context) {
  const platform::Gestures g = ports_.take_gestures();
  ViewState& v = context.view;
  if (g.pinching && region_.contains(Point{g.centre_x, g.centre_y})) {
    if (drag_ == Drag::kScrub) session_.undo();  // the first finger was part of the pinch
    if (drag_ != Drag::kNone) end_gesture();
    motion_.stop();
    const Camera moved = pan(v.camera, {g.pan_x, g.pan_y});
    v.camera = clamp(zoom_at(moved, region_, {g.centre_x, g.centre_y}, g.scale),
                     model_.sheet().bounds, region_);
    v.fitted = false;
  }
  const Point finger{g.press_x, g.press_y};
  if (g.long_press && region_.contains(finger)) long_press(context, finger);
  if (lifted_) follow_finger(context, finger, g.holding);
}

/// A cell's card, a token in hand, or the menu of what else it is.
AP_LATE void SheetView::long_press(Context& context, Point at) {
  const auto hit = hit_sheet(model_.sheet(), context.view.camera, region_, at, kSlop);
  drag_ = Drag::kNone;
  if (!hit) return;
  if (hit->kind == HitKind::kCell) {
    select(context, hit->cell, false);
    context.view.pinned.clear();
    context.pin(hit->cell);
  } else if (hit->kind == HitKind::kRowLabel && token_of(context, *hit)) {
    pressed_ = hit;
    press_at_ = at;
    drag_ = Drag::kMoveToken;
    lifted_ = true;
    move_to_ = -1;
  } else {
    open_menu(*hit);
  }
}

/// A token in hand goes where the finger lets go; if it never moved, its menu opens.
AP_LATE void SheetView::follow_finger(Context& context, Point at, bool down) {
  const bool inside = region_.contains(at);
  if (move_to_ >= 0 || std::hypot(at.x - press_at_.x, at.y - press_at_.y) > kSlop) {
    move_to_ = inside ? gap_at(context, at) : -1;
    press_at_ = {-1e6F, -1e6F};  // it has moved, wherever it goes now
  }
  if (down) return;
  lifted_ = false;
  if (press_at_.x > -1e5F)
    open_menu(*pressed_);
  else
    drop_token(context);
  end_gesture();
}

}  // namespace ap::ui
