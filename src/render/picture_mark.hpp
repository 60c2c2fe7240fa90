// PictureMark: a number for what a picture is made of. Where what was drawn stays on the screen, a
// frame with the mark of the last one need not be drawn: moving the pointer over plain paper costs
// the GPU nothing.
#pragma once

#include <cstddef>
#include <cstdint>

struct ImDrawData;

namespace ap::render {

/// What the data of an ImDrawCmd's callback begins with: a mark of what it will draw.
struct CallbackMark {
  std::uint64_t mark = 0;
};

class PictureMark {
 public:
  void add(const void* bytes, std::size_t size) noexcept;
  template <typename Plain>
  void add(const Plain& value) noexcept {
    add(&value, sizeof value);
  }
  /// Shapes, texts, and the marks of callbacks; of textures the names alone (see make_picture).
  void add(const ImDrawData& data) noexcept;
  [[nodiscard]] std::uint64_t value() const noexcept { return state_; }

 private:
  std::uint64_t state_ = 0x9E3779B97F4A7C15;
};

}  // namespace ap::render
