// FlowMotion: for a moment, numbers are seen to travel along the flow lines: into the stage that a
// step shows, or on from what was changed. Never with reduced motion, and then still again.
#pragma once

#include <vector>

#include "view/sheet/draw.hpp"

namespace ap::ui {

class FlowMotion {
 public:
  /// Along the lines that end in blocks of this step, once the camera has arrived.
  void into(const Sheet& sheet, Step step, double now);
  /// On from these blocks, line after line, to the end of the figure.
  void from(const Sheet& sheet, const std::vector<int>& blocks, double now);
  void stop() noexcept { waves_.clear(); }

  [[nodiscard]] bool moving() const noexcept { return !waves_.empty(); }
  /// Where the pulses are at this time.
  [[nodiscard]] const std::vector<FlowPulse>& at(double now);

 private:
  struct Wave {
    int flow;
    double start;
  };
  std::vector<Wave> waves_;
  std::vector<FlowPulse> pulses_;
};

}  // namespace ap::ui
