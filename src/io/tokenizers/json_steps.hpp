// The steps of tokenizer.json: normalizer, pre_tokenizer, post_processor, decoder; nested sequences
// are laid flat.
#pragma once

#include "io/tokenizers/json_part.hpp"
#include "text/tokenizers/spec.hpp"

namespace ap::tokenizer_file {

[[nodiscard]] Result<void> read_normalizer(const Part& part, std::vector<CleanStep>& into);
[[nodiscard]] Result<void> read_pre_tokenizer(const Part& part, std::vector<CutStep>& into);
[[nodiscard]] Result<void> read_post_processor(const Part& part, TokenizerSpec& into);
[[nodiscard]] Result<void> read_decoder(const Part& part, std::vector<DecodeStep>& into);

}  // namespace ap::tokenizer_file
