// A linked shader program. Sources carry no #version: the one that the current context speaks is
// put before them ("#version 300 es" with highp, or "#version 330 core").
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "render/gl.hpp"

namespace ap::render {

class Program {
 public:
  /// kUnsupported with the driver's own text when it does not compile or link; `name` says which.
  [[nodiscard]] static Result<Program> make(std::string_view name, std::string_view vertex,
                                            std::string_view fragment);
  Program() = default;
  Program(Program&& other) noexcept;
  Program& operator=(Program&& other) noexcept;
  ~Program();

  [[nodiscard]] GLuint id() const noexcept { return id_; }
  [[nodiscard]] GLint uniform(const char* name) const noexcept {
    return glGetUniformLocation(id_, name);
  }
  /// The context is gone, and the program with it: nothing to delete.
  void forget() noexcept { id_ = 0; }

 private:
  explicit Program(GLuint id) noexcept : id_(id) {}
  GLuint id_ = 0;
};

}  // namespace ap::render
