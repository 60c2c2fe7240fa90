// A cleaned text into words, which are merged each by itself: the pre-tokenizers of Hugging Face's
// `tokenizers`. A step may also change the text (a space becomes ▁, one is put before it).
// Leaves out: the letters of ByteLevel, which the models do without (byte_level.hpp).
#pragma once

#include <vector>

#include "base/error.hpp"
#include "text/pattern/pattern.hpp"
#include "text/tokenizers/spec.hpp"
#include "text/unicode/mapped.hpp"

namespace ap {

struct CutText {
  MappedText text;
  std::vector<ByteSpan> words;  // bytes of `text`, in order, none empty
};

class Cutter {
 public:
  [[nodiscard]] static Result<Cutter> make(const std::vector<CutStep>& steps);
  /// first: the text is the beginning of what was given.
  [[nodiscard]] CutText run(MappedText text, bool first, PatternBudget& budget) const;

 private:
  struct Step {
    CutStep what;
    Pattern pattern;
  };
  void apply(const Step& step, bool first, CutText& cut, PatternBudget& budget) const;

  std::vector<Step> steps_;
};

}  // namespace ap
