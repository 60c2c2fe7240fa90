// Sentence: tokens with their embedding rows, and where those came from.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "tensor/matrix.hpp"

namespace ap {

/// Where a token's embedding row came from.
enum class Origin {
  kWord,      // the word list
  kUnknown,   // no such word there: a stable vector seeded by the word
  kEdited,    // changed or given by a person, a script or a preset
  kIdentity,  // one-hot by position, when a preset or a person asks for it
};

struct TokenEntry {
  std::string text;
  Origin origin = Origin::kUnknown;
  bool operator==(const TokenEntry&) const = default;
};

/// Of a document: the sentence whose tokens ask, and the one that they look at (cross-attention).
enum class Side { kQuery, kSource };

/// One sentence with its embeddings (tokens x D).
struct Sentence {
  std::string text;
  std::vector<TokenEntry> tokens;
  SharedMatrix embeddings;
  [[nodiscard]] int size() const noexcept { return static_cast<int>(tokens.size()); }
};

/// Equal in every bit; matrices by content.
[[nodiscard]] bool same_bits(const SharedMatrix& a, const SharedMatrix& b);
[[nodiscard]] bool same_bits(const Sentence& a, const Sentence& b);

}  // namespace ap
