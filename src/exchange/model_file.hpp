// Attention layers of model files by their tensors' names, so that a layer and a head load in two
// clicks: BERT and its kin (PyTorch Linear, out x in: transposed), GPT-2 (one D x 3D matrix, not
// transposed) and Llama and its kin (Linear, grouped, rotary positions). How many heads there are
// stands in no tensor: config.json beside the file says it (model_hints.hpp), or whoever imports;
// what is guessed (64; 128 for wide Llamas) is only offered. Leaves out norms, MLPs and embeddings.
#pragma once

#include <string>
#include <vector>

#include "exchange/import.hpp"

namespace ap {

struct ModelInfo {
  std::string family;             // "BERT", "DistilBERT", "GPT-2", "Llama"
  std::string prefix;             // before the layer's part of the names
  std::vector<int> layers;        // that are in the file, ascending
  int width = 0;                  // D
  int query_columns = 0;          // H·K
  int key_columns = 0;            // G·K
  bool biases = false;            // of any of the four
  bool qk_norms = false;          // norms of queries and keys, which are not taken along
  int head_width = 0;             // K
  bool head_known = false;        // from config.json or the tensors; else it is a guess
  std::vector<int> partial = {};  // layers of which other files have the rest
  float rope_base = 0;            // 0: not said
  int rotary_width = 0;           // of a head; 0: all of it
  bool rope_scaled = false;
  [[nodiscard]] int heads(int width_of_head) const noexcept {
    return width_of_head > 0 && query_columns % width_of_head == 0 ? query_columns / width_of_head
                                                                   : 0;
  }
  [[nodiscard]] int kv_heads(int width_of_head) const noexcept {
    return width_of_head > 0 && key_columns % width_of_head == 0 ? key_columns / width_of_head : 0;
  }
};

/// What the names say, the largest model first; empty where none is known.
[[nodiscard]] std::vector<ModelInfo> find_models(const OpenedFile& file);

struct ModelChoice {
  int model = 0;       // of find_models
  int layer = 0;       // as the file counts
  int head = -1;       // -1: all
  int to_layer = 0;    // of the document
  int head_width = 0;  // 0: what the file says
  int width = 0;       // only the first so many dimensions of D; 0: all
};
/// The document takes the layer's shape and kind (causal, rotary positions, biases).
[[nodiscard]] Result<ImportPlan> plan_model(const Document& document, const OpenedFile& file,
                                            const ModelChoice& choice);

}  // namespace ap
