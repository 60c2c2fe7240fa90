// Compiled for speed, not size (src/CMakeLists.txt): plain loops that the compiler makes vectors
// of.
#include "attention/learning/optimizer.hpp"

#include <cmath>

namespace ap {

OptimizerStep optimizer_step(const OptimizerOptions& options, int step) noexcept {
  OptimizerStep s{.options = options, .rate = options.rate, .epsilon = kAdamEpsilon};
  s.keep = 1.0F - options.rate * options.weight_decay;
  if (options.kind != Optimizer::kAdam) return s;
  // mhat / (sqrt(vhat) + eps) = m / (sqrt(v) + eps c2) · c2 / c1
  const double c1 = 1.0 - std::pow(static_cast<double>(options.momentum), step);
  const double c2 = std::sqrt(1.0 - std::pow(static_cast<double>(kAdamBeta2), step));
  s.rate = static_cast<float>(static_cast<double>(options.rate) * c2 / c1);
  s.epsilon = static_cast<float>(static_cast<double>(kAdamEpsilon) * c2);
  return s;
}

void optimize(const OptimizerStep& step, const float* __restrict w, const float* __restrict g,
              float* __restrict m, float* __restrict v, float* next, int n) noexcept {
  const float rate = step.rate;
  const float keep = step.keep;
  const float b1 = step.options.momentum;
  const float epsilon = step.epsilon;
  switch (step.options.kind) {
    case Optimizer::kSgd:
      for (int i = 0; i < n; ++i) next[i] = w[i] * keep - rate * g[i];
      break;
    case Optimizer::kMomentum:
      for (int i = 0; i < n; ++i) {
        m[i] = b1 * m[i] + g[i];
        next[i] = w[i] * keep - rate * m[i];
      }
      break;
    case Optimizer::kAdam:
      for (int i = 0; i < n; ++i) {
        m[i] = b1 * m[i] + (1.0F - b1) * g[i];
        v[i] = kAdamBeta2 * v[i] + (1.0F - kAdamBeta2) * (g[i] * g[i]);
        next[i] = w[i] * keep - rate * m[i] / (std::sqrt(v[i]) + epsilon);
      }
      break;
  }
}

}  // namespace ap
