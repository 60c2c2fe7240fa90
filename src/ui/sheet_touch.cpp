// Wheel, trackpad and two fingers on the sheet. A wheel pans, as in drawing programs; with Ctrl (or
// a trackpad's pinch, which browsers report so) it zooms at the pointer.
#include <cmath>

#include "ui/sheet_view.hpp"

namespace ap::ui {
namespace {

constexpr float kNotch = 56;          // points a notch pans
constexpr float kZoomPerNotch = 0.18F;  // e-folds

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
  if (!g.long_press || !region_.contains(Point{g.press_x, g.press_y})) return;
  const auto hit = hit_sheet(model_.sheet(), v.camera, region_, {g.press_x, g.press_y}, 12);
  drag_ = Drag::kNone;
  if (!hit) return;
  if (hit->kind == HitKind::kCell) {
    select(context, hit->cell, false);
    v.pinned.clear();
    context.pin(hit->cell);
  } else {
    open_menu(*hit);
  }
}

}  // namespace ap::ui
