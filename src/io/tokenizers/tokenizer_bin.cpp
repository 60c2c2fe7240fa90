// llama2.c's tokenizer.bin (export by karpathy/llama2.c, tokenizer.py): i32 length of the longest
// token, then for every token f32 score, i32 length and its bytes, a space where SentencePiece has
// ▁. Its `encode` puts a space before the text, never looks for special tokens, and takes byte b as
// token b + 3 where there is no token for a character.
#include <bit>
#include <cstring>

#include "base/late.hpp"
#include "io/tokenizers/files.hpp"

namespace ap {
namespace {

constexpr std::string_view kFile = "tokenizer.bin";
constexpr int kMaxLength = 1 << 16;

std::uint32_t word_at(std::span<const unsigned char> bytes, std::size_t at) {
  std::uint32_t out = 0;
  for (std::size_t i = 4; i-- > 0;) out = (out << 8) | bytes[at + i];
  return out;
}

Result<void> read_entries(std::span<const unsigned char> bytes, int count, TokenizerSpec& spec) {
  const auto cut_off = [&](std::size_t n) {
    return fail(ErrorCode::kParse,
                "ends inside token " + std::to_string(n) +
                    (count > 0 ? " of " + std::to_string(count) : std::string()) +
                    ": the file is cut off, or not llama2.c's",
                std::string(kFile));
  };
  if (bytes.size() < 4) return cut_off(0);
  const auto longest = static_cast<std::int32_t>(word_at(bytes, 0));
  std::size_t at = 4;
  while (at < bytes.size() &&
         (count == 0 || spec.vocabulary.size() < static_cast<std::size_t>(count))) {
    const std::size_t n = spec.vocabulary.size();
    if (n >= static_cast<std::size_t>(kMaxTokenIds))
      return fail(ErrorCode::kTooLarge, "has too many tokens", std::string(kFile));
    if (bytes.size() - at < 8) return cut_off(n);
    const auto length = static_cast<std::int32_t>(word_at(bytes, at + 4));
    if (length < 0 || length > kMaxLength || length > longest) {
      return fail(ErrorCode::kParse,
                  "says that token " + std::to_string(n) + " has " + std::to_string(length) +
                      " bytes, and that the longest has " + std::to_string(longest) +
                      ": not a tokenizer.bin of llama2.c",
                  std::string(kFile));
    }
    spec.scores.push_back(std::bit_cast<float>(word_at(bytes, at)));
    at += 8;
    const auto size = static_cast<std::size_t>(length);
    if (bytes.size() - at < size) return cut_off(n);
    spec.vocabulary.emplace_back(
        std::string(reinterpret_cast<const char*>(bytes.data()) + at, size), static_cast<int>(n));
    at += size;
  }
  if (count > 0 && spec.vocabulary.size() < static_cast<std::size_t>(count))
    return cut_off(spec.vocabulary.size());
  if (at < bytes.size()) {
    return fail(ErrorCode::kShape,
                "has more than the " + std::to_string(count) + " tokens of the model",
                std::string(kFile));
  }
  return {};
}

}  // namespace

AP_LATE Result<OpenedTokenizer> read_tokenizer_bin(std::span<const unsigned char> bytes,
                                                   int count) {
  TokenizerSpec spec;
  if (auto done = read_entries(bytes, count, spec); !done) return std::unexpected(done.error());
  if (spec.vocabulary.size() < 259) {
    return fail(ErrorCode::kShape,
                "has " + std::to_string(spec.vocabulary.size()) +
                    " tokens; llama2.c needs <unk>, <s>, </s> and 256 bytes at least",
                std::string(kFile));
  }
  spec.model = TokenModel::kScores;
  spec.byte_offset = 3;
  spec.byte_fallback = true;
  CleanStep space;
  space.kind = CleanKind::kPrepend;
  space.content = " ";
  spec.clean.push_back(space);
  DecodeStep fallback;
  fallback.kind = DecodeKind::kByteFallback;
  spec.decode.push_back(fallback);
  DecodeStep fuse;
  fuse.kind = DecodeKind::kFuse;
  spec.decode.push_back(fuse);
  spec.bos = 1;
  spec.eos = 2;
  spec.before = {1};
  spec.skip_space_after_bos = true;
  auto tokenizer = Tokenizer::make(std::move(spec));
  if (!tokenizer) {
    Error error = tokenizer.error();
    error.where = std::string(kFile) + ": " + error.where;
    return std::unexpected(std::move(error));
  }
  return OpenedTokenizer{std::move(*tokenizer), {}};
}

}  // namespace ap
