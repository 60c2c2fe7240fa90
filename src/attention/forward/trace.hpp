// Trace: every intermediate of a forward pass, by layer and head. A stage that is switched off has
// no storage: its view is that of the stage it equals (no mask: masked is capped), and `has` is
// false.
#pragma once

#include <utility>
#include <vector>

#include "attention/model/input.hpp"
#include "attention/model/tensor_id.hpp"

namespace ap {

struct LayerTrace {
  Matrix norm1;      // T x D
  Matrix q;          // T x H·K
  Matrix k;          // S x G·K
  Matrix v;          // S x G·V
  Matrix q_rotated;  // T x H·K
  Matrix k_rotated;  // S x G·K
  Matrix q_normed;   // T x H·K
  Matrix k_normed;   // S x G·K
  Matrix scores;     // H·T x S, head h owns rows [hT, (h+1)T), as do the next four
  Matrix scaled;
  Matrix capped;
  Matrix masked;
  Matrix mask;  // T x S: causal, window, painted and padding together; see Trace::mask
  Matrix weights;
  Matrix concat;  // T x H·V, head_out h is columns [hV, (h+1)V)
  Matrix gated;   // T x H·V, each head_out times its gate, where the layer has gates
  Matrix projected;
  Matrix post1;  // norms of what is added: sandwich
  Matrix post2;
  Matrix mlp_gated;
  Matrix added;
  Matrix norm2;
  Matrix gate;  // T x F
  Matrix up;
  Matrix hidden;
  Matrix mlp_out;
  Matrix mlp_added;
  Matrix parts;  // no stage: parts of projected that edits reuse, see project.cpp

  /// All stages.
  template <class F>
  void each(F f) const {
    for (const Matrix* m :
         {&norm1,     &q,         &k,      &v,         &q_normed, &k_normed, &q_rotated,
          &k_rotated, &scores,    &scaled, &capped,    &masked,   &weights,  &concat,
          &gated,     &projected, &post1,  &added,     &norm2,    &gate,     &up,
          &hidden,    &mlp_out,   &post2,  &mlp_gated, &mlp_added}) {
      f(*m);
    }
  }
  template <class F>
  void each(F f) {
    std::as_const(*this).each([&](const Matrix& m) { f(const_cast<Matrix&>(m)); });
  }
};

/// Logits of the rows that were asked for: row i of each matrix is that of token rows[i].
struct LogitTrace {
  std::vector<int> rows;  // ascending
  Matrix uncapped;        // R x V, where a cap follows
  Matrix logits;
  Matrix probabilities;
  /// The place of a token's row, or -1.
  [[nodiscard]] int find(int row) const noexcept;
};

/// The matrices of a language model have room for more tokens than there are, so that one more
/// costs its own rows: T and S rows and columns of them are in use.
struct Trace {
  Model model;
  Input input;
  Matrix positions;         // T x D, T x R/2, or H·T x S (ALiBi)
  Matrix source_positions;  // S x D or S x R/2; also with a cache, for the keys' angles
  Matrix input_sum;         // T x D, embeddings + positions
  Matrix source_sum;        // S x D
  Matrix rotary_cos;        // N x R/2, N = all positions; RoPE only
  Matrix rotary_sin;
  std::vector<LayerTrace> layers;
  Matrix embeddings;     // T x D, language models only, as is all that follows
  Matrix embedding_sum;  // T x D, where a norm follows; input_sum is then that norm
  Matrix transformed;    // T x D
  Matrix activated;      // T x D
  Matrix final;          // T x D, where it is no other stage
  LogitTrace logits;
  int capacity = 0;                    // tokens that there is room for; 0: exactly T
  std::vector<unsigned char> touched;  // no stage: rows of a head in work, see heads.cpp

  [[nodiscard]] int queries() const noexcept { return input.queries(); }
  [[nodiscard]] int keys() const noexcept { return input.keys(); }

  /// What is added to a layer's scores; empty if there is none. Layers of one window share it: it
  /// is kept in, and has the address of, the first of them.
  [[nodiscard]] ConstView mask(int layer) const noexcept;
  /// `layer` as an address has it: 0 for what is before the layers, the mask's first layer.
  [[nodiscard]] int home(Stage stage, int layer) const noexcept;
  /// Is this a stage of its own here (and the layer and head in range)?
  [[nodiscard]] bool has(TensorId id) const noexcept;
  /// The matrix, or that of the stage it equals; empty if out of range or not part of this model.
  [[nodiscard]] ConstView tensor(TensorId id) const noexcept;
  /// One row of it; also of logits and probabilities, whose matrices `tensor` has only where all
  /// rows were asked for. Empty if there is none.
  [[nodiscard]] ConstView row(TensorId id, int row) const noexcept;
  /// Its size, whether its rows are there or not.
  [[nodiscard]] std::pair<int, int> shape(TensorId id) const noexcept;
  /// The stage whose storage `tensor(id)` shows: id itself, or what it equals.
  [[nodiscard]] TensorId resolve(TensorId id) const noexcept;
  /// Stages that are on, in the order of the computation, for one layer.
  [[nodiscard]] std::vector<Stage> stages(int layer) const;
  /// Bytes held by the stages.
  [[nodiscard]] std::size_t bytes() const noexcept;
  /// How many matrices a head-wise stage has: H, or G for w_k w_v b_k b_v k v k_rotated; else 1.
  [[nodiscard]] int head_count(Stage stage) const noexcept;
};

/// The rows in use of a matrix with room for more; empty if it has none.
template <class M>
[[nodiscard]] auto live(M& m, int rows) noexcept -> decltype(view(m)) {
  if (m.size() == 0 && m.rows() < rows) return {};
  return view(m).block(0, 0, rows, static_cast<int>(m.cols()));
}
/// Rows x cols in use of one head's scores, of a matrix that holds those of all heads.
template <class M>
[[nodiscard]] auto live_head(M& m, int head, int heads, int rows, int cols) noexcept
    -> decltype(view(m)) {
  const int room = static_cast<int>(m.rows()) / heads;
  if (rows == 0 || room < rows || m.cols() < cols) return {};
  return view(m).block(head * room, 0, rows, cols);
}

}  // namespace ap
