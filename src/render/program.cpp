#include "render/program.hpp"

#include <array>
#include <optional>
#include <string>
#include <utility>

namespace ap::render {
namespace {

bool is_es() noexcept {
  if constexpr (kWebGl) return true;  // in a page each question waits for another process
  const GLubyte* version = glGetString(GL_VERSION);
  return version != nullptr &&
         std::string_view(reinterpret_cast<const char*>(version)).starts_with("OpenGL ES");
}

std::string_view header() noexcept {
  // Samplers too: lowp, their default, would be free to round float textures.
  return is_es() ? "#version 300 es\nprecision highp float;\nprecision highp int;\nprecision highp "
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

/// A shader that may turn out to be refused: asking would wait for the driver, and both shaders of
/// a program can be compiled at once. 0: there is no source.
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

Result<Program> Program::begin(std::string_view name, std::string_view vertex,
                               std::string_view fragment, std::span<const char* const> attributes) {
  Program program;
  program.name_ = name;
  program.shaders_ = {compile(GL_VERTEX_SHADER, vertex), compile(GL_FRAGMENT_SHADER, fragment)};
  const auto [v, f] = program.shaders_;
  if (v == 0 || f == 0) {
    return fail(ErrorCode::kNotFound, "the shader is not there",
                program.name_ + (v == 0 ? ".vert" : ".frag"));
  }
  program.id_ = glCreateProgram();
  glAttachShader(program.id_, v);
  glAttachShader(program.id_, f);
  GLuint place = 0;
  for (const char* attribute : attributes) glBindAttribLocation(program.id_, place++, attribute);
  glLinkProgram(program.id_);
  return program;
}

Result<void> Program::finish() {
  const auto [v, f] = shaders_;
  if (id_ == 0 || v == 0) return {};
  GLint ok = GL_FALSE;
  glGetProgramiv(id_, GL_LINK_STATUS, &ok);
  std::optional<Error> problem;
  if (ok != GL_TRUE) problem = problem_of(id_, v, f, name_);
  drop_shaders();
  if (problem) return std::unexpected(std::move(*problem));
  return {};
}

void Program::drop_shaders() noexcept {
  for (GLuint& shader : shaders_) {
    if (shader != 0) glDeleteShader(std::exchange(shader, 0));
  }
}

Program::Program(Program&& other) noexcept
    : id_(std::exchange(other.id_, 0)),
      shaders_(std::exchange(other.shaders_, {})),
      name_(std::move(other.name_)) {}
Program& Program::operator=(Program&& other) noexcept {
  std::swap(id_, other.id_);
  std::swap(shaders_, other.shaders_);
  std::swap(name_, other.name_);
  return *this;
}
Program::~Program() {
  drop_shaders();
  if (id_ != 0) glDeleteProgram(id_);
}

}  // namespace ap::render
