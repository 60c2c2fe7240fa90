#include "render/ui_pass.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <imgui.h>
#include <string_view>

#include "base/assets.hpp"

namespace ap::render {
namespace {

enum Attribute : GLuint { kPosition, kPlace, kColour, kView };
constexpr std::array<const char*, 4> kAttributes = {"a_position", "a_place", "a_colour", "a_view"};

std::string_view text(std::string_view name) {
  const auto bytes = asset(name);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

const void* at(std::size_t bytes) noexcept { return reinterpret_cast<const void*>(bytes); }

/// Corners count from `first` of the bound buffer: indices are 16 bits wide, lists may be longer.
void point_at(unsigned first) {
  constexpr GLsizei kStride = sizeof(ImDrawVert);
  const std::size_t start = std::size_t{first} * sizeof(ImDrawVert);
  glVertexAttribPointer(kPosition, 2, GL_FLOAT, GL_FALSE, kStride,
                        at(start + offsetof(ImDrawVert, pos)));
  glVertexAttribPointer(kPlace, 2, GL_FLOAT, GL_FALSE, kStride,
                        at(start + offsetof(ImDrawVert, uv)));
  glVertexAttribPointer(kColour, 4, GL_UNSIGNED_BYTE, GL_TRUE, kStride,
                        at(start + offsetof(ImDrawVert, col)));
}

ImTextureID name_of(GLuint texture) noexcept {
  return reinterpret_cast<ImTextureID>(
      static_cast<std::uintptr_t>(texture));  // NOLINT: ImGui's own way
}
GLuint texture_of(ImTextureID name) noexcept {
  return static_cast<GLuint>(reinterpret_cast<std::uintptr_t>(name));
}

}  // namespace

Result<std::unique_ptr<UiPass>> UiPass::make() {
  std::unique_ptr<UiPass> pass(new UiPass);
  const Result<void> begun = pass->restore();
  if (!begun) return std::unexpected(begun.error());
  ImGuiIO& io = ImGui::GetIO();
  io.BackendRendererName = "attention-playground";
  io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
  return pass;
}

UiPass::~UiPass() {
  const std::array<GLuint, 2> buffers = {vertices_, indices_};
  if (vertices_ != 0) glDeleteBuffers(2, buffers.data());
  if (vertex_array_ != 0) glDeleteVertexArrays(1, &vertex_array_);
  if (atlas_ != 0) glDeleteTextures(1, &atlas_);
}

Result<void> UiPass::restore() {
  Result<Program> program =
      Program::begin("shaders/ui", text("shaders/ui.vert"), text("shaders/ui.frag"), kAttributes);
  if (!program) return std::unexpected(program.error());
  program_ = std::move(*program);
  glGenVertexArrays(1, &vertex_array_);
  std::array<GLuint, 2> buffers{};
  glGenBuffers(2, buffers.data());
  vertices_ = buffers[0];
  indices_ = buffers[1];
  glBindVertexArray(vertex_array_);
  glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, indices_);
  for (const GLuint used : {kPosition, kPlace, kColour}) glEnableVertexAttribArray(used);
  if (ImGui::GetIO().Fonts->IsBuilt()) atlas();
  return {};
}

void UiPass::lost() noexcept {
  program_.forget();
  atlas_ = vertex_array_ = vertices_ = indices_ = 0;
}

void UiPass::atlas() {
  if (program_.id() == 0) return;  // restore() makes it
  ImFontAtlas& fonts = *ImGui::GetIO().Fonts;
  unsigned char* pixels = nullptr;
  int width = 0;
  int height = 0;
  fonts.GetTexDataAsRGBA32(&pixels, &width, &height);
  if (atlas_ == 0) glGenTextures(1, &atlas_);
  glActiveTexture(GL_TEXTURE0);
  glBindTexture(GL_TEXTURE_2D, atlas_);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
  glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
  glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
  fonts.SetTexID(name_of(atlas_));
}

void UiPass::draw(const ImDrawData& data) {
  if (program_.id() == 0) return;
  bind(data);
  for (const ImDrawList* list : data.CmdLists) draw_list(*list, data);
}

void UiPass::bind(const ImDrawData& data) const {
  const ImVec2 scale{2.0F / data.DisplaySize.x, -2.0F / data.DisplaySize.y};
  glEnable(GL_BLEND);
  glBlendEquation(GL_FUNC_ADD);
  glBlendFuncSeparate(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA, GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
  glEnable(GL_SCISSOR_TEST);
  glUseProgram(program_.id());
  glBindVertexArray(vertex_array_);
  glBindBuffer(GL_ARRAY_BUFFER, vertices_);
  // A constant attribute: a uniform's place would have to be asked for.
  glVertexAttrib4f(kView, scale.x, scale.y, -1.0F - data.DisplayPos.x * scale.x,
                   1.0F - data.DisplayPos.y * scale.y);
  glActiveTexture(GL_TEXTURE0);
}

void UiPass::draw_list(const ImDrawList& list, const ImDrawData& data) {
  glBufferData(GL_ARRAY_BUFFER, list.VtxBuffer.size_in_bytes(), list.VtxBuffer.Data,
               GL_STREAM_DRAW);
  glBufferData(GL_ELEMENT_ARRAY_BUFFER, list.IdxBuffer.size_in_bytes(), list.IdxBuffer.Data,
               GL_STREAM_DRAW);
  unsigned first_vertex = 0;
  point_at(first_vertex);
  for (const ImDrawCmd& command : list.CmdBuffer) {
    if (command.UserCallback == ImDrawCallback_ResetRenderState) {
      bind(data);
    } else if (command.UserCallback != nullptr) {
      command.UserCallback(&list, &command);
    } else {
      draw_command(command, data, first_vertex);
    }
  }
}

void UiPass::draw_command(const ImDrawCmd& command, const ImDrawData& data,
                          unsigned& first_vertex) const {
  const ImVec2 scale = data.FramebufferScale;
  const float left = (command.ClipRect.x - data.DisplayPos.x) * scale.x;
  const float top = (command.ClipRect.y - data.DisplayPos.y) * scale.y;
  const float right = (command.ClipRect.z - data.DisplayPos.x) * scale.x;
  const float bottom = (command.ClipRect.w - data.DisplayPos.y) * scale.y;
  if (right <= left || bottom <= top || command.ElemCount == 0) return;
  const float height = data.DisplaySize.y * scale.y;
  glScissor(static_cast<GLint>(left), static_cast<GLint>(height - bottom),
            static_cast<GLsizei>(right - left), static_cast<GLsizei>(bottom - top));
  glBindTexture(GL_TEXTURE_2D, texture_of(command.GetTexID()));
  if (command.VtxOffset != first_vertex) point_at(first_vertex = command.VtxOffset);
  constexpr GLenum kIndex = sizeof(ImDrawIdx) == 2 ? GL_UNSIGNED_SHORT : GL_UNSIGNED_INT;
  glDrawElements(GL_TRIANGLES, static_cast<GLsizei>(command.ElemCount), kIndex,
                 at(std::size_t{command.IdxOffset} * sizeof(ImDrawIdx)));
}

}  // namespace ap::render
