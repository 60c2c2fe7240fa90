// A hidden window with a GL 3.3 context for tests: the display there is (Xvfb), else SDL's
// offscreen driver. Tests skip, saying so, where neither gives a context.
#pragma once

#include <SDL.h>

#include "render/gl.hpp"
#include "view/paint/image.hpp"

namespace ap::test {

enum class Profile { kCore33, kEs3 };  // the window's context, and what WebGL 2 is made of

class GlWindow {
 public:
  explicit GlWindow(Profile profile = Profile::kCore33) {
    if (!open(nullptr, profile)) open("offscreen", profile);
  }
  GlWindow(const GlWindow&) = delete;
  GlWindow& operator=(const GlWindow&) = delete;
  ~GlWindow() { close(); }

  [[nodiscard]] bool ok() const { return context_ != nullptr; }
  [[nodiscard]] SDL_Window* window() const { return window_; }
  [[nodiscard]] SDL_GLContext context() const { return context_; }

 private:
  bool open(const char* driver, Profile profile) {
    if (driver != nullptr) SDL_SetHint(SDL_HINT_VIDEODRIVER, driver);
    if (SDL_Init(SDL_INIT_VIDEO) != 0) return false;
    const bool es = profile == Profile::kEs3;
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_PROFILE_MASK,
                        es ? SDL_GL_CONTEXT_PROFILE_ES : SDL_GL_CONTEXT_PROFILE_CORE);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MAJOR_VERSION, 3);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MINOR_VERSION, es ? 0 : 3);
    window_ = SDL_CreateWindow("", 0, 0, 64, 64, SDL_WINDOW_OPENGL | SDL_WINDOW_HIDDEN);
    if (window_ != nullptr) context_ = SDL_GL_CreateContext(window_);
    if (context_ == nullptr) close();
    return ok();
  }
  void close() {
    if (context_ != nullptr) SDL_GL_DeleteContext(context_);
    if (window_ != nullptr) SDL_DestroyWindow(window_);
    context_ = nullptr;
    window_ = nullptr;
    SDL_Quit();
  }

  SDL_Window* window_ = nullptr;
  SDL_GLContext context_ = nullptr;
};

/// An RGBA8 framebuffer, bound while it lives.
class Target {
 public:
  Target(int w, int h, Rgba ground) : width_(w), height_(h) {
    glGenTextures(1, &texture_);
    glBindTexture(GL_TEXTURE_2D, texture_);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, w, h, 0, GL_RGBA, GL_UNSIGNED_BYTE, nullptr);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    glGenFramebuffers(1, &framebuffer_);
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_);
    glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture_, 0);
    glViewport(0, 0, w, h);
    glDisable(GL_SCISSOR_TEST);
    const auto part = [](std::uint8_t b) { return static_cast<float>(b) / 255.0F; };
    glClearColor(part(ground.r), part(ground.g), part(ground.b), 1);
    glClear(GL_COLOR_BUFFER_BIT);
    glEnable(GL_BLEND);
    glBlendFuncSeparate(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA, GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
  }
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;
  ~Target() {
    glBindFramebuffer(GL_FRAMEBUFFER, 0);
    glDeleteFramebuffers(1, &framebuffer_);
    glDeleteTextures(1, &texture_);
  }

  /// Rows from the top, as ours are.
  [[nodiscard]] Image read() const {
    Image up(width_, height_, {});
    glPixelStorei(GL_PACK_ALIGNMENT, 4);
    glReadPixels(0, 0, width_, height_, GL_RGBA, GL_UNSIGNED_BYTE, up.pixels.data());
    Image image(width_, height_, {});
    for (int y = 0; y < height_; ++y)
      for (int x = 0; x < width_; ++x) image.at(x, y) = up.at(x, height_ - 1 - y);
    return image;
  }

 private:
  int width_;
  int height_;
  GLuint texture_ = 0;
  GLuint framebuffer_ = 0;
};

}  // namespace ap::test
