// A set of code points: what one place of a pattern may be.
#pragma once

#include <array>
#include <vector>

#include "text/unicode/unicode_data.hpp"

namespace ap {

class CodeSet {
 public:
  void add(char32_t first, char32_t last) { ranges_.push_back({first, last}); }
  void add(const std::vector<CodeRange>& ranges) {
    ranges_.insert(ranges_.end(), ranges.begin(), ranges.end());
  }
  void add(const CodeSet& other) { add(other.ranges_); }
  void invert();
  void intersect(const CodeSet& other);
  /// Latin letters in both cases, if in one.
  void ignore_case();
  /// Sorts; must be called after the last change and before contains().
  void settle();
  [[nodiscard]] bool empty() const { return ranges_.empty(); }

  [[nodiscard]] bool contains(char32_t code) const noexcept {
    return code < 128 ? low_[code] : above(code);
  }

 private:
  [[nodiscard]] bool above(char32_t code) const noexcept;

  std::vector<CodeRange> ranges_;
  std::array<bool, 128> low_{};
};

}  // namespace ap
