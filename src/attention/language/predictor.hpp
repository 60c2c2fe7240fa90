// Predictor: a language model with a text of ids and the trace that follows it. Logits are computed
// for the rows that are asked for; a text that only grew or shrank at its end costs its new rows.
// Leaves out: the tokenizer, documents and undo (playground/).
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "attention/forward/forward.hpp"
#include "attention/language/sampling.hpp"

namespace ap {

struct Generation {
  int tokens = 0;  // at most
  Sampling sampling;
  std::uint64_t seed = 1;
  std::vector<int> stop;  // ids after which nothing follows; they are kept
};

class Predictor {
 public:
  /// Checks the model once, cells too. kUnsupported: it has no language part.
  [[nodiscard]] static Result<Predictor> open(Model model);

  [[nodiscard]] const Model& model() const noexcept { return model_; }
  [[nodiscard]] const Trace& trace() const noexcept { return trace_; }
  [[nodiscard]] std::span<const int> ids() const noexcept;
  /// Tokens that the model has positions for; 0: no limit of its own.
  [[nodiscard]] int context() const noexcept;

  /// The text. An error leaves the one before.
  Result<void> set_ids(std::vector<int> ids);
  /// Another model of the same kind (a cell edited, a gate moved): only what follows is computed.
  /// Shapes are checked, cells are the caller's.
  Result<void> set_model(Model model);

  /// What is done to computed cells; an empty list: nothing.
  Result<void> set_interventions(std::vector<Intervention> list);

  /// One row, computed if need be; -1: the last. Valid until the next call. kNotFound: no such row.
  Result<ConstView> logits(int row = -1);
  Result<ConstView> probabilities(int row = -1);
  /// T x V. Refused in words where it would not fit.
  Result<ConstView> all_logits();

  /// Greedy or by chance, token after token; `each` sees every new id and may end it by false.
  /// Ends early at a stop id and where the model has no more positions. Returns the new ids.
  Result<std::vector<int>> generate(const Generation& how,
                                    const std::function<bool(int)>& each = {});

 private:
  explicit Predictor(Model model) : model_(std::move(model)) {}
  /// Brings the trace to model_, input_ with these rows of logits.
  Result<void> follow(Input input, std::vector<int> rows);
  Result<int> row_at(int row) const;

  Model model_;
  Input input_;
  Trace trace_;
  Scratch scratch_;
};

}  // namespace ap
