// Pixels, and PNG bytes of them. sRGB, straight alpha, rows from the top. No reading: the program
// shows pictures, it does not take them in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "view/paint/colour.hpp"

namespace ap {

/// Pictures of more pixels are refused.
inline constexpr std::int64_t kMostPixels = 128 * 1024 * 1024;

struct Image {
  int width = 0;
  int height = 0;
  std::vector<Rgba> pixels;

  Image() = default;
  Image(int w, int h, Rgba fill)
      : width(w),
        height(h),
        pixels(static_cast<std::size_t>(w) * static_cast<std::size_t>(h), fill) {}

  [[nodiscard]] Rgba& at(int x, int y) noexcept { return pixels[index(x, y)]; }
  [[nodiscard]] const Rgba& at(int x, int y) const noexcept { return pixels[index(x, y)]; }

 private:
  [[nodiscard]] std::size_t index(int x, int y) const noexcept {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
           static_cast<std::size_t>(x);
  }
};

/// The bytes of a PNG file. kShape for an empty picture.
[[nodiscard]] Result<std::string> write_png(const Image& image);

/// For data: URLs.
[[nodiscard]] std::string base64(std::string_view bytes);

}  // namespace ap
