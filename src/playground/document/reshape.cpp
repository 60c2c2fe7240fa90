// reshape: every matrix of a document brought to a new width, head count or depth.
#include <algorithm>
#include <utility>

#include "playground/document/embed.hpp"
#include "playground/document/weights.hpp"

namespace ap {
namespace {

/// Copies what two matrices of `blocks` blocks (heads) have in common, block by block.
void copy_blocks(const Matrix& from, Matrix& to, int blocks, bool by_rows) {
  const auto n = std::max<std::ptrdiff_t>(blocks, 1);
  const std::ptrdiff_t from_rows = by_rows ? from.rows() / n : from.rows();
  const std::ptrdiff_t from_cols = by_rows ? from.cols() : from.cols() / n;
  const std::ptrdiff_t to_rows = by_rows ? to.rows() / n : to.rows();
  const std::ptrdiff_t to_cols = by_rows ? to.cols() : to.cols() / n;
  const std::ptrdiff_t rows = std::min(from_rows, to_rows);
  const std::ptrdiff_t cols = std::min(from_cols, to_cols);
  for (std::ptrdiff_t b = 0; b < n; ++b) {
    to.block(by_rows ? b * to_rows : 0, by_rows ? 0 : b * to_cols, rows, cols) =
        from.block(by_rows ? b * from_rows : 0, by_rows ? 0 : b * from_cols, rows, cols);
  }
}

bool same(const Matrix& a, const Matrix& b) {
  return a.rows() == b.rows() && a.cols() == b.cols() && a == b;
}

struct Refit {
  const Model& old_model;
  const Model& new_model;

  /// How many heads a matrix keeps apart; 1 if the heads themselves change.
  [[nodiscard]] int blocks(Stage stage) const {
    if (old_model.heads != new_model.heads || old_model.kv_heads != new_model.kv_heads) return 1;
    if (stage == Stage::kWq || stage == Stage::kWo) return new_model.heads;
    return stage == Stage::kWk || stage == Stage::kWv ? new_model.kv_heads : 1;
  }

  void linear(Linear& l, Stage stage, int layer) const {
    if (!l.weight) return;
    const MatrixShape shape = weight_shape(new_model, stage);
    const bool rows = stage == Stage::kWo;
    if (same(*l.weight, identity_weight(old_model, stage))) {
      l.weight = share(identity_weight(new_model, stage));
    } else if (l.weight->rows() != shape.rows || l.weight->cols() != shape.cols) {
      Matrix weight = random_weight(new_model, stage, layer, 1);
      copy_blocks(*l.weight, weight, blocks(stage), rows);
      l.weight = share(std::move(weight));
    }
    if (l.bias && l.bias->cols() != shape.cols) {
      Matrix bias = Matrix::Zero(1, shape.cols);
      copy_blocks(*l.bias, bias, rows ? 1 : blocks(stage), false);
      l.bias = share(std::move(bias));
    }
  }

  void row(SharedMatrix& m, int cols, float fresh) const {
    if (!m || m->cols() == cols) return;
    Matrix out = Matrix::Constant(1, cols, fresh);
    copy_blocks(*m, out, 1, false);
    m = share(std::move(out));
  }

  void layer(Layer& l, int index) const {
    linear(l.q, Stage::kWq, index);
    linear(l.k, Stage::kWk, index);
    linear(l.v, Stage::kWv, index);
    linear(l.o, Stage::kWo, index);
    linear(l.gate, Stage::kWGate, index);
    linear(l.up, Stage::kWUp, index);
    linear(l.down, Stage::kWDown, index);
    row(l.temperature, new_model.heads, 1.0F);
    row(l.norm1.gain, new_model.width, 1.0F);
    row(l.norm1.bias, new_model.width, 0.0F);
    row(l.norm2.gain, new_model.width, 1.0F);
    row(l.norm2.bias, new_model.width, 0.0F);
  }

  void positions(Positions& p) const {
    p.rotary_width = std::min(p.rotary_width, new_model.key_width / 2 * 2);
    if (!p.learned || p.learned->cols() == new_model.width) return;
    const int old_cols = static_cast<int>(p.learned->cols());
    Matrix out(p.learned->rows(), new_model.width);
    copy_blocks(*p.learned, out, 1, false);
    for (int i = 0; old_cols < new_model.width && i < static_cast<int>(out.rows()); ++i) {
      learned_position(i, old_cols, new_model.width - old_cols, out.row(i).data() + old_cols);
    }
    p.learned = share(std::move(out));
  }
};

}  // namespace

Result<void> reshape(Document& document, const Model& shape, int layers) {
  Model next = shape;
  next.layers.resize(static_cast<std::size_t>(layers));
  if (auto ok = check_shape(next); !ok) return ok;
  if (auto ok = check_size(document, next); !ok) return ok;
  const Model& old = document.model;
  const bool biases = has_biases(old);
  const Refit refit{old, next};
  refit.positions(next.positions);
  for (int i = 0; i < layers; ++i) {
    const auto n = static_cast<std::size_t>(i);
    if (n >= old.layers.size()) {
      next.layers[n] = fresh_layer(next, i, biases);
      // A window of all layers is the new one's too.
      const KeyWindow& window = old.layers.front().window;
      if (std::ranges::all_of(old.layers, [&](const Layer& l) { return l.window == window; }))
        next.layers[n].window = window;
      continue;
    }
    next.layers[n] = old.layers[n];
    refit.layer(next.layers[n], i);
    complete_layer(next, next.layers[n], i, biases);
  }
  document.model = std::move(next);
  std::erase_if(document.locked, [layers](const auto& lock) { return lock.first >= layers; });
  return {};
}

}  // namespace ap
