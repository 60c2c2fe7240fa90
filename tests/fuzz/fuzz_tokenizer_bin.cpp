// llama2.c's tokenizer.bin, and a text cut by it.
#include "fuzz.hpp"

#include "io/tokenizers/files.hpp"
#include "text/unicode.hpp"

AP_FUZZ_TARGET(data, size) {
  using namespace ap;
  const auto opened = read_tokenizer_bin(fuzz::bytes(data, size));
  if (!opened) {
    fuzz::require(!opened.error().message.empty());
    return 0;
  }
  const Tokenizer& tokenizer = opened->tokenizer;
  const std::string_view text =
      fuzz::text(data, size).substr(size - std::min<std::size_t>(size, 64));
  const auto encoding = tokenizer.encode(text);
  fuzz::require(encoding.has_value());
  for (const Piece& piece : encoding->pieces)
    fuzz::require(tokenizer.has(piece.id) && piece.begin <= piece.end && piece.end <= text.size());
  fuzz::require(valid_utf8(tokenizer.decode(encoding->ids())));
  return 0;
}
