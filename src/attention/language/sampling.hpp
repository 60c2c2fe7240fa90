// The next token: the likeliest ones of a row of logits, and one of them by chance. Temperature
// first, then the K largest, then the fewest that hold a share P of what is left (Holtzman et al.
// 2019, nucleus sampling), in the order of Hugging Face's generate.
// Leaves out: penalties, beams, the tokenizer.
#pragma once

#include <vector>

#include "base/error.hpp"
#include "base/rng.hpp"
#include "tensor/matrix.hpp"

namespace ap {

struct Candidate {
  int id = 0;
  float logit = 0.0F;
  double probability = 0.0;  // of the whole row's softmax, before any cut
};

struct Sampling {
  float temperature = 0.0F;  // 0: always the likeliest
  int top_k = 0;             // 0: all
  float top_p = 1.0F;        // 1: all
  bool operator==(const Sampling&) const = default;
};

/// kRange with what to do: temperature 0 to 100, top_k 0 or more, top_p above 0 and at most 1.
[[nodiscard]] Result<void> validate(const Sampling& sampling);

/// The n likeliest of one row, the likeliest first; of equals the lower id.
[[nodiscard]] std::vector<Candidate> likeliest(ConstView logits, int n);
/// The id of the largest logit; of equals the lower.
[[nodiscard]] int largest(ConstView logits) noexcept;
/// One token; draws one number unless the temperature is 0.
[[nodiscard]] int choose(ConstView logits, const Sampling& sampling, Rng& rng);

}  // namespace ap
