// A matrix in a share link: the rule that it almost follows, then the cells that differ from it; or
// all of its cells. Internal to link.cpp.
#pragma once

#include "io/link/bytes.hpp"
#include "playground/document/document.hpp"
#include "text/word_vectors.hpp"

namespace ap {

/// What the rules are applied to; `document` has its counts, options and tokens already.
struct ShareRules {
  const Document& document;
  const Document& base;      // the preset
  const WordVectors* core;   // the small list that is in every program
  const WordVectors* words;  // the document's own
  std::uint64_t seed = 0;    // writing: the one that was found last is tried first
  unsigned version = 1;      // writing: the first that can read what was written
};

/// The parameter at an address, also of a source sentence that is not in use.
[[nodiscard]] SharedMatrix shared_matrix(const Document& document, TensorId id);

/// Nothing if the matrix is the preset's own.
void write_matrix(ShareWriter& out, ShareRules& rules, TensorId id, const SharedMatrix& matrix);
/// After the address: the rest of what write_matrix wrote. `room`: cells that may still be made.
/// Rows that the word list made set their token's origin. False: damaged, or no room.
[[nodiscard]] bool read_matrix(ShareReader& in, Document& document, const ShareRules& rules,
                               TensorId id, std::int64_t& room);

}  // namespace ap
