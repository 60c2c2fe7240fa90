// What a tokenizer does to a text before it cuts it: Unicode normal forms, lower case,
// replacements. The normalizers of Hugging Face's `tokenizers`, each byte of the result knowing
// where it is from.
#pragma once

#include <vector>

#include "base/error.hpp"
#include "text/pattern/pattern.hpp"
#include "text/tokenizers/spec.hpp"
#include "text/unicode/mapped.hpp"

namespace ap {

class Cleaner {
 public:
  [[nodiscard]] static Result<Cleaner> make(const std::vector<CleanStep>& steps);
  [[nodiscard]] bool empty() const noexcept { return steps_.empty(); }
  [[nodiscard]] MappedText run(MappedText text, PatternBudget& budget) const;

 private:
  std::vector<CleanStep> steps_;
  std::vector<Pattern> patterns_;  // one a step, unused but for kReplace
};

}  // namespace ap
