// Which of a model's files hold its tokenizer.
#include "base/late.hpp"
#include "io/tokenizers/files.hpp"

namespace ap {

AP_LATE Result<OpenedTokenizer> read_tokenizer(
    const std::map<std::string, std::string, std::less<>>& files) {
  const auto file = [&](std::string_view name) -> const std::string* {
    const auto found = files.find(name);
    return found == files.end() ? nullptr : &found->second;
  };
  const std::string* const config_file = file("tokenizer_config.json");
  const std::string_view config = config_file == nullptr ? std::string_view() : *config_file;
  if (const auto* json = file("tokenizer.json")) return read_tokenizer_json(*json, config);
  for (const auto& [vocab, merges] :
       {std::pair{"vocab.json", "merges.txt"}, std::pair{"encoder.json", "vocab.bpe"}}) {
    if (file(vocab) != nullptr && file(merges) != nullptr)
      return read_vocab_and_merges(*file(vocab), *file(merges), config);
  }
  if (const auto* text = file("vocab.txt")) return read_vocab_txt(*text, config);
  if (const auto* bytes = file("tokenizer.bin")) {
    return read_tokenizer_bin(
        {reinterpret_cast<const unsigned char*>(bytes->data()), bytes->size()});
  }
  if (file("tokenizer.model") != nullptr || file("spiece.model") != nullptr) {
    return fail(ErrorCode::kUnsupported,
                "SentencePiece's own file is not read here; add the model's tokenizer.json",
                "tokenizer.model");
  }
  return fail(ErrorCode::kNotFound,
              "there is no tokenizer among the files: tokenizer.json, vocab.json with merges.txt, "
              "encoder.json with vocab.bpe, vocab.txt or tokenizer.bin is needed");
}

}  // namespace ap
