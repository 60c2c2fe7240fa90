#include "render/program.hpp"

#include <array>
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

Result<GLuint> compile(GLenum kind, std::string_view source, const std::string& where) {
  if (source.empty()) return fail(ErrorCode::kNotFound, "the shader is not there", where);
  const GLuint shader = glCreateShader(kind);
  const std::string_view top = header();
  const std::array<const char*, 2> parts = {top.data(), source.data()};
  const std::array<GLint, 2> lengths = {static_cast<GLint>(top.size()),
                                        static_cast<GLint>(source.size())};
  glShaderSource(shader, 2, parts.data(), lengths.data());
  glCompileShader(shader);
  GLint ok = GL_FALSE;
  glGetShaderiv(shader, GL_COMPILE_STATUS, &ok);
  if (ok == GL_TRUE) return shader;
  std::string text = log_of(shader, false);
  glDeleteShader(shader);
  return fail(ErrorCode::kUnsupported, "the graphics driver refuses a shader: " + text, where);
}

}  // namespace

Result<Program> Program::make(std::string_view name, std::string_view vertex,
                              std::string_view fragment) {
  const std::string base(name);
  const Result<GLuint> v = compile(GL_VERTEX_SHADER, vertex, base + ".vert");
  if (!v) return std::unexpected(v.error());
  const Result<GLuint> f = compile(GL_FRAGMENT_SHADER, fragment, base + ".frag");
  if (!f) {
    glDeleteShader(*v);
    return std::unexpected(f.error());
  }
  Program program(glCreateProgram());
  glAttachShader(program.id_, *v);
  glAttachShader(program.id_, *f);
  glLinkProgram(program.id_);
  glDeleteShader(*v);
  glDeleteShader(*f);
  GLint ok = GL_FALSE;
  glGetProgramiv(program.id_, GL_LINK_STATUS, &ok);
  if (ok != GL_TRUE) {
    return fail(ErrorCode::kUnsupported,
                "the graphics driver does not link a shader: " + log_of(program.id_, true), base);
  }
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
