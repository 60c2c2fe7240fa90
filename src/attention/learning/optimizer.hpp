// Optimizers: how a row of parameters goes down its slope. SGD; momentum (Polyak 1964, in the form
// u = momentum u + g, w -= rate u); Adam (Kingma and Ba 2015, algorithm 1) with momentum as beta 1.
// Weight decay is apart from the gradient for all of them (Loshchilov and Hutter 2019).
// Leaves out: schedules of the rate.
#pragma once

#include <cstdint>

namespace ap {

enum class Optimizer : std::uint8_t { kSgd, kMomentum, kAdam };

struct OptimizerOptions {
  Optimizer kind = Optimizer::kAdam;
  float rate = 0.05F;
  float momentum = 0.9F;
  float weight_decay = 0.0F;
};
inline constexpr float kAdamBeta2 = 0.999F;
/// Larger than the usual 1e-8: a slope that is only rounding (1e-9, as along a direction that
/// softmax does not see) must not become a step, or two machines drift apart before a lesson is
/// learned.
inline constexpr float kAdamEpsilon = 1e-4F;
inline constexpr float kMaxRate = 100.0F;

/// The numbers of one step, the same for all parameters. `step` counts from 1.
struct OptimizerStep {
  OptimizerOptions options;
  float rate = 0;     // Adam: with its correction of the moments' start at 0
  float epsilon = 0;  // scaled alike
  float keep = 1;     // 1 - rate · weight_decay
};
[[nodiscard]] OptimizerStep optimizer_step(const OptimizerOptions& options, int step) noexcept;

/// next = w moved against the gradient g; m and v are the moments, kept between steps (SGD: unused,
/// may be null; momentum: m alone). n cells; next may be w.
void optimize(const OptimizerStep& step, const float* w, const float* g, float* m, float* v,
              float* next, int n) noexcept;

}  // namespace ap
