// A linked shader program. Sources carry no #version: the one that the current context speaks is
// put before them ("#version 300 es" with highp, or "#version 330 core").
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "render/gl.hpp"

namespace ap::render {

class Program {
 public:
  /// The driver compiles and links while the caller goes on. Attributes get their places in order.
  /// kNotFound without a source; `name` says which.
  [[nodiscard]] static Result<Program> begin(std::string_view name, std::string_view vertex,
                                             std::string_view fragment,
                                             std::span<const char* const> attributes = {});
  /// Waits until it is linked, the first time. kUnsupported with the driver's own text if it is
  /// not.
  [[nodiscard]] Result<void> finish();
  Program() = default;
  Program(Program&& other) noexcept;
  Program& operator=(Program&& other) noexcept;
  ~Program();

  [[nodiscard]] GLuint id() const noexcept { return id_; }
  [[nodiscard]] GLint uniform(const char* name) const noexcept {
    return glGetUniformLocation(id_, name);
  }
  /// The context is gone, and the program with it: nothing to delete.
  void forget() noexcept {
    id_ = 0;
    shaders_ = {};
  }

 private:
  void drop_shaders() noexcept;

  GLuint id_ = 0;
  std::array<GLuint, 2> shaders_{};  // vertex, fragment; 0 once finished
  std::string name_;
};

}  // namespace ap::render
