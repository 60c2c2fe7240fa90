#include "render/screen.hpp"

#include <algorithm>

#include "render/gl.hpp"

namespace ap::render {
namespace {

std::uint64_t made = 0;

}  // namespace

void clear_screen(int pixel_width, int pixel_height, Rgba colour) {
  constexpr float kByte = 1.0F / 255.0F;
  glDisable(GL_SCISSOR_TEST);
  glViewport(0, 0, pixel_width, pixel_height);
  glClearColor(static_cast<float>(colour.r) * kByte, static_cast<float>(colour.g) * kByte,
               static_cast<float>(colour.b) * kByte, 1.0F);
  glClear(GL_COLOR_BUFFER_BIT);
}

std::vector<unsigned char> read_screen(int pixel_width, int pixel_height) {
  const auto width = static_cast<std::size_t>(pixel_width) * 4;
  const auto height = static_cast<std::size_t>(pixel_height);
  std::vector<unsigned char> rows(width * height);
  glPixelStorei(GL_PACK_ALIGNMENT, 4);
  glReadPixels(0, 0, pixel_width, pixel_height, GL_RGBA, GL_UNSIGNED_BYTE, rows.data());
  std::vector<unsigned char> turned(rows.size());
  for (std::size_t y = 0; y < height; ++y) {
    std::copy_n(rows.data() + y * width, width, turned.data() + (height - 1 - y) * width);
  }
  for (std::size_t i = 3; i < turned.size(); i += 4) turned[i] = 255;
  return turned;
}

std::uint32_t make_picture(int width, int height, std::span<const unsigned char> rgba) {
  if (width <= 0 || height <= 0 ||
      rgba.size() != static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 4) {
    return 0;
  }
  ++made;
  GLuint texture = 0;
  glGenTextures(1, &texture);
  glBindTexture(GL_TEXTURE_2D, texture);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
  glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
  glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE,
               rgba.data());
  glBindTexture(GL_TEXTURE_2D, 0);  // whoever draws binds his own
  return texture;
}

std::uint64_t pictures_made() noexcept { return made; }

void free_picture(std::uint32_t texture) {
  const GLuint name = texture;
  if (name != 0) glDeleteTextures(1, &name);
}

}  // namespace ap::render
