// An expression as a tree, which pattern.cpp makes a program of.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "text/pattern/code_set.hpp"
#include "text/pattern/pattern.hpp"

namespace ap {

struct PatternNode {
  enum class Kind : std::uint8_t { kSet, kAll, kEither, kRepeat, kLook, kBehind, kAtomic, kAssert };
  static constexpr std::uint32_t kNoLimit = 0xffffffffU;

  Kind kind = Kind::kAll;
  std::vector<PatternNode> parts;     // kAll (in a row), kEither, the others' one
  CodeSet set;                        // kSet, kBehind
  std::uint32_t least = 0, most = 0;  // kRepeat
  bool lazy = false;                  // kRepeat
  bool possessive = false;            // kRepeat
  bool negative = false;              // kLook, kBehind, kBoundary
  Pattern::Op assertion = Pattern::Op::kAccept;

  [[nodiscard]] bool can_be_empty() const;
};

[[nodiscard]] Result<PatternNode> parse_pattern(std::string_view expression);

}  // namespace ap
