#include "ui/widgets/input_order.hpp"

namespace ap::ui {
namespace {

constexpr bool is_modifier(ImGuiKey key) noexcept {
  return (static_cast<int>(key) & ImGuiMod_Mask_) != 0 ||
         (key >= ImGuiKey_ReservedForModCtrl && key <= ImGuiKey_ReservedForModSuper) ||
         (key >= ImGuiKey_LeftCtrl && key <= ImGuiKey_RightSuper);
}

/// Events before the first change of a modifier that comes after a key was pressed.
int seen_together(const ImVector<ImGuiInputEvent>& queue) noexcept {
  bool pressed = false;
  for (int i = 0; i < queue.Size; ++i) {
    const ImGuiInputEvent& event = queue[i];
    if (event.Type != ImGuiInputEventType_Key) continue;
    if (!is_modifier(event.Key.Key))
      pressed = pressed || event.Key.Down;
    else if (pressed)
      return i;
  }
  return queue.Size;
}

}  // namespace

void InputOrder::hold(ImGuiContext& context) {
  ImVector<ImGuiInputEvent>& queue = context.InputEventsQueue;
  const int kept = seen_together(queue);
  for (int i = kept; i < queue.Size; ++i) later_.push_back(queue[i]);
  queue.resize(kept);
}

void InputOrder::give_back(ImGuiContext& context) {
  for (const ImGuiInputEvent& event : later_) context.InputEventsQueue.push_back(event);
  later_.clear();
}

}  // namespace ap::ui
