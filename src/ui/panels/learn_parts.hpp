// Parts of the training panel: the loss over the steps with real axes, and a bar whose length is a
// share to be painted.
#pragma once

#include <span>
#include <string>

#include "ui/widgets/context.hpp"

namespace ap::ui {

/// Point i is the loss at step i · stride.
void draw_loss_curve(Context& context, std::span<const float> history, int stride);

struct ShareBar {
  float share = 0;
  bool began = false;
  bool changed = false;
  bool ended = false;
};
/// `share` of 0..1 as a bar to drag, in steps of 0.01; a tick at `now`.
[[nodiscard]] ShareBar share_bar(Context& context, std::string_view label, float share, float now);

/// "W_Q".
[[nodiscard]] std::string stage_label(Stage stage);

/// Colours parameters by the slope of the loss.
void show_gradient_toggle(Context& context);

}  // namespace ap::ui
