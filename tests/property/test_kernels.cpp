// Random rectangles of a product, computed alone, have the bits they have in the whole; the fused
// head has the bits of its kernels one after another. Incremental recomputation rests on both.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "../unit/tensor/kernel_check.hpp"
#include "tensor/kernels_scalar.hpp"

using namespace ap;
using namespace ap::test;

namespace {

int between(Rng& rng, int low, int high) {
  return low + static_cast<int>(rng.below(static_cast<std::uint32_t>(high - low + 1)));
}

struct Range {
  int start, size;
};
/// Often a single row, sometimes everything.
Range range_in(Rng& rng, int n) {
  const int start = between(rng, 0, n - 1);
  const int choice = between(rng, 0, 3);
  const int most = choice == 0 ? 1 : choice == 1 ? std::min(5, n - start) : n - start;
  return {start, between(rng, 1, std::max(1, most))};
}

void check_rectangles(int m, int n, int k, Rng& rng, Scratch& scratch) {
  const Padded a(m, k, between(rng, 0, 3), rng), b(k, n, between(rng, 0, 3), rng);
  const Padded at(k, m, 1, rng), bt(n, k, 2, rng);
  Padded c(m, n, 1), c_bt(m, n, 1), c_at(m, n, 1);
  gemm(a.read(), b.read(), c.view(), scratch);
  gemm_bt(a.read(), bt.read(), c_bt.view(), scratch);
  gemm_at(at.read(), b.read(), c_at.view(), scratch);
  for (int repeat = 0; repeat < 6; ++repeat) {
    const Range rows = range_in(rng, m), cols = range_in(rng, n);
    INFO("of " << m << " x " << n << ", k " << k << ": rows " << rows.start << "+" << rows.size
               << ", columns " << cols.start << "+" << cols.size);
    Padded part(rows.size, cols.size, between(rng, 0, 3));
    const ConstView a_rows = a.read().block(rows.start, 0, rows.size, k);
    const ConstView b_cols = b.read().block(0, cols.start, k, cols.size);
    gemm(a_rows, b_cols, part.view(), scratch);
    CHECK(same_bits(part.read(), c.read().block(rows.start, cols.start, rows.size, cols.size)));
    gemm_bt(a_rows, bt.read().block(cols.start, 0, cols.size, k), part.view(), scratch);
    CHECK(same_bits(part.read(), c_bt.read().block(rows.start, cols.start, rows.size, cols.size)));
    gemm_at(at.read().block(0, rows.start, k, rows.size), b_cols, part.view(), scratch);
    CHECK(same_bits(part.read(), c_at.read().block(rows.start, cols.start, rows.size, cols.size)));
    CHECK(part.guards_intact());
  }
}

struct Head {
  Head(int t, int s, int width, int value_width, Rng& rng)
      : q(t, width, 1, rng),
        k(s, width, 2, rng),
        v(s, value_width, 3, rng),
        mask(t, s, 1, rng),
        scores(t, s, 1),
        scaled(t, s, 0),
        masked(t, s, 2),
        capped(t, s, 1),
        weights(t, s, 3),
        out(t, value_width, 1) {
    for (int i = 0; i < t; ++i) {
      for (int j = 0; j < s; ++j) {
        if (rng.below(3) == 0) mask.view()(i, j) = -std::numeric_limits<float>::infinity();
      }
    }
  }
  Padded q, k, v, mask, scores, scaled, masked, capped, weights, out;
};

/// The stages by the plain kernels, row by row.
void run_plainly(Head& head, const HeadInput& in, Scratch& scratch) {
  gemm_bt(in.q, in.k, head.scores.view(), scratch);
  const int n = in.k.rows;
  for (int i = 0; i < in.q.rows; ++i) {
    const float* last = head.scaled.view().row(i);
    scale_row(head.scores.view().row(i), head.scaled.view().row(i), n, in.scale);
    if (in.softcap > 0.0F) {
      softcap_row(last, head.capped.view().row(i), n, in.softcap);
      last = head.capped.view().row(i);
    }
    if (in.mask.data != nullptr) {
      sum_row(last, in.mask.row(i), head.masked.view().row(i), n);
      last = head.masked.view().row(i);
    }
    softmax_row(last, head.weights.view().row(i), n, in.inv_temperature);
  }
  gemm(head.weights.read(), in.v, head.out.view(), scratch);
}

void check_head(int t, int s, int width, int value_width, Rng& rng, Scratch& scratch) {
  Head plain(t, s, width, value_width, rng);
  HeadInput in{plain.q.read(), plain.k.read(), plain.v.read(), 0.37F};
  const bool masks = rng.below(2) == 0, caps = rng.below(2) == 0, keeps = rng.below(2) == 0;
  if (masks) in.mask = plain.mask.read();
  if (caps) in.softcap = 2.0F;
  in.inv_temperature = rng.below(2) == 0 ? 1.0F : 0.7F;
  run_plainly(plain, in, scratch);
  Padded scores(t, s, 2), scaled(t, s, 1), masked(t, s, 1), capped(t, s, 0), weights(t, s, 1),
      out(t, value_width, 2);
  HeadStages stages{scores.view(), {}, {}, {}, weights.view(), out.view()};
  if (keeps) {
    stages.scaled = scaled.view();
    stages.masked = masked.view();
    stages.capped = capped.view();
  }
  attention_head(in, stages, scratch);
  INFO("t " << t << " s " << s << " width " << width << " mask " << masks << " cap " << caps
            << " kept " << keeps);
  CHECK(same_bits(scores.read(), plain.scores.read()));
  CHECK(same_bits(weights.read(), plain.weights.read()));
  CHECK(same_bits(out.read(), plain.out.read()));
  if (keeps) CHECK(same_bits(scaled.read(), plain.scaled.read()));
  if (keeps && masks) CHECK(same_bits(masked.read(), plain.masked.read()));
  if (keeps && caps) CHECK(same_bits(capped.read(), plain.capped.read()));
  CHECK((scores.guards_intact() && weights.guards_intact() && out.guards_intact()));
  CHECK((scaled.guards_intact() && masked.guards_intact() && capped.guards_intact()));
  // Against the oracle, from its own scores: the stages before are gemm, tested by itself.
  const MatrixD exact = scalar::gemm(scalar::widen(weights.read()), scalar::widen(in.v));
  CHECK((scalar::widen(out.read()) - exact).cwiseAbs().maxCoeff() <= 1e-5);
}

}  // namespace

TEST_CASE("any rectangle of a product alone has its bits in the whole") {
  for_each_variant([](const KernelTable& table) {
    INFO("variant " << table.name);
    Rng rng(11);
    Scratch scratch;
    for (int size = 1; size <= 70; ++size) {
      check_rectangles(size, between(rng, 1, 70), between(rng, 1, 70), rng, scratch);
      check_rectangles(between(rng, 1, 70), size, between(rng, 1, 70), rng, scratch);
      check_rectangles(between(rng, 1, 70), between(rng, 1, 70), size, rng, scratch);
    }
    for (const int rows : {1, 6, 11, 12, 13, 14, 15, 16, 17, 18, 40}) {  // so wide: A is packed too
      check_rectangles(rows, between(rng, 380, 430), between(rng, 1, 70), rng, scratch);
    }
    check_rectangles(130, 50, 600, rng, scratch);
    check_rectangles(40, 800, 257, rng, scratch);
    check_rectangles(3, 1100, 300, rng, scratch);
    check_rectangles(200, 3, 520, rng, scratch);
  });
}

TEST_CASE("a fused head has the bits of its kernels in turn") {
  for_each_variant([](const KernelTable& table) {
    INFO("variant " << table.name);
    Rng rng(12);
    Scratch scratch;
    for (int repeat = 0; repeat < 120; ++repeat) {
      check_head(between(rng, 1, 70), between(rng, 1, 70), between(rng, 1, 40), between(rng, 1, 40),
                 rng, scratch);
    }
    check_head(50, 600, 64, 64, rng, scratch);
    check_head(1, 300, 16, 8, rng, scratch);
  });
}
