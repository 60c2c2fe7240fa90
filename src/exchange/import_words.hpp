// A list of texts in a file ("tokens" beside an attention matrix) as the tokens of a sentence.
// Leaves out subword marks: tokens are taken as they are written.
#pragma once

#include "exchange/import.hpp"

namespace ap {

/// The entry that the sentence would take: the one of that name, or the first that has words. -1:
/// none.
[[nodiscard]] int find_words(const OpenedFile& file, std::string_view name) noexcept;
/// The sentence gets these tokens and keeps what fits of its embeddings.
[[nodiscard]] Result<ImportPlan> plan_words(const Document& document, const OpenedFile& file,
                                            std::string_view name, Side side);

}  // namespace ap
