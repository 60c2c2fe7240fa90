#include "render/program.hpp"

#include <array>
#include <optional>
#include <string>
#include <utility>

namespace ap::render {
namespace {

std::string_view header() noexcept {
  const GLubyte* version = glGetString(GL_VERSION);
  const bool es = version != nullptr &&
                  std::string_view(reinterpret_cast<const char*>(version)).starts_with("OpenGL ES");
  // Samplers too: lowp, their default, would be free to round float textures.
  return es ? "#version 300 es\nprecision highp float;\nprecision highp int;\nprecision highp "
              "sampler2D;\n"
            : "#version 330 core\n";
}

std::string log_of(GLuint object, bool program) {
  std::array<char, 2048> text{};
  GLsizei length = 0;
  if (program) {
    glGetProgramInfoLog(object, static_cast<GLsizei>(text.size()), &length, text.data());
  } else {
    glGetShaderInfoLog(object, static_cast<GLsizei>(text.size()), &length, text.data());
  }
  return {text.data(), static_cast<std::size_t>(length)};
}

/// A shader that may turn out to be refused: asking would wait for the driver, and both shaders of a
/// program can be compiled at once. 0: there is no source.
GLuint compile(GLenum kind, std::string_view source) {
  if (source.empty()) return 0;
  const GLuint shader = glCreateShader(kind);
  const std::string_view top = header();
  const std::array<const char*, 2> parts = {top.data(), source.data()};
  const std::array<GLint, 2> lengths = {static_cast<GLint>(top.size()),
                                        static_cast<GLint>(source.size())};
  glShaderSource(shader, 2, parts.data(), lengths.data());
  glCompileShader(shader);
  return shader;
}

/// Why a program could not be linked: the first of its shaders that was refused, else the program.
Error problem_of(GLuint program, GLuint vertex, GLuint fragment, const std::string& name) {
  for (const auto& [shader, end] : {std::pair{vertex, ".vert"}, std::pair{fragment, ".frag"}}) {
    GLint ok = GL_FALSE;
    glGetShaderiv(shader, GL_COMPILE_STATUS, &ok);
    if (ok == GL_TRUE) continue;
    return {ErrorCode::kUnsupported,
            "the graphics driver refuses a shader: " + log_of(shader, false), name + end};
  }
  return {ErrorCode::kUnsupported,
          "the graphics driver does not link a shader: " + log_of(program, true), name};
}

}  // namespace

Result<Program> Program::make(std::string_view name, std::string_view vertex,
                              std::string_view fragment) {
  const std::string base(name);
  const GLuint v = compile(GL_VERTEX_SHADER, vertex);
  const GLuint f = compile(GL_FRAGMENT_SHADER, fragment);
  if (v == 0 || f == 0) {
    glDeleteShader(v);
    glDeleteShader(f);
    return fail(ErrorCode::kNotFound, "the shader is not there", base + (v == 0 ? ".vert" : ".frag"));
  }
  Program program(glCreateProgram());
  glAttachShader(program.id_, v);
  glAttachShader(program.id_, f);
  glLinkProgram(program.id_);
  GLint ok = GL_FALSE;
  glGetProgramiv(program.id_, GL_LINK_STATUS, &ok);
  std::optional<Error> problem;
  if (ok != GL_TRUE) problem = problem_of(program.id_, v, f, base);
  glDeleteShader(v);
  glDeleteShader(f);
  if (problem) return std::unexpected(std::move(*problem));
  return program;
}

Program::Program(Program&& other) noexcept : id_(std::exchange(other.id_, 0)) {}
Program& Program::operator=(Program&& other) noexcept {
  std::swap(id_, other.id_);
  return *this;
}
Program::~Program() {
  if (id_ != 0) glDeleteProgram(id_);
}

}  // namespace ap::render
