// A tokenizer.json, and a text cut by what it says: before the first zero byte, and after it.
#include "fuzz.hpp"

#include "io/tokenizers/files.hpp"
#include "text/unicode.hpp"

AP_FUZZ_TARGET(data, size) {
  using namespace ap;
  const std::string_view all = fuzz::text(data, size);
  const std::size_t end = std::min(all.find('\0'), all.size());
  const auto opened = read_tokenizer_json(all.substr(0, end));
  if (!opened) {
    fuzz::require(!opened.error().message.empty());
    return 0;
  }
  const Tokenizer& tokenizer = opened->tokenizer;
  const std::string_view text =
      end < all.size() ? all.substr(end + 1) : "It's 12  cats, caf\u00e9\n";
  const auto encoding = tokenizer.encode(text);
  if (!encoding) return 0;
  for (const Piece& piece : encoding->pieces) {
    fuzz::require(tokenizer.has(piece.id) && !tokenizer.piece_text(piece.id).empty());
    fuzz::require(piece.begin <= piece.end && piece.end <= text.size());
  }
  fuzz::require(valid_utf8(tokenizer.decode(encoding->ids())));
  if (!encoding->pieces.empty()) fuzz::require(tokenizer.explain(text, 0).has_value());
  return 0;
}
