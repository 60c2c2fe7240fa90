// Training: gradient descent of a model's parameters toward painted rows of several sentences.
// Holds its own traces and moments; its matrices are values that others may keep (a document takes
// them). The same steps on every machine up to rounding. Leaves out: documents, time, stopping.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "attention/learning/loss.hpp"
#include "attention/learning/optimizer.hpp"
#include "base/rng.hpp"

namespace ap {

/// A sentence and what should come out of it.
struct Sample {
  Input input;
  std::vector<RowTarget> targets;
};

/// A parameter that learns, whole (all heads). Embeddings are those of the first sample.
struct Learnable {
  TensorId id;
  std::vector<int> kept;  // cells that stay, row by row
};

struct TrainOptions {
  OptimizerOptions optimizer;
  int batch = 0;           // samples a step; 0: all
  std::uint64_t seed = 1;  // of their order
};

class Training {
 public:
  /// Precondition: each sample is valid for the model and its targets are checked.
  Training(Model model, std::vector<Sample> samples, std::vector<Learnable> learn,
           const TrainOptions& options);
  ~Training();
  Training(Training&&) noexcept;
  Training& operator=(Training&&) noexcept;

  /// The loss of the present parameters, mean over all rows; computed once for each step.
  [[nodiscard]] Loss measure();
  /// One step down. Numbers that run away show in the next `measure`.
  void step();
  [[nodiscard]] int steps() const noexcept { return steps_; }

  [[nodiscard]] int count() const noexcept;
  [[nodiscard]] TensorId id(int parameter) const noexcept;
  [[nodiscard]] SharedMatrix value(int parameter) const noexcept;
  /// Goes on from other numbers of the same shape: someone edited a cell.
  void set_value(int parameter, const Matrix& value);
  /// Moments and order as at the start.
  void restart();
  /// The slope of the loss at the present parameters, over all samples; embeddings, mask and
  /// computed stages are those of the first.
  [[nodiscard]] Gradients gradients();

 private:
  struct Parameter;
  struct Pass;

  Loss forward(Pass& pass);
  void choose();
  [[nodiscard]] Gradients& backward(bool inputs);
  void descend(Parameter& p, const Matrix& slope, const OptimizerStep& step);

  Model model_;
  TrainOptions options_;
  std::vector<Parameter> parameters_;
  std::vector<Pass> passes_;
  Scratch scratch_;
  std::vector<int> chosen_;  // samples of the step at hand
  std::vector<int> order_;   // of all samples, when they come in batches
  std::size_t next_ = 0;     // into order_
  std::optional<Rng> shuffle_;
  std::optional<Loss> measured_;
  int steps_ = 0;
  bool inputs_ = false;  // embeddings learn
};

}  // namespace ap
