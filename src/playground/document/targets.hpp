// Targets and locked cells: which ones a document can have, and what keeps them true while it
// changes. Internal to playground/ but for `cell_exists`.
#pragma once

#include <string>
#include <vector>

#include "playground/document/document.hpp"
#include "playground/document/world.hpp"

namespace ap {

/// `where` names the target. Sizes are those of its sentence.
[[nodiscard]] Result<void> check_target(const Document& document, const Target& target, int queries,
                                        int sources, const std::string& where);
/// Of a parameter that the model has, in the head's own slice.
[[nodiscard]] bool cell_exists(const Document& document, CellId cell);

/// A sentence changed: new token j was token from[j] (-1: none). Targets go with their token,
/// shares with theirs; null: that side stays.
void follow_targets(std::vector<Target>& targets, const std::vector<int>* rows,
                    const std::vector<int>* cols);
/// The model's shape changed: targets and locked cells that no longer exist go; words are looked
/// up again at the new width.
void fit_learning(Document& document, const World& world);
/// Tokens of the longest further sentence.
[[nodiscard]] int longest_example(const Document& document);

}  // namespace ap
