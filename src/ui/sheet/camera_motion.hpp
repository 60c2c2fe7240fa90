// CameraMotion: short eased moves of the sheet's camera. With reduced motion it jumps.
#pragma once

#include "view/sheet/camera.hpp"

namespace ap::ui {

class CameraMotion {
 public:
  void go(const Camera& from, const Camera& to, double now, bool jump) noexcept {
    from_ = from;
    to_ = to;
    start_ = now;
    moving_ = !jump && !(from == to);
    arrived_ = !moving_;
  }
  void stop() noexcept { moving_ = false; }
  /// Where it will have come to; `camera` itself when nothing moves.
  [[nodiscard]] Camera goal(const Camera& camera) const noexcept {
    return moving_ || arrived_ ? to_ : camera;
  }
  [[nodiscard]] bool moving() const noexcept { return moving_; }

  /// The camera at this time; `camera` itself when nothing moves.
  [[nodiscard]] Camera at(const Camera& camera, const Rect& viewport, double now) noexcept {
    if (!moving_) {
      if (!arrived_) return camera;
      arrived_ = false;
      return to_;
    }
    const auto t = static_cast<float>((now - start_) / kSeconds);
    if (t >= 1) {
      moving_ = false;
      return to_;
    }
    return lerp(from_, to_, viewport, ease(t));
  }

 private:
  static constexpr double kSeconds = 0.24;
  Camera from_;
  Camera to_;
  double start_ = 0;
  bool moving_ = false;
  bool arrived_ = false;  // a jump, not yet taken
};

}  // namespace ap::ui
