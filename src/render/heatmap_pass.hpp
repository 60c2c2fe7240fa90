// Draws a matrix as coloured cells: one draw call, one quad, whatever its size (shaders/heatmap.*).
// The rule and the colours are those of view/paint/heatmap.hpp. Inside ImGui a matrix is queued
// into a draw list and drawn at its place in the list. Not here: labels, numbers, outlines.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "render/picture_mark.hpp"
#include "render/program.hpp"
#include "render/texture_cache.hpp"
#include "view/paint/geometry.hpp"
#include "view/paint/heatmap.hpp"

struct ImDrawCmd;
struct ImDrawList;

namespace ap::render {

/// Lengths are ImGui's units when queued, framebuffer pixels when drawn directly; y down.
struct HeatmapItem {
  Rect rect;  // the whole matrix
  Rect clip;  // what may be touched
  ConstView values;
  HeatmapStyle style;    // px_scale is set by queue()
  std::uint64_t id = 0;  // same id and revision: same numbers, no upload; 0: uploaded each time
  std::uint64_t revision = 0;
};

class HeatmapPass {
 public:
  /// Needs a current context. kNotFound without the embedded shaders; see take_problem().
  [[nodiscard]] static Result<std::unique_ptr<HeatmapPass>> make();
  ~HeatmapPass();
  HeatmapPass(const HeatmapPass&) = delete;
  HeatmapPass& operator=(const HeatmapPass&) = delete;

  /// Once a frame, before the first queue().
  void begin_frame();
  /// Uploads now (the numbers are not needed afterwards), draws when ImGui renders the list, and
  /// has ImGui set up its own state again. False: outside the clip, empty, or larger than the
  /// driver's textures.
  bool queue(ImDrawList* list, const HeatmapItem& item);
  /// Into the bound framebuffer of this size, at once. Leaves its program, textures and scissor
  /// bound.
  bool draw(const HeatmapItem& item, int framebuffer_width, int framebuffer_height);

  /// Tells of a change inside rows x cols at (row, col): only that is sent. See
  /// TextureCache::update.
  void changed(std::uint64_t id, std::uint64_t before, std::uint64_t after, ConstView values,
               int row, int col, int rows, int cols) {
    textures_.update(id, before, after, values, row, col, rows, cols);
  }

  /// webglcontextlost: forgets every GL object without touching GL. Until restore(), queue() draws
  /// nothing.
  void lost() noexcept;
  /// webglcontextrestored: makes them again; matrices come back as they are queued.
  [[nodiscard]] Result<void> restore();

  /// kUnsupported with the driver's text when it turned out to refuse the shaders; told once.
  [[nodiscard]] std::optional<Error> take_problem() noexcept {
    return std::exchange(problem_, std::nullopt);
  }

  [[nodiscard]] const TextureCache& textures() const noexcept { return textures_; }

 private:
  struct Queued : CallbackMark {
    HeatmapPass* pass;
    HeatmapItem item;
  };
  static constexpr GLint kUnasked = -2;
  HeatmapPass() = default;
  static void callback(const ImDrawList* list, const ImDrawCmd* command);
  /// Gives an item without an id one; false when the driver cannot hold it.
  bool upload(HeatmapItem& item, Rect device_rect);
  /// item.values are not read here: they may be gone.
  bool draw_held(const HeatmapItem& item, const CellTexture& texture, int width, int height);
  /// Waits for the driver before the first draw only, so that the page goes on meanwhile.
  bool use_program();
  void set_uniforms(const HeatmapItem& item, const HeatmapPlan& plan, const CellTexture& texture,
                    Rect quad, float width, float height) const;

  Program program_;
  GLint item_at_ = kUnasked;  // u_item
  std::optional<Error> problem_;
  GLuint colours_ = 0;
  GLuint vertex_array_ = 0;
  TextureCache textures_;
  std::deque<Queued> queued_;  // ImGui holds pointers to these until it has rendered
  std::uint64_t unnamed_ = 0;  // items without an id in this frame
};

}  // namespace ap::render
