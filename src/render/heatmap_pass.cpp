#include "render/heatmap_pass.hpp"

#include <cmath>
#include <imgui.h>
#include <vector>

#include "base/assets.hpp"
#include "view/colour.hpp"

namespace ap::render {
namespace {

/// Ids of matrices without one: from here up, reused each frame.
constexpr std::uint64_t kUnnamed = std::uint64_t{1} << 63U;

std::string_view text(std::string_view name) {
  const auto bytes = asset(name);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Rect scaled(Rect r, Point origin, float sx, float sy) noexcept {
  return {(r.x - origin.x) * sx, (r.y - origin.y) * sy, r.w * sx, r.h * sy};
}

/// Out to whole pixels.
Rect rounded_out(Rect r) noexcept {
  const float x = std::floor(r.x);
  const float y = std::floor(r.y);
  return {x, y, std::ceil(r.right()) - x, std::ceil(r.bottom()) - y};
}

void set_colour(GLint at, Rgba c) {
  glUniform3f(at, static_cast<float>(c.r) / 255.0F, static_cast<float>(c.g) / 255.0F,
              static_cast<float>(c.b) / 255.0F);
}

GLuint make_colours() {
  std::vector<Rgba> rows;
  for (const MapKind kind : {MapKind::kDiverging, MapKind::kSequential}) {
    for (const Mode mode : {Mode::kLight, Mode::kDark}) {
      const ColourTable& table = colour_table(kind, mode);
      rows.insert(rows.end(), table.begin(), table.end());
    }
  }
  GLuint name = 0;
  glGenTextures(1, &name);
  glActiveTexture(GL_TEXTURE0);
  glBindTexture(GL_TEXTURE_2D, name);
  glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
  glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, kMapSize, 4, 0, GL_RGBA, GL_UNSIGNED_BYTE, rows.data());
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
  return name;
}

float map_row(const HeatmapStyle& s) noexcept {
  return (s.map == MapKind::kSequential ? 2.0F : 0.0F) + (s.mode == Mode::kDark ? 1.0F : 0.0F);
}

}  // namespace

Result<std::unique_ptr<HeatmapPass>> HeatmapPass::make() {
  std::unique_ptr<HeatmapPass> pass(new HeatmapPass);
  const Result<void> ready = pass->restore();
  if (!ready) return std::unexpected(ready.error());
  return pass;
}

HeatmapPass::~HeatmapPass() {
  if (colours_ != 0) glDeleteTextures(1, &colours_);
  if (vertex_array_ != 0) glDeleteVertexArrays(1, &vertex_array_);
}

Result<void> HeatmapPass::restore() {
  Result<Program> program =
      Program::make("shaders/heatmap", text("shaders/heatmap.vert"), text("shaders/heatmap.frag"));
  if (!program) return std::unexpected(program.error());
  program_ = std::move(*program);
  const auto at = [this](const char* name) { return program_.uniform(name); };
  at_ = {at("u_quad"),   at("u_viewport"),      at("u_blocks"), at("u_map_row"),
         at("u_origin"), at("u_blocks_per_px"), at("u_extent"), at("u_half_gap"),
         at("u_range"),  at("u_hatch"),         at("u_dim"),    at("u_masked"),
         at("u_stripe"), at("u_nan"),           at("u_cells"),  at("u_colours")};
  colours_ = make_colours();
  glGenVertexArrays(1, &vertex_array_);
  return {};
}

void HeatmapPass::lost() noexcept {
  program_.forget();
  textures_.forget();
  queued_.clear();
  colours_ = 0;
  vertex_array_ = 0;
}

void HeatmapPass::begin_frame() {
  queued_.clear();
  unnamed_ = 0;
  if (program_.id() != 0) textures_.begin_frame();
}

bool HeatmapPass::queue(ImDrawList* list, const HeatmapItem& item) {
  if (program_.id() == 0 || item.values.empty() || item.rect.empty()) return false;
  const ImVec2 scale = ImGui::GetIO().DisplayFramebufferScale;
  const ImVec2 low = list->GetClipRectMin();
  const ImVec2 high = list->GetClipRectMax();
  HeatmapItem kept = item;
  kept.clip = intersect(item.clip, {low.x, low.y, high.x - low.x, high.y - low.y});
  if (intersect(kept.clip, item.rect).empty()) return false;
  kept.style.px_scale = scale.x;
  if (!upload(kept, scaled(item.rect, {}, scale.x, scale.y))) return false;
  queued_.push_back({this, kept});
  list->AddCallback(&HeatmapPass::callback, &queued_.back());
  list->AddCallback(ImDrawCallback_ResetRenderState, nullptr);
  return true;
}

bool HeatmapPass::upload(HeatmapItem& item, Rect device_rect) {
  if (item.id == 0) {
    item.id = kUnnamed + unnamed_++;
    item.revision = textures_.uploaded() + 1;  // one that no earlier upload has
  }
  const HeatmapPlan plan =
      plan_heatmap(device_rect, item.values.rows, item.values.cols, item.style);
  return textures_.get(item.id, item.revision, item.values, plan.level > 0) != nullptr;
}

void HeatmapPass::callback(const ImDrawList*, const ImDrawCmd* command) {
  const auto* queued = static_cast<const Queued*>(command->UserCallbackData);
  const HeatmapPass& pass = *queued->pass;
  const ImDrawData* data = ImGui::GetDrawData();
  const CellTexture* held = pass.textures_.find(queued->item.id);
  if (data == nullptr || held == nullptr || pass.program_.id() == 0) return;
  const Point origin{data->DisplayPos.x, data->DisplayPos.y};
  const float sx = data->FramebufferScale.x;
  const float sy = data->FramebufferScale.y;
  HeatmapItem item = queued->item;
  item.rect = scaled(item.rect, origin, sx, sy);
  item.clip = scaled(item.clip, origin, sx, sy);
  pass.draw_held(item, *held, static_cast<int>(data->DisplaySize.x * sx),
                 static_cast<int>(data->DisplaySize.y * sy));
}

bool HeatmapPass::draw(const HeatmapItem& item, int framebuffer_width, int framebuffer_height) {
  if (program_.id() == 0 || item.values.empty() || item.rect.empty()) return false;
  HeatmapItem named = item;
  if (!upload(named, item.rect)) return false;
  return draw_held(named, *textures_.find(named.id), framebuffer_width, framebuffer_height);
}

bool HeatmapPass::draw_held(const HeatmapItem& item, const CellTexture& held, int framebuffer_width,
                            int framebuffer_height) const {
  const auto width = static_cast<float>(framebuffer_width);
  const auto height = static_cast<float>(framebuffer_height);
  const Rect clip = rounded_out(intersect(item.clip, {0, 0, width, height}));
  const Rect quad = intersect(rounded_out(item.rect), clip);
  const HeatmapPlan plan = plan_heatmap(item.rect, held.rows, held.cols, item.style);
  if (quad.empty() || plan.level > static_cast<int>(held.levels.size())) return false;
  glUseProgram(program_.id());
  set_uniforms(item, plan, held, quad, width, height);
  glActiveTexture(GL_TEXTURE1);
  glBindTexture(GL_TEXTURE_2D, colours_);
  glActiveTexture(GL_TEXTURE0);
  glBindTexture(GL_TEXTURE_2D, plan.level > 0 ? held.pyramid : held.cells);
  glBindVertexArray(vertex_array_);
  glDisable(GL_SCISSOR_TEST);  // the quad is the clip
  glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
  return true;
}

void HeatmapPass::set_uniforms(const HeatmapItem& item, const HeatmapPlan& plan,
                               const CellTexture& t, Rect quad, float width, float height) const {
  const HeatmapStyle& style = item.style;
  Pyramid::Level level{0, t.rows, t.cols};
  if (plan.level > 0) level = t.levels[static_cast<std::size_t>(plan.level - 1)];
  glUniform1i(at_.cells, 0);
  glUniform1i(at_.colours, 1);
  glUniform4f(at_.quad, quad.x, quad.y, quad.right(), quad.bottom());
  glUniform2f(at_.viewport, width, height);
  glUniform4i(at_.blocks, level.cols, level.rows, level.first_row, plan.level);
  glUniform1f(at_.map_row, map_row(style));
  glUniform2f(at_.origin, item.rect.x, item.rect.y);
  glUniform2f(at_.blocks_per_px, plan.blocks_per_px_x, plan.blocks_per_px_y);
  glUniform2f(at_.extent, plan.extent_x, plan.extent_y);
  glUniform2f(at_.half_gap, plan.half_gap_x, plan.half_gap_y);
  glUniform2f(at_.range, style.range.low, style.range.high);
  glUniform2f(at_.hatch, plan.hatch_period, plan.hatch_strength);
  glUniform1f(at_.dim, style.dim);
  set_colour(at_.masked, masked_colour(style.mode));
  set_colour(at_.stripe, masked_hatch(style.mode));
  set_colour(at_.nan, nan_colour(style.mode));
}

}  // namespace ap::render
