// What stands beside a model's weights and in no tensor of them: config.json's heads and rotary
// base, and the list of the files that a model is cut into. Leaves out all that one layer's
// attention does not need.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace ap {

/// Of Hugging Face's config.json; 0 where it does not say.
struct ModelHints {
  int width = 0;
  int heads = 0;
  int kv_heads = 0;
  int head_width = 0;  // said, or width / heads
  float rope_base = 0;
  float rotary_part = 1;     // of a head's numbers that turn
  bool rope_scaled = false;  // long contexts change the angles further
};
[[nodiscard]] Result<ModelHints> read_model_hints(std::string_view json, std::string_view where);

/// The files that model.safetensors.index.json names, each once, in order; empty where the text is
/// no such list. A name with a folder in it is an error.
[[nodiscard]] Result<std::vector<std::string>> shard_names(std::string_view json,
                                                           std::string_view where);

}  // namespace ap
