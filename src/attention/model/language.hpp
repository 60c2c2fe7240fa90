// Language: what a language model has around its layers. Before them, a row of the table for each
// token's id; after them, a number for each token of the vocabulary.
//
//   embeddings = table[id] · table_scale
//   input      = norm(embeddings + positions + segment)      the norm and the segment if there are
//   final      = norm(activation(output W + b))              the norm and the transform likewise
//   logits     = cap(final Uᵀ + b)                           U: the table, if tied
//   probabilities = softmax(logits)
// Leaves out: the tokenizer, several segments.
#pragma once

#include "attention/model/parts.hpp"

namespace ap {

struct Language {
  SharedMatrix table;        // V x D
  float table_scale = 1.0F;  // Gemma: sqrt(D)
  SharedMatrix segment;      // 1 x D, added to every row; null: none (BERT's token type 0)
  Norm embedding_norm;       // null gain: none
  Linear transform;          // D x D; null: none (BERT, RoBERTa, DistilBERT)
  MlpKind activation = MlpKind::kGelu;  // of the transform: no gated kind; kNone: none
  Norm final_norm;                      // null gain: none
  SharedMatrix unembedding;             // V x D; null: tied, the table itself
  SharedMatrix bias;                    // 1 x V; null: none
  float softcap = 0.0F;                 // of the logits; 0: none

  [[nodiscard]] const SharedMatrix& output_table() const noexcept {  // V x D
    return unembedding ? unembedding : table;
  }
  [[nodiscard]] int vocabulary() const noexcept {  // V
    return table ? static_cast<int>(table->rows()) : 0;
  }
  [[nodiscard]] bool transformed() const noexcept { return transform.weight != nullptr; }
  bool operator==(const Language&) const = default;
};

inline constexpr int kMaxTableRows = 1 << 20;

}  // namespace ap
