// Draws what Dear ImGui lists. Its stock OpenGL backend leaves the context as it found it, and so
// asks for some twenty values of its state in every frame; in a browser each such question waits
// until the GPU process has drawn all that came before. This context is ours alone: nothing is
// asked.
#pragma once

#include <memory>

#include "base/error.hpp"
#include "render/program.hpp"

struct ImDrawCmd;
struct ImDrawData;
struct ImDrawList;

namespace ap::render {

class UiPass {
 public:
  /// Needs a current OpenGL context and a current ImGui context, whose backend flags it sets.
  /// kNotFound without the embedded shaders.
  [[nodiscard]] static Result<std::unique_ptr<UiPass>> make();
  ~UiPass();
  UiPass(const UiPass&) = delete;
  UiPass& operator=(const UiPass&) = delete;

  /// ImGui's atlas as it is now becomes the texture of its text.
  void atlas();
  /// Into the bound framebuffer. Leaves blending and the scissor on, its program and buffers bound.
  void draw(const ImDrawData& data);
  /// Waits for the driver: kUnsupported with its own text if it refused the shaders.
  [[nodiscard]] Result<void> check() { return program_.finish(); }

  /// webglcontextlost: forgets every GL object without touching GL; draw() draws nothing.
  void lost() noexcept;
  /// webglcontextrestored: makes them again, the atlas too.
  [[nodiscard]] Result<void> restore();

 private:
  UiPass() = default;
  void bind(const ImDrawData& data) const;
  void draw_list(const ImDrawList& list, const ImDrawData& data);
  void draw_command(const ImDrawCmd& command, const ImDrawData& data, unsigned& first_vertex) const;

  Program program_;
  GLuint atlas_ = 0;
  GLuint vertex_array_ = 0;
  GLuint vertices_ = 0;
  GLuint indices_ = 0;
};

}  // namespace ap::render
