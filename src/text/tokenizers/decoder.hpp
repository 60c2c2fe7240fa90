// Token texts back into one text: the decoders of Hugging Face's `tokenizers`.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "text/pattern/pattern.hpp"
#include "text/tokenizers/spec.hpp"

namespace ap {

class Decoder {
 public:
  [[nodiscard]] static Result<Decoder> make(const std::vector<DecodeStep>& steps);
  /// The bytes, which need not be text.
  [[nodiscard]] std::string run(std::vector<std::string> tokens) const;
  /// What one token's text stands for, wherever it is: no step that looks at its place.
  [[nodiscard]] std::string one(std::string token) const;

 private:
  struct Step {
    DecodeStep what;
    Pattern pattern;
  };
  std::vector<Step> steps_;
};

}  // namespace ap
