// Addresses of the parameters: which shared matrix of the document a TensorId names.
#include <utility>

#include "attention/model/layer_slot.hpp"
#include "playground/document/document.hpp"

namespace ap {
namespace {

template <class D>
auto slot(D& document, TensorId id) -> decltype(&document.mask) {
  switch (id.stage) {
    case Stage::kEmbeddings: return &document.query.embeddings;
    case Stage::kSourceEmbeddings: return document.cross ? &document.source.embeddings : nullptr;
    case Stage::kPositions: return &document.model.positions.learned;
    case Stage::kMask: return &document.mask;
    default: break;
  }
  if (id.layer < 0 || id.layer >= static_cast<int>(document.model.layers.size())) return nullptr;
  return layer_slot(document.model.layers[static_cast<std::size_t>(id.layer)], id.stage);
}

}  // namespace

SharedMatrix parameter(const Document& document, TensorId id) {
  const SharedMatrix* found = slot(document, id);
  return found ? *found : nullptr;
}

void set_parameter(Document& document, TensorId id, SharedMatrix matrix) {
  SharedMatrix* found = slot(document, id);
  if (found) *found = std::move(matrix);
}

}  // namespace ap
