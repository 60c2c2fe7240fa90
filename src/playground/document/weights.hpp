// Weight matrices made from nothing, and refitted when the model's shape changes.
// Internal to playground/ (the state reader uses it for named weights too).
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "attention/model/tensor_id.hpp"
#include "playground/document/document.hpp"

namespace ap {

inline constexpr std::uint64_t kMaxParameterBytes = 280'000'000;

enum class WeightInit { kIdentity, kRandom };

struct MatrixShape {
  int rows = 0;
  int cols = 0;
};

/// Of a whole weight matrix, all heads (w_q w_k w_v w_o w_gate w_up w_down).
[[nodiscard]] MatrixShape weight_shape(const Model& model, Stage stage);

/// Pure similarity: head h's W_Q and W_K, and its group's W_V, are the columns of I from h·K on
/// (around the end, if the heads are wider than D together); W_O is I. Heads of one group share
/// the columns of the first of them, so that its queries and keys still meet.
[[nodiscard]] Matrix identity_weight(const Model& model, Stage stage);

/// Normal numbers / sqrt(rows), seeded by seed, layer and stage.
[[nodiscard]] Matrix random_weight(const Model& model, Stage stage, int layer, std::uint64_t seed);
/// Its first `count` numbers alone: to see which seed a matrix was made from.
void random_weight_start(const Model& model, Stage stage, int layer, std::uint64_t seed, float* out,
                         std::ptrdiff_t count);

/// A link says a random matrix by its seed. Seeds below this it finds by trying; larger ones the
/// document remembers, the newest last.
inline constexpr std::uint64_t kTriedSeeds = 16384;
void remember_seed(std::vector<std::uint64_t>& seeds, std::uint64_t seed);

/// Counts and the bytes of all parameters are within their limits.
[[nodiscard]] Result<void> check_shape(const Model& model);

/// Gives the document this shape (counts and kinds of `shape`; its layers are ignored). A matrix
/// that was the identity is so again; others keep what overlaps, head by head if the heads stay,
/// and the new cells are seeded.
[[nodiscard]] Result<void> reshape(Document& document, const Model& shape, int layers);

/// A layer as a new model has it: identity attention, unit norms, seeded MLP.
[[nodiscard]] Layer fresh_layer(const Model& model, int index, bool biases);

/// Norm and MLP matrices that the kinds need and that are missing; those they don't are dropped.
void complete_layer(const Model& model, Layer& layer, int index, bool biases);

[[nodiscard]] bool has_biases(const Model& model);
void set_biases(const Model& model, Layer& layer, bool on);

/// The width of a head by default: D / H, at least 1.
[[nodiscard]] int default_head_width(int width, int heads);

}  // namespace ap
