// The oracle of backward: the same derivatives computed plainly in double with Eigen over the
// stages of reference_forward, sharing no code with backward. Slow on purpose; only tests use it.
#pragma once

#include <map>

#include "attention/reference/reference.hpp"

namespace ap {

/// d(sum over cells of cotangent · stage `target`)/d(each parameter), by address; head-wise
/// parameters whole, under head 0. `target` is a computed stage as reference_forward names it.
[[nodiscard]] std::map<TensorId, MatrixD> reference_backward(const Model& model, const Input& input,
                                                             TensorId target,
                                                             const MatrixD& cotangent);

}  // namespace ap
