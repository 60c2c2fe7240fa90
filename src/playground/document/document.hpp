// Document: all that a person has made, as a value. Copying shares the big matrices, so every step
// of history keeps a whole document. Computed numbers are in the Trace, never here.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "attention/model/input.hpp"
#include "attention/model/tensor_id.hpp"
#include "playground/document/learning.hpp"
#include "text/tokenizer.hpp"

namespace ap {

struct Document {
  std::string title;
  std::string preset;  // id of the preset it began as; may be empty
  TokenMode token_mode = TokenMode::kWords;
  Sentence query;
  bool cross = false;
  Sentence source;  // cross-attention only
  Model model;
  SharedMatrix mask;   // painted: query tokens x source tokens, 0, -inf or finite; null: none
  int kv_length = -1;  // padding; -1: none
  int cached = 0;      // KV cache: this many first tokens are past; self-attention and causal only
  std::set<std::pair<int, Stage>> locked;  // {layer, stage}: cells that refuse edits and learning
  LockedCells locked_cells;                // single cells that do; addresses as in the trace
  Learning learning;
  std::vector<std::uint64_t>
      seeds;  // that weights were made from, if no trial finds them (remember_seed)
};
/// Equal in every bit that a person could see, matrices compared by content; not by their seeds.
[[nodiscard]] bool operator==(const Document& a, const Document& b);

/// The forward pass's input. With `cached`, the first tokens' keys and values come from `past`.
[[nodiscard]] Input input_of(const Document& document, std::shared_ptr<const Past> past = nullptr);

/// Is something finite added to capped scores? Then it matters that the cap comes before the mask.
[[nodiscard]] bool cap_meets_mask(const Document& document);

/// The model and input are valid, the sentences fit their embeddings, the mask its sentence.
[[nodiscard]] Result<void> validate(const Document& document);

/// Labels of the rows and columns of a tensor: tokens, or dimension numbers "0", "1", ...
[[nodiscard]] std::vector<std::string> row_labels(const Document& document, TensorId id);
[[nodiscard]] std::vector<std::string> col_labels(const Document& document, TensorId id);

/// The parameter matrix at an address, whole (all heads), or null; and a document with it replaced.
[[nodiscard]] SharedMatrix parameter(const Document& document, TensorId id);
void set_parameter(Document& document, TensorId id, SharedMatrix matrix);

}  // namespace ap
