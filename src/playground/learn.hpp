// From a document to its training, and what keeps targets true while the document changes.
// Internal to playground/ but for `loss_gradient`.
#pragma once

#include "attention/train.hpp"
#include "playground/action.hpp"

namespace ap {

/// The document's model, sentences and targets, ready to descend; its parameters are in the order
/// of their addresses. kNotFound: nothing painted; kNotEditable: nothing may learn; kRange: a target
/// on a key that the mask hides; kTooLarge.
[[nodiscard]] Result<Training> make_training(const Document& document);

/// The slope of the loss at the document's own numbers, for heatmaps: by every parameter, and by
/// everything of the shown sentence, given or computed.
[[nodiscard]] Result<Gradients> loss_gradient(const Document& document);

/// `where` names the target. Sizes are those of its sentence.
[[nodiscard]] Result<void> check_target(const Document& document, const Target& target, int queries,
                                        int sources, const std::string& where);
/// Of a parameter that the model has, in the head's own slice.
[[nodiscard]] bool cell_exists(const Document& document, CellId cell);

/// A sentence changed: new token j was token from[j] (-1: none). Targets go with their token, shares
/// with theirs; null: that side stays.
void follow_targets(std::vector<Target>& targets, const std::vector<int>* rows,
                    const std::vector<int>* cols);
/// The model's shape changed: targets and locked cells that no longer exist go; words are looked
/// up again at the new width.
void fit_learning(Document& document, const World& world);
/// Tokens of the longest further sentence.
[[nodiscard]] int longest_example(const Document& document);

}  // namespace ap
