// The inverse of each forward step. `d` holds the derivative by every stage, in a trace of the same
// shapes, added to as the steps go from the last to the first. Internal to attention/.
#pragma once

#include "attention/backward.hpp"
#include "attention/plan.hpp"

namespace ap::steps {

struct Reverse {
  const Trace& t;
  Trace d;  // derivatives by stage
  Plan plan;
  Gradients out;
  Scratch scratch;

  [[nodiscard]] const Model& model() const noexcept { return t.model; }
  /// The derivative by a T x D stage; `input` of a later layer is the output of the one before.
  [[nodiscard]] Matrix& by(int layer, Stage stage) noexcept;
};

/// Y = X W + b: dX += dY Wᵀ, dW += Xᵀ dY, db += column sums of dY.
void linear_back(Reverse& r, ConstView x, const Linear& map, ConstView dy, View dx,
                 LinearGradient& gradient);
/// LayerNorm or RMSNorm.
void normalize_back(Reverse& r, ConstView x, const Norm& norm, ConstView dy, View dx, Matrix& gain,
                    Matrix& bias);
/// hidden = gelu(up), relu(up) or silu(gate) · up.
void activate_back(Reverse& r, const LayerTrace& t, LayerTrace& d);
/// concat back to q_rotated, k_rotated (or q, k) and v.
void heads_back(Reverse& r, int layer);
/// q_rotated back to q: the rotation by the opposite angle.
void rotate_back(const Reverse& r, const Matrix& dy, int first, Matrix& dx);

}  // namespace ap::steps
