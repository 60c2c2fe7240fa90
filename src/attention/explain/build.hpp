// Builds explanations, one function a family of stages. Internal to attention/.
#pragma once

#include "attention/explain/explain.hpp"
#include "attention/forward/plan.hpp"

namespace ap::explaining {

/// The trace and the cell asked for, with short ways to refer to other cells.
struct Builder {
  const Trace& trace;
  Plan plan;
  Explanation out;

  [[nodiscard]] const Model& model() const noexcept { return trace.model; }
  [[nodiscard]] CellId cell() const noexcept { return out.cell.cell; }
  [[nodiscard]] int layer() const noexcept { return cell().tensor.layer; }
  [[nodiscard]] int head() const noexcept { return cell().tensor.head; }
  [[nodiscard]] int row() const noexcept { return cell().row; }
  [[nodiscard]] int col() const noexcept { return cell().col; }
  /// A tensor of the same layer.
  [[nodiscard]] TensorId id(Stage stage, int head = 0) const noexcept;
  [[nodiscard]] CellValue at(TensorId tensor, int row, int col) const noexcept;

  void constant(const char* name, double value) { out.constants.push_back({name, value}); }
  void source(TensorId tensor, int row, int col, int rows, int cols);
  /// A term that is one cell, adding `value`; its cell becomes a source.
  void single(TensorId tensor, int row, int col);
  /// Terms left[row][k] · right[k][col] for all k, and bias[0][col] if there is one.
  void dot(TensorId left, TensorId right, TensorId bias);
  /// One product of two cells.
  void product(TensorId left, int row, int col, TensorId right, int right_col);
  /// Terms left[row][k] · right[other][k].
  void dot_rows(TensorId left, TensorId right, int other);
};

void explain_input(Builder& b);     // embeddings, positions, input, mask
void explain_linear(Builder& b);    // q k v projected gate up mlp_out
void explain_scores(Builder& b);    // rotated, scores ... head_out, concat
void explain_rest(Builder& b);      // norms, sums, gates, hidden
void explain_language(Builder& b);  // table, head, logits

/// A norm of `from`'s row, with the gain and bias of these stages.
void explain_norm(Builder& b, TensorId from, Stage gain, Stage bias);
/// What the MLP's kind, or the head's, does to a number.
[[nodiscard]] Operation operation_of(MlpKind kind) noexcept;

}  // namespace ap::explaining
