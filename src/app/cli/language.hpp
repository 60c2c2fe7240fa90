// A language model on the command line: opened from a folder or a file, a text or ids as its input.
#pragma once

#include <span>

#include "exchange/models/open.hpp"

namespace CLI {
class App;
}

namespace ap::cli {

/// What predict, generate and tokenize are told alike.
struct LanguageArgs {
  std::string model, text, ids;
  std::vector<std::string> config;  // key=value
  bool has_text = false;
  bool has_ids = false;
};
void add_language_options(CLI::App& command, LanguageArgs& args, bool ids);

/// Notes go to standard error.
[[nodiscard]] Result<OpenedModel> open_language(const LanguageArgs& args);
/// The ids that are asked for, each in the table.
[[nodiscard]] Result<std::vector<int>> input_ids(const LanguageArgs& args,
                                                 const OpenedModel& model);
/// A token as text; its number where there is no tokenizer.
[[nodiscard]] std::string token_text(const OpenedModel& model, int id);

/// "[1,2,3]"
[[nodiscard]] std::string json_ids(std::span<const int> ids);

}  // namespace ap::cli
