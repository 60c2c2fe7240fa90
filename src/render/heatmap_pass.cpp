#include "render/heatmap_pass.hpp"

#include <cmath>
#include <imgui.h>
#include <vector>

#include "base/assets.hpp"
#include "view/paint/colour.hpp"

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

using Vec4 = std::array<float, 4>;
constexpr int kItemSize = 9;  // of u_item in shaders/heatmap.*

Vec4 colour(Rgba c) noexcept {
  return {static_cast<float>(c.r) / 255.0F, static_cast<float>(c.g) / 255.0F,
          static_cast<float>(c.b) / 255.0F, 1};
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

/// Numbers by id and revision.
std::uint64_t mark_of(const HeatmapItem& item) noexcept {
  PictureMark mark;
  mark.add(item.rect);
  mark.add(item.clip);
  mark.add(
      std::array{item.style.range.low, item.style.range.high, item.style.dim, item.style.px_scale});
  mark.add(item.style.map);
  mark.add(item.style.mode);
  mark.add(item.id);
  mark.add(item.revision);
  return mark.value();
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
      Program::begin("shaders/heatmap", text("shaders/heatmap.vert"), text("shaders/heatmap.frag"));
  if (!program) return std::unexpected(program.error());
  program_ = std::move(*program);
  item_at_ = kUnasked;
  colours_ = make_colours();
  glGenVertexArrays(1, &vertex_array_);
  return {};
}

bool HeatmapPass::use_program() {
  if (program_.id() == 0) return false;
  if (item_at_ == kUnasked) {
    if (const Result<void> done = program_.finish(); !done) {
      problem_ = done.error();
      program_ = {};
      return false;
    }
    item_at_ = program_.uniform("u_item");
    glUseProgram(program_.id());
    glUniform1i(program_.uniform("u_cells"), 0);
    glUniform1i(program_.uniform("u_colours"), 1);
  }
  glUseProgram(program_.id());
  return true;
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
  queued_.push_back({{mark_of(kept)}, this, kept});
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
  HeatmapPass& pass = *queued->pass;
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
                            int framebuffer_height) {
  const auto width = static_cast<float>(framebuffer_width);
  const auto height = static_cast<float>(framebuffer_height);
  const Rect clip = rounded_out(intersect(item.clip, {0, 0, width, height}));
  const Rect quad = intersect(rounded_out(item.rect), clip);
  const HeatmapPlan plan = plan_heatmap(item.rect, held.rows, held.cols, item.style);
  if (quad.empty() || plan.level > static_cast<int>(held.levels.size())) return false;
  if (!use_program()) return false;
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
  const auto whole = [](int n) { return static_cast<float>(n); };
  const std::array<Vec4, kItemSize> all = {{
      {quad.x, quad.y, quad.right(), quad.bottom()},
      {width, height, map_row(style), style.dim},
      {whole(level.cols), whole(level.rows), whole(level.first_row), whole(plan.level)},
      {item.rect.x, item.rect.y, plan.blocks_per_px_x, plan.blocks_per_px_y},
      {plan.extent_x, plan.extent_y, plan.half_gap_x, plan.half_gap_y},
      {style.range.low, style.range.high, plan.hatch_period, plan.hatch_strength},
      colour(masked_colour(style.mode)),
      colour(masked_hatch(style.mode)),
      colour(nan_colour(style.mode)),
  }};
  glUniform4fv(item_at_, kItemSize, all.front().data());
}

}  // namespace ap::render
