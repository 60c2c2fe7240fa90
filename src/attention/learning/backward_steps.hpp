// The inverse of each forward step. `d` holds the derivative by every stage, in a trace of the same
// shapes, added to as the steps go from the last to the first. Internal to attention/.
#pragma once

#include <array>

#include "attention/forward/plan.hpp"
#include "attention/learning/backward.hpp"

namespace ap::steps {

/// How much of a layer has a derivative to go back from.
enum class Reach : std::uint8_t { kNothing, kScores, kAll };

struct Reverse {
  const Trace* t = nullptr;
  Trace d;  // derivatives by stage
  Plan plan{};
  Gradients out;
  bool inputs = true;  // derivatives by the embeddings are wanted
  std::array<Reach, kMaxLayers> reach{};
  std::vector<float> work;
  Scratch* scratch = nullptr;

  [[nodiscard]] const Model& model() const noexcept { return t->model; }
  /// The derivative by a T x D stage; `input` of a later layer is the output of the one before.
  [[nodiscard]] Matrix& by(int layer, Stage stage) noexcept;
  /// A rows x cols place for the product at hand.
  [[nodiscard]] View product(int rows, int cols);
};

/// Y = X W + b: dX += dY Wᵀ, dW = Xᵀ dY, db += column sums of dY. An empty dx is not needed.
void linear_back(Reverse& r, ConstView x, const Linear& map, ConstView dy, View dx,
                 LinearGradient& gradient);
/// LayerNorm or RMSNorm.
void normalize_back(Reverse& r, ConstView x, const Norm& norm, ConstView dy, View dx,
                    NormGradient& gradient);
/// hidden = gelu(up), relu(up) or silu(gate) · up.
void activate_back(Reverse& r, const LayerTrace& t, LayerTrace& d);
/// concat back to q_rotated, k_rotated (or q, k) and v; with `scores_only` nothing comes from
/// concat.
void heads_back(Reverse& r, int layer, bool scores_only);
/// q_rotated back to q: the rotation by the opposite angle.
void rotate_back(const Reverse& r, const Matrix& dy, int first, Matrix& dx);

}  // namespace ap::steps
