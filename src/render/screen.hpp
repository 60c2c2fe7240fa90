// The whole framebuffer, and small pictures of text: what the frame around the passes needs of
// OpenGL.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "view/paint/colour.hpp"

namespace ap::render {

/// Viewport and colour of a new frame.
void clear_screen(int pixel_width, int pixel_height, Rgba colour);

/// The framebuffer as opaque RGBA, top row first: for screenshots of the window.
[[nodiscard]] std::vector<unsigned char> read_screen(int pixel_width, int pixel_height);

/// A texture of straight-alpha RGBA; 0 if it cannot be made. An ImTextureID when cast to a pointer.
[[nodiscard]] std::uint32_t make_picture(int width, int height,
                                         std::span<const unsigned char> rgba);
void free_picture(std::uint32_t texture);
/// So far: a new one may have the name of one that was freed.
[[nodiscard]] std::uint64_t pictures_made() noexcept;

}  // namespace ap::render
