// Matrices on the GPU, by id and revision: R32F cells, and (only when they are drawn small) an
// RG32F pyramid of means. The least recently drawn go when the budget is passed. Only texelFetch
// reads them, so WebGL 2 needs no extension for filtering floats.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "render/gl.hpp"
#include "tensor/matrix.hpp"
#include "view/paint/heatmap.hpp"

namespace ap::render {

struct CellTexture {
  GLuint cells = 0;
  GLuint pyramid = 0;
  std::uint64_t revision = 0;
  std::uint64_t pyramid_revision = 0;
  std::uint64_t last_frame = 0;
  int rows = 0;
  int cols = 0;
  std::vector<Pyramid::Level> levels;
  [[nodiscard]] std::size_t bytes() const noexcept;
};

class TextureCache {
 public:
  static constexpr std::size_t kBudget = std::size_t{192} * 1024 * 1024;

  TextureCache() = default;
  TextureCache(const TextureCache&) = delete;
  TextureCache& operator=(const TextureCache&) = delete;
  ~TextureCache() { clear(); }

  /// Uploads what is missing or out of date. Null when a side is larger than the driver takes.
  [[nodiscard]] const CellTexture* get(std::uint64_t id, std::uint64_t revision, ConstView values,
                                       bool pyramid);
  /// What is held, as it is; null for an unknown id.
  [[nodiscard]] const CellTexture* find(std::uint64_t id) const noexcept {
    const auto found = textures_.find(id);
    return found == textures_.end() ? nullptr : &found->second;
  }
  /// `values` differ from revision `before` in this block only. Nothing happens when `before` is
  /// not what is held.
  void update(std::uint64_t id, std::uint64_t before, std::uint64_t after, ConstView values,
              int row, int col, int rows, int cols);
  /// Counts frames; frees what is over the budget and was not drawn in the last frame.
  void begin_frame();
  void clear();
  /// The context is gone, and the textures with it.
  void forget() noexcept;
  [[nodiscard]] std::size_t bytes() const noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return textures_.size(); }
  /// Bytes sent to the GPU so far: what tests of partial uploads read.
  [[nodiscard]] std::size_t uploaded() const noexcept { return uploaded_; }

 private:
  void upload_cells(CellTexture& t, ConstView values);
  void upload_pyramid(CellTexture& t, ConstView values);

  std::unordered_map<std::uint64_t, CellTexture> textures_;
  std::uint64_t frame_ = 1;
  std::size_t uploaded_ = 0;
  GLint largest_ = 0;
};

}  // namespace ap::render
