// Eigen's product and the machine's peak, compiled for the instruction set of the best variant.
#pragma once

namespace ap::bench {

/// c (m x n) = a (m x k) b (k x n), row-major.
void eigen_gemm(const float* a, const float* b, float* c, int m, int k, int n) noexcept;

/// Runs the independent accumulators; returns the operations done.
double peak_run(int rounds) noexcept;

}  // namespace ap::bench
