#include "render/texture_cache.hpp"

#include <algorithm>

namespace ap::render {
namespace {

std::size_t area(int a, int b) noexcept {
  return static_cast<std::size_t>(a) * static_cast<std::size_t>(b);
}

/// Bound to unit 0, unfiltered; made if `name` is 0.
void bind(GLuint& name) {
  const bool fresh = name == 0;
  if (fresh) glGenTextures(1, &name);
  glActiveTexture(GL_TEXTURE0);
  glBindTexture(GL_TEXTURE_2D, name);
  if (!fresh) return;
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
}

/// Rows of a view may be longer than it is wide; put back to 0 for others.
class RowLength {
 public:
  explicit RowLength(int stride) {
    glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
    glPixelStorei(GL_UNPACK_ROW_LENGTH, stride);
  }
  RowLength(const RowLength&) = delete;
  RowLength& operator=(const RowLength&) = delete;
  ~RowLength() { glPixelStorei(GL_UNPACK_ROW_LENGTH, 0); }
};

void free(CellTexture& t) {
  if (t.cells != 0) glDeleteTextures(1, &t.cells);
  if (t.pyramid != 0) glDeleteTextures(1, &t.pyramid);
}

}  // namespace

std::size_t CellTexture::bytes() const noexcept {
  const std::size_t cell_bytes = area(rows, cols) * sizeof(float);
  if (levels.empty()) return cell_bytes;
  return cell_bytes + area((cols + 1) / 2, levels.back().first_row + 1) * sizeof(BlockMean);
}

const CellTexture* TextureCache::get(std::uint64_t id, std::uint64_t revision, ConstView values,
                                     bool pyramid) {
  if (largest_ == 0) glGetIntegerv(GL_MAX_TEXTURE_SIZE, &largest_);
  if (values.empty() || values.rows > largest_ || values.cols > largest_) return nullptr;
  CellTexture& t = textures_[id];
  t.last_frame = frame_;
  const bool same_shape = t.rows == values.rows && t.cols == values.cols;
  if (t.cells == 0 || !same_shape || t.revision != revision) {
    t.revision = revision;
    upload_cells(t, values);
    t.pyramid_revision = revision + 1;  // out of date
  }
  if (pyramid && (t.pyramid == 0 || t.pyramid_revision != revision)) {
    upload_pyramid(t, values);
    t.pyramid_revision = revision;
  }
  return &t;
}

void TextureCache::upload_cells(CellTexture& t, ConstView values) {
  bind(t.cells);
  const RowLength rows(values.stride);
  if (t.rows == values.rows && t.cols == values.cols) {
    glTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, values.cols, values.rows, GL_RED, GL_FLOAT,
                    values.data);
  } else {
    glTexImage2D(GL_TEXTURE_2D, 0, GL_R32F, values.cols, values.rows, 0, GL_RED, GL_FLOAT,
                 values.data);
    t.rows = values.rows;
    t.cols = values.cols;
    t.levels.clear();
  }
  uploaded_ += area(values.rows, values.cols) * sizeof(float);
}

void TextureCache::upload_pyramid(CellTexture& t, ConstView values) {
  const Pyramid p = make_pyramid(values);
  if (p.levels.empty() || p.height > largest_) return;
  bind(t.pyramid);
  const RowLength rows(p.width);
  glTexImage2D(GL_TEXTURE_2D, 0, GL_RG32F, p.width, p.height, 0, GL_RG, GL_FLOAT, p.blocks.data());
  t.levels = p.levels;
  uploaded_ += area(p.width, p.height) * sizeof(BlockMean);
}

void TextureCache::update(std::uint64_t id, std::uint64_t before, std::uint64_t after,
                          ConstView values, int row, int col, int rows, int cols) {
  const auto found = textures_.find(id);
  if (found == textures_.end()) return;
  CellTexture& t = found->second;
  if (t.revision != before || t.rows != values.rows || t.cols != values.cols) return;
  if (row < 0 || col < 0 || rows <= 0 || cols <= 0 || row + rows > t.rows || col + cols > t.cols)
    return;
  bind(t.cells);
  const RowLength row_length(values.stride);
  glTexSubImage2D(GL_TEXTURE_2D, 0, col, row, cols, rows, GL_RED, GL_FLOAT, values.row(row) + col);
  uploaded_ += area(rows, cols) * sizeof(float);
  t.revision = after;
  t.pyramid_revision = after + 1;
}

void TextureCache::begin_frame() {
  std::size_t held = bytes();
  while (held > kBudget) {
    auto oldest = textures_.end();
    for (auto it = textures_.begin(); it != textures_.end(); ++it) {
      const bool idle = it->second.last_frame < frame_;
      if (idle && (oldest == textures_.end() || it->second.last_frame < oldest->second.last_frame))
        oldest = it;
    }
    if (oldest == textures_.end()) break;
    held -= oldest->second.bytes();
    free(oldest->second);
    textures_.erase(oldest);
  }
  ++frame_;
}

void TextureCache::clear() {
  for (auto& [id, t] : textures_) free(t);
  textures_.clear();
}

void TextureCache::forget() noexcept {
  textures_.clear();
  largest_ = 0;
}

std::size_t TextureCache::bytes() const noexcept {
  std::size_t sum = 0;
  for (const auto& [id, t] : textures_) sum += t.bytes();
  return sum;
}

}  // namespace ap::render
