// Which tokens begin, end, pad and mask: from tokenizer_config.json, or, without one, by the names
// that models use.
#pragma once

#include "io/tokenizers/json_part.hpp"
#include "text/tokenizers/spec.hpp"

namespace ap::tokenizer_file {

/// `config` may be empty. What it names and the vocabulary lacks is left unset and noted.
[[nodiscard]] Result<void> name_special(std::string_view config, TokenizerSpec& spec,
                                        std::vector<std::string>& notes);

}  // namespace ap::tokenizer_file
