// Three ways to let a word know of the others, run on the same embeddings and counted as they run:
// a recurrent layer, two layers of convolution, one head of attention. For the lesson on why
// attention; plain loops with random weights of the same size, nothing is learned here.
#pragma once

#include <optional>
#include <string_view>

#include "tensor/matrix.hpp"

namespace ap {

struct SequenceRun {
  double multiply_adds = 0;
  double depth = 0;  // steps that must wait for one another
  double reach = 0;  // change of the last output when the first word changes, against its own word
};

/// "attention", "rnn" (tanh(x W + h U)) or "cnn" (two layers, each sees one word on both sides).
[[nodiscard]] std::optional<SequenceRun> run_sequence(std::string_view kind, const Matrix& x);

}  // namespace ap
