// .safetensors as a TensorTable: one whole file, or several by the index beside them
// (model.safetensors.index.json: {"weight_map": {tensor: file}}). Bytes stay where they are.
#pragma once

#include <functional>

#include "io/containers/stored.hpp"

namespace ap {

/// Adds the file's tensors.
[[nodiscard]] Result<void> add_safetensors(TensorTable& table, const SharedBytes& file,
                                           std::string_view where);

/// The bytes of a file beside the index, by its name.
using ReadFile = std::function<Result<SharedBytes>(const std::string& name)>;
/// Every tensor of the index must be in the file that the index names.
[[nodiscard]] Result<TensorTable> read_shards(std::string_view index, const ReadFile& read,
                                              std::string_view where);

}  // namespace ap
