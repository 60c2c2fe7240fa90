// The measured computation: one layer of multi-head attention, four projections, every stage kept,
// through attention/forward. A full forward is an update in which every embedding changed, so that
// nothing is allocated; an edit is an update in which one cell did.
#pragma once

#include <cmath>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include "attention/forward/forward.hpp"
#include "base/rng.hpp"

namespace ap::bench {

inline Matrix random_matrix(int rows, int cols, float scale, Rng& rng) {
  Matrix m(rows, cols);
  for (Eigen::Index i = 0; i < m.size(); ++i) m.data()[i] = rng.normal() * scale;
  return m;
}

inline constexpr int kEdits = 6;
inline constexpr std::string_view kEditNames[kEdits] = {"embedding", "w_q", "w_k",
                                                        "w_v",       "w_o", "mask"};

class Session {
 public:
  Session(int t, int d, int h, bool masked = false) {
    Rng rng(1);
    const float scale = 1.0F / std::sqrt(static_cast<float>(d));
    model_.width = d;
    model_.heads = model_.kv_heads = h;
    model_.key_width = model_.value_width = d / h;
    model_.layers.resize(1);
    Layer& layer = model_.layers[0];
    for (Linear* w : {&layer.q, &layer.k, &layer.v, &layer.o}) {
      w->weight = share(random_matrix(d, d, scale, rng));
    }
    input_.embeddings = share(random_matrix(t, d, 1.0F, rng));
    other_ = share(random_matrix(t, d, 1.0F, rng));
    if (masked) input_.mask = share(Matrix::Zero(t, t));
    update(trace_, model_, input_, scratch_);
  }

  /// New embeddings: everything is computed again.
  void full() {
    std::swap(input_.embeddings, other_);
    std::swap(edited_[0], edited_other_);
    update(trace_, model_, input_, scratch_);
  }

  /// The matrix of edit `kind`, and a copy of it that differs in one cell, change places.
  void edit(int kind) {
    SharedMatrix& slot = place(kind);
    std::swap(slot, edited_[kind]);
    update(trace_, model_, input_, scratch_);
  }
  void prepare_edit(int kind) {
    edited_[kind] = with_one_changed(*place(kind));
    if (kind == 0) edited_other_ = with_one_changed(*other_);
  }

  /// After an edit: has every stage the bits of a forward pass of its own?
  bool edit_is_exact(int kind) {
    edit(kind);
    const Trace whole = forward(model_, input_);
    for (int s = 0; s < kStageCount; ++s) {
      for (int h = 0; h < model_.heads; ++h) {
        const TensorId id{0, static_cast<Stage>(s), h};
        if (!same_bits(trace_.tensor(id), whole.tensor(id))) return false;
      }
    }
    return true;
  }

  /// From outside: x, w_q, w_k, w_v or w_o of another program. The next full() computes this x.
  void set(int which, Matrix m) {
    Layer& layer = model_.layers[0];
    if (which == 0) input_.embeddings = share(m * 0.5F);
    SharedMatrix* slots[] = {&other_, &layer.q.weight, &layer.k.weight, &layer.v.weight,
                             &layer.o.weight};
    *slots[which] = share(std::move(m));
  }
  void refresh() { update(trace_, model_, input_, scratch_); }

  [[nodiscard]] const Trace& trace() const noexcept { return trace_; }
  [[nodiscard]] const Model& model() const noexcept { return model_; }
  [[nodiscard]] const Input& input() const noexcept { return input_; }
  [[nodiscard]] std::size_t scratch_bytes() const noexcept { return scratch_.bytes(); }
  /// Bytes of the matrices that were given: weights, embeddings, and those that change places.
  [[nodiscard]] std::size_t given_bytes() const noexcept {
    const Layer& l = model_.layers[0];
    std::size_t floats = 0;
    for (const SharedMatrix& m :
         {l.q.weight, l.k.weight, l.v.weight, l.o.weight, input_.embeddings, other_, input_.mask}) {
      if (m) floats += static_cast<std::size_t>(m->size());
    }
    return floats * sizeof(float);
  }
  /// Multiply and add counted as two; softmax not counted.
  [[nodiscard]] double flops() const noexcept {
    const double t = input_.queries(), d = model_.width;
    return 8.0 * t * d * d + 4.0 * t * t * d;
  }

 private:
  static bool same_bits(ConstView a, ConstView b) noexcept {
    if (a.rows != b.rows || a.cols != b.cols) return false;
    const auto bytes = static_cast<std::size_t>(a.cols) * sizeof(float);
    for (int i = 0; i < a.rows; ++i) {
      if (bytes > 0 && std::memcmp(a.row(i), b.row(i), bytes) != 0) return false;
    }
    return true;
  }
  static SharedMatrix with_one_changed(Matrix m) {
    m(m.rows() / 2, m.cols() / 3) += 0.25F;
    return share(std::move(m));
  }
  SharedMatrix& place(int kind) {
    Layer& layer = model_.layers[0];
    SharedMatrix* slots[kEdits] = {&input_.embeddings, &layer.q.weight, &layer.k.weight,
                                   &layer.v.weight,    &layer.o.weight, &input_.mask};
    return *slots[kind];
  }

  Model model_;
  Input input_;
  SharedMatrix other_;
  SharedMatrix edited_[kEdits];
  SharedMatrix edited_other_;  // of the embeddings that the next full() brings
  Trace trace_;
  Scratch scratch_;
};

}  // namespace ap::bench
