// From a document to its training: what the trainer descends, and the slopes that the sheet shows.
#pragma once

#include "attention/learning/train.hpp"
#include "playground/document/document.hpp"

namespace ap {

/// The document's model, sentences and targets, ready to descend; its parameters are in the order
/// of their addresses. kNotFound: nothing painted; kNotEditable: nothing may learn; kRange: a
/// target on a key that the mask hides; kTooLarge.
[[nodiscard]] Result<Training> make_training(const Document& document);

/// The slope of the loss at the document's own numbers, for heatmaps: by every parameter, and by
/// everything of the shown sentence, given or computed.
[[nodiscard]] Result<Gradients> loss_gradient(const Document& document);

}  // namespace ap
