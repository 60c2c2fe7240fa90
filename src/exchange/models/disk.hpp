// A model's files on a disk, for the command line and the window: a folder, or one file of it with
// what lies beside it. Natively a large file is mapped, so that what is not needed is not read.
#pragma once

#include "exchange/models/open.hpp"

namespace ap {

/// Whether the path is a folder, or a file whose name is a model's.
[[nodiscard]] bool is_model_path(const std::string& path);
[[nodiscard]] Result<ModelFiles> files_on_disk(const std::string& path);
/// Bytes that a model's numbers may take: what the system says is free, or what wasm can have.
[[nodiscard]] std::uint64_t memory_for_models();

}  // namespace ap
