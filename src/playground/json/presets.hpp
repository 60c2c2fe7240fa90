// Presets: prepared documents, as data in assets/presets/*.json, parsed on use.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "playground/document/document.hpp"

namespace ap {

class WordVectors;

struct PresetInfo {
  std::string id;     // "similarity"
  std::string title;  // "Similarity only"
  std::string about;  // one sentence
};

/// In the order of the chooser; the first is the default.
[[nodiscard]] const std::vector<PresetInfo>& presets();
[[nodiscard]] Result<Document> load_preset(std::string_view id, const WordVectors* words);

}  // namespace ap
