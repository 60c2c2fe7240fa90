// Tensors in JSON: {"name": {"shape": [..], "dtype": "torch.float32", "data": base64}, "config":
// {..}}, as llm-viz ships minGPT. Leaves out other types than float32.
#pragma once

#include "io/containers/stored.hpp"

namespace ap {

struct JsonModel {
  TensorTable tensors;
  std::string config;  // its text, or empty
};

/// Whether it looks like one: an object whose items have base64 data.
[[nodiscard]] bool is_json_model(std::string_view text) noexcept;
[[nodiscard]] Result<JsonModel> read_json_model(std::string_view text, std::string_view where);

}  // namespace ap
