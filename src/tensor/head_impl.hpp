// One attention head for one vector type V, and the table of all of V's kernels.
#pragma once

#include "tensor/gemm_impl.hpp"
#include "tensor/rows_impl.hpp"
#include "tensor/variant.hpp"

namespace ap::simd {

template <class V>
struct Head {
  using Product = Products<V>;
  using Wide = typename Product::Wide;
  using Narrow = typename Product::Narrow;
  using Row = Rows<V>;
  /// Rows taken through all stages together: with 1024 keys, four stages of them are 384 kB.
  static constexpr int kBlockRows = 24;

  static void run(const HeadInput& in, const HeadStages& out, Scratch& scratch) noexcept {
    if (in.q.rows == 0) return;
    if (in.k.rows == 0 || in.q.cols == 0 || in.q.rows <= Wide::kVectorLimit) {
      return in_turn(in, out, scratch);
    }
    Product::narrow(in.k.rows) ? by_blocks<Narrow>(in, out, scratch)
                               : by_blocks<Wide>(in, out, scratch);
  }

  /// Keys and values are packed once, then blocks of queries pass. A head is narrow in most models.
  template <class Keys>
  static void by_blocks(const HeadInput& in, const HeadStages& out, Scratch& scratch) noexcept {
    const int sources = in.k.rows;
    Scratch::Impl& buffers = scratch.impl();
    float* keys = buffers.key_panels.need(Keys::panel_floats(in.k.cols, sources));
    float* values = buffers.value_panels.need(Narrow::panel_floats(sources, in.v.cols));
    Keys::pack_all_transposed(in.k, keys);
    Narrow::pack_all(in.v, values);
    for (int i = 0; i < in.q.rows; i += kBlockRows) {
      const int rows = std::min(kBlockRows, in.q.rows - i);
      Keys::with_panels(in.q.block(i, 0, rows, in.q.cols), keys,
                        out.scores.block(i, 0, rows, sources), scratch);
      for (int r = i; r < i + rows; ++r) row(in, out, r);
      Narrow::with_panels(out.weights.block(i, 0, rows, sources), values,
                          out.out.block(i, 0, rows, in.v.cols), scratch);
    }
  }

  /// Few rows: without packing.
  static void in_turn(const HeadInput& in, const HeadStages& out, Scratch& scratch) noexcept {
    Product::gemm_bt(in.q, in.k, out.scores, scratch);
    for (int r = 0; r < in.q.rows; ++r) row(in, out, r);
    Product::gemm(out.weights, in.v, out.out, scratch);
  }

  /// scores -> scaled -> capped -> masked -> weights; a stage not kept is put where weights will
  /// be.
  static void row(const HeadInput& in, const HeadStages& out, int r) noexcept {
    const int n = in.k.rows;
    float* weights = out.weights.row(r);
    const auto place = [r, weights](const View& v) {
      return v.data != nullptr ? v.row(r) : weights;
    };
    const float* mask = in.mask.data != nullptr ? in.mask.row(r) : nullptr;
    const float* scores = out.scores.row(r);
    float* scaled = place(out.scaled);
    float* capped = in.softcap > 0.0F ? place(out.capped) : scaled;
    float* masked = mask != nullptr ? place(out.masked) : capped;
    const float top =
        in.softcap > 0.0F
            ? Row::scale_cap_mask_max(scores, mask, scaled, capped, masked, n, in.scale, in.softcap)
            : Row::scale_mask_max(scores, mask, scaled, masked, n, in.scale);
    Row::softmax_below(masked, weights, n, in.inv_temperature, top);
  }
};

template <class V>
constexpr KernelTable table() noexcept {
  return {V::kName,
          V::kFused,
          Products<V>::gemm,
          Products<V>::gemm_bt,
          Products<V>::gemm_at,
          Head<V>::run,
          Rows<V>::add_row,
          Rows<V>::scale_row,
          Rows<V>::sum_row,
          Rows<V>::softcap_row,
          Rows<V>::exp_row,
          Rows<V>::softmax_row,
          Rows<V>::sum};
}

}  // namespace ap::simd
