// The oracle: the same model computed plainly in double with Eigen, sharing no code with forward.
// Slow on purpose; tests and the golden tool use it.
#pragma once

#include <map>

#include "attention/forward/trace.hpp"

namespace ap {

/// Every stage by address (head-wise stages per head; parameters left out).
[[nodiscard]] std::map<TensorId, MatrixD> reference_forward(const Model& model, const Input& input);

}  // namespace ap
