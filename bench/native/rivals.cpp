// Compiled with -mavx2 -mfma on x86 (see CMakeLists.txt), which is what Eigen chooses its code by.
#include "native/rivals.hpp"

#include <Eigen/Core>

#if defined(__AVX2__) && defined(__FMA__)
#include "tensor/simd_avx2.hpp"
#endif

#include "common/peak.hpp"

namespace ap::bench {

void eigen_gemm(const float* a, const float* b, float* c, int m, int k, int n) noexcept {
  using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Eigen::Map<const Matrix> left(a, m, k), right(b, k, n);
  Eigen::Map<Matrix> product(c, m, n);
  product.noalias() = left * right;
}

double peak_run(int rounds) noexcept {
#if defined(__AVX2__) && defined(__FMA__)
  using V = simd::Avx2;
#else
  using V = simd::Generic128;
#endif
  // The comparison keeps the chains from being optimised away.
  return Peak<V>::run(rounds) > 0.0F ? rounds * Peak<V>::kRoundFlops : 0.0;
}

}  // namespace ap::bench
