// The products and row kernels against the oracle, for every variant, around every tile and block
// edge.
#include <catch2/catch_test_macros.hpp>

#include "kernel_check.hpp"

#include "tensor/kernels_scalar.hpp"

using namespace ap;
using namespace ap::test;

namespace {

/// |C - exact| for sums of k products of normals: rounding grows with the length of the sum.
double allowed(int k) { return 2e-6 * (1.0 + std::sqrt(static_cast<double>(k)) * 2.0); }

void check_products(int m, int n, int k, int pad, Rng& rng, Scratch& scratch) {
  const Padded a(m, k, pad, rng), b(k, n, pad + 1, rng);
  Padded at(k, m, pad, rng), bt(n, k, pad, rng);
  for (int i = 0; i < m; ++i) {
    for (int d = 0; d < k; ++d) at.view()(d, i) = a.read()(i, d);
  }
  for (int d = 0; d < k; ++d) {
    for (int j = 0; j < n; ++j) bt.view()(j, d) = b.read()(d, j);
  }
  const MatrixD exact = scalar::gemm(scalar::widen(a.read()), scalar::widen(b.read()));
  Padded c(m, n, pad), c_bt(m, n, pad + 2), c_at(m, n, pad);
  gemm(a.read(), b.read(), c.view(), scratch);
  gemm_bt(a.read(), bt.read(), c_bt.view(), scratch);
  gemm_at(at.read(), b.read(), c_at.view(), scratch);
  INFO("m " << m << " n " << n << " k " << k << " pad " << pad);
  const double error =
      exact.size() == 0 ? 0.0 : (scalar::widen(c.read()) - exact).cwiseAbs().maxCoeff();
  CHECK(error <= allowed(k));
  CHECK(same_bits(c.read(), c_bt.read()));  // the same order of additions in all three
  CHECK(same_bits(c.read(), c_at.read()));
  CHECK((c.guards_intact() && c_bt.guards_intact() && c_at.guards_intact()));
}

}  // namespace

TEST_CASE("products agree with the oracle for all sizes near the tiles") {
  for_each_variant([](const KernelTable& table) {
    INFO("variant " << table.name);
    Rng rng(1);
    Scratch scratch;
    for (int m = 1; m <= 70; ++m)
      check_products(m, 1 + (m * 7) % 70, 1 + (m * 13) % 70, m % 4, rng, scratch);
    for (int n = 1; n <= 70; ++n)
      check_products(1 + (n * 11) % 70, n, 1 + (n * 5) % 70, n % 3, rng, scratch);
    for (int k = 1; k <= 70; ++k)
      check_products(1 + (k * 3) % 70, 1 + (k * 17) % 70, k, k % 5, rng, scratch);
    for (int m = 1; m <= 13; ++m) {
      for (int n = 1; n <= 33; ++n) check_products(m, n, 5, 1, rng, scratch);
    }
  });
}

TEST_CASE("products agree with the oracle across the cache blocks") {
  for_each_variant([](const KernelTable& table) {
    INFO("variant " << table.name);
    Rng rng(2);
    Scratch scratch;
    for (const int k : {255, 256, 257, 511, 513, 700}) {
      check_products(7, 19, k, 1, rng, scratch);
      check_products(1, 37, k, 2, rng, scratch);
      check_products(37, 2, k, 3, rng, scratch);
    }
    check_products(95, 50, 20, 0, rng, scratch);
    check_products(97, 50, 20, 1, rng, scratch);
    check_products(5, 767, 30, 0, rng, scratch);
    check_products(5, 769, 300, 1, rng, scratch);
    check_products(1, 1030, 260, 1, rng, scratch);
  });
}

TEST_CASE("products with no depth are zero, with no cells do nothing") {
  for_each_variant([](const KernelTable& table) {
    INFO("variant " << table.name);
    Rng rng(3);
    Scratch scratch;
    check_products(5, 6, 0, 1, rng, scratch);
    check_products(1, 6, 0, 1, rng, scratch);
    check_products(0, 6, 3, 1, rng, scratch);
    check_products(6, 0, 3, 1, rng, scratch);
  });
}

TEST_CASE("row kernels do what they say on every length") {
  for_each_variant([](const KernelTable& table) {
    Rng rng(4);
    for (int n = 0; n <= 70; ++n) {
      INFO("variant " << table.name << ", n " << n);
      const Padded a(1, n, 1, rng), b(1, n, 2, rng);
      Padded y(1, n, 3);
      sum_row(a.read().data, b.read().data, y.view().data, n);
      bool right = true;
      for (int i = 0; i < n; ++i)
        right = right && y.read()(0, i) == a.read()(0, i) + b.read()(0, i);
      add_row(a.read().data, y.view().data, n);
      for (int i = 0; i < n; ++i) {
        right = right && y.read()(0, i) == a.read()(0, i) + b.read()(0, i) + a.read()(0, i);
      }
      scale_row(a.read().data, y.view().data, n, 0.3F);
      for (int i = 0; i < n; ++i) right = right && y.read()(0, i) == a.read()(0, i) * 0.3F;
      CHECK(right);
      CHECK(y.guards_intact());
      CHECK(std::fabs(static_cast<double>(sum(a.read().data, n)) - scalar::widen(a.read()).sum()) <
            2e-5);
    }
  });
}

TEST_CASE("scratch stops growing once the shapes are known") {
  Rng rng(5);
  Scratch scratch;
  check_products(100, 90, 300, 0, rng, scratch);
  const std::size_t held = scratch.bytes();
  CHECK(held > 0);
  check_products(100, 90, 300, 0, rng, scratch);
  check_products(33, 20, 100, 0, rng, scratch);
  CHECK(scratch.bytes() == held);
}
