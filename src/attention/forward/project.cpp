// projected = concat · W_O + b_O, with a memory for edits. A product is a sum over blocks of
// kGemmDepth rows of W_O (tensor/kernels.hpp), each summed by itself and then added: a part. One
// cell of W_Q, W_K or W_V changes the columns of one head in concat, so one part; the others are as
// they were. The parts are kept from the first edit that has a use for them, so that a trace that
// is only computed holds none. The bits are those of one product.
#include "attention/forward/steps.hpp"

namespace ap::steps {
namespace {

struct Block {
  int first;  // row of W_O
  int depth;
};

int block_count(int depth) noexcept { return (depth + kGemmDepth - 1) / kGemmDepth; }
Block block_at(int b, int depth) noexcept {
  return {b * kGemmDepth, std::min(kGemmDepth, depth - b * kGemmDepth)};
}
bool meets(int first, int count, const Block& b) noexcept {
  return first < b.first + b.depth && first + count > b.first;
}

/// Most rows changed, and not in every block.
bool worth_keeping(const Pass& pass, const Dirty& concat, int rows, int depth) noexcept {
  if (pass.changes.all) return false;
  bool tall = false;
  for (const Rect& r : concat.rects()) tall |= 2 * r.rows > rows;
  if (!tall) return false;
  for (int b = 0; b < block_count(depth); ++b) {
    bool met = false;
    for (const Rect& r : concat.rects()) met |= meets(r.col, r.cols, block_at(b, depth));
    if (!met) return true;
  }
  return false;
}

/// What of one part has to be computed again.
Dirty changed(const Dirty& concat, const Dirty& weight, const Block& b, int rows,
              int cols) noexcept {
  Dirty dirty;
  for (const Rect& r : concat.rects()) {
    if (meets(r.col, r.cols, b)) dirty.add({r.row, 0, r.rows, cols});
  }
  for (const Rect& r : weight.rects()) {
    if (meets(r.row, r.rows, b)) dirty.add({0, r.col, rows, r.cols});
  }
  return dirty;
}

/// Y = part 0 + part 1 + ... + bias in a rectangle; parts stand one below the other.
void add_parts(const Matrix& parts, int blocks, const SharedMatrix& bias, const Rect& r,
               const View& y) noexcept {
  const auto part = [&](int b, int i) {
    return &parts(static_cast<Eigen::Index>(b) * y.rows + i, r.col);
  };
  for (int i = r.row; i < r.row + r.rows; ++i) {
    float* to = y.row(i) + r.col;
    sum_row(part(0, i), part(1, i), to, r.cols);
    for (int b = 2; b < blocks; ++b) add_row(part(b, i), to, r.cols);
    if (bias) add_row(bias->data() + r.col, to, r.cols);
  }
}

}  // namespace

Dirty project(Pass& pass, int layer, const Dirty& concat) {
  const auto l = static_cast<std::size_t>(layer);
  LayerTrace& t = pass.trace.layers[l];
  const Linear& map = pass.model().layers[l].o;
  const LinearDirty& changes = pass.layer_changes(layer).o;
  const ConstView x = pass.trace.tensor({layer, Stage::kConcat, 0});
  const View y = live(t.projected, pass.queries());
  const int blocks = block_count(x.cols);
  const bool kept = t.parts.cols() == y.cols && t.parts.rows() == Eigen::Index{blocks} * y.rows;
  if (blocks < 2 || (!kept && !worth_keeping(pass, concat, y.rows, x.cols))) {
    t.parts.resize(0, 0);
    return linear(pass, {layer, Stage::kProjected}, x, concat, map, changes, y);
  }
  t.parts.resize(Eigen::Index{blocks} * y.rows, y.cols);
  const ConstView w = view(map.weight);
  for (int b = 0; b < blocks; ++b) {
    const Block block = block_at(b, x.cols);
    const View part = view(t.parts).block(b * y.rows, 0, y.rows, y.cols);
    Dirty dirty = changed(concat, changes.weight, block, y.rows, y.cols);
    if (!kept || pass.changes.all) dirty.add_all(y.rows, y.cols);
    for (const Rect& r : dirty.rects()) {
      gemm(x.block(r.row, block.first, r.rows, block.depth),
           w.block(block.first, r.col, block.depth, r.cols),
           part.block(r.row, r.col, r.rows, r.cols), pass.scratch);
    }
  }
  Dirty dirty = linear_dirty(pass, concat, changes, y);
  pass.held.add_forced({layer, Stage::kProjected}, dirty);
  for (const Rect& r : dirty.rects()) {
    add_parts(t.parts, blocks, map.bias, r, y);
    pass.cells += static_cast<std::size_t>(r.rows) * static_cast<std::size_t>(r.cols);
  }
  pass.held.apply({layer, Stage::kProjected}, dirty, y);
  return dirty;
}

}  // namespace ap::steps
