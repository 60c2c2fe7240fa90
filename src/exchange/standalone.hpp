// One HTML file with the whole playground and a document in it, for opening from a disk without a
// network: the site's scripts become modules in data: addresses by way of an import map, its wasm
// and style are inlined, and what the scripts would fetch is answered from the file itself.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace ap {

/// Names of the built site's files that the page needs, as in build/web.
[[nodiscard]] const std::vector<std::string>& standalone_files();
/// Those that it does more with, where the site has them.
[[nodiscard]] const std::vector<std::string>& standalone_extras();

using SiteFiles = std::vector<std::pair<std::string, std::string>>;  // name, bytes
/// `files`: those of standalone_files (a missing one is an error); `state`: the document's JSON.
[[nodiscard]] Result<std::string> standalone_html(const SiteFiles& files, std::string_view state,
                                                  std::string_view title);

}  // namespace ap
