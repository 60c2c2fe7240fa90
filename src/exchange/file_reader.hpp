// Files on a disk for the command line and the window: opened whole, or, for .safetensors, by
// header and byte ranges, so that a model of gigabytes costs what is taken from it.
#pragma once

#include <string>
#include <vector>

#include "exchange/import.hpp"
#include "exchange/standalone.hpp"

namespace ap {

[[nodiscard]] Result<OpenedFile> open_from_disk(const std::string& path);
/// The bytes that a plan needs; nothing where the file is held.
[[nodiscard]] Result<std::vector<Bytes>> read_pieces(const std::string& path,
                                                     const OpenedFile& file,
                                                     const ImportPlan& plan);

/// What standalone_html needs of the folder of the built page: its files, and the extras that are
/// there.
[[nodiscard]] Result<SiteFiles> read_site(const std::string& folder);

}  // namespace ap
