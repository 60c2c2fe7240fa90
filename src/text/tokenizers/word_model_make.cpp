// What a WordModel looks things up in, made from the specification.
#include <algorithm>
#include <cmath>

#include "text/tokenizers/byte_level.hpp"
#include "text/tokenizers/word_model.hpp"
#include "text/unicode.hpp"
#include "text/unicode/unicode_data.hpp"

namespace ap {
namespace {

/// "<0x0A>"
std::string byte_name(unsigned byte) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  return std::string("<0x") + kDigits[byte / 16] + kDigits[byte % 16] + '>';
}

}  // namespace

Result<WordModel> WordModel::make(const TokenizerSpec& spec, const Vocabulary& vocabulary) {
  WordModel out(spec, vocabulary);
  if (spec.unknown) {
    const int id = vocabulary.find(*spec.unknown);
    if (id < 0) {
      return fail(
          ErrorCode::kNotFound,
          "the token for unknown words, " + quoted(*spec.unknown) + ", is not in the vocabulary",
          "model.unk_token");
    }
    out.unknown_ = static_cast<std::uint32_t>(id);
  } else if (spec.model == TokenModel::kWordPiece) {
    return fail(ErrorCode::kParse, "WordPiece needs a token for unknown words", "model.unk_token");
  }
  for (const auto& [text, id] : spec.vocabulary) out.longest_ = std::max(out.longest_, text.size());
  if (auto done = out.read_alphabet(); !done) return std::unexpected(done.error());
  if (spec.model == TokenModel::kMerges) {
    if (auto done = out.read_merges(); !done) return std::unexpected(done.error());
  } else if (spec.model == TokenModel::kScores) {
    if (auto done = out.read_scores(); !done) return std::unexpected(done.error());
  }
  return out;
}

Result<void> WordModel::read_alphabet() {
  byte_level_ = !spec_->cut.empty() && spec_->cut.back().kind == CutKind::kByteLevel;
  for (unsigned b = 0; b < 256; ++b) {
    int id = -1;
    if (byte_level_) {
      std::string text;
      append_utf8(byte_letter(static_cast<unsigned char>(b)), text);
      id = vocabulary_->find_model(text);
    } else if (spec_->byte_offset >= 0) {
      id = vocabulary_->has(static_cast<int>(b) + spec_->byte_offset)
               ? static_cast<int>(b) + spec_->byte_offset
               : -1;
    } else if (spec_->byte_fallback || spec_->model == TokenModel::kScores) {
      id = vocabulary_->find_model(byte_name(b));
    }
    bytes_[b] = id < 0 ? kNoId : static_cast<std::uint32_t>(id);
  }
  if (!byte_level_) return {};
  const bool by_bytes = spec_->model == TokenModel::kMerges && spec_->word_suffix.empty() &&
                        spec_->continuing_prefix.empty();
  if (!by_bytes) {
    return fail(ErrorCode::kUnsupported,
                "ByteLevel is known here only before BPE without a prefix or suffix",
                "pre_tokenizer");
  }
  if (!spec_->ignore_merges) return {};
  for (const auto& [text, id] : spec_->vocabulary)
    if (auto bytes = bytes_of_letters(text)) byte_words_.emplace(std::move(*bytes), id);
  return {};
}

Result<void> WordModel::read_merges() {
  table_ = PairTable(spec_->merges.size());
  const std::string& prefix = spec_->continuing_prefix;
  std::string both;
  std::uint32_t rank = 0;
  for (const auto& [left, right] : spec_->merges) {
    both = left;
    both += std::string_view(right).substr(right.starts_with(prefix) ? prefix.size() : 0);
    const int a = vocabulary_->find(left);
    const int b = vocabulary_->find(right);
    const int result = vocabulary_->find(both);
    if (a < 0 || b < 0 || result < 0) {
      return fail(ErrorCode::kNotFound,
                  "merge " + std::to_string(rank) + ", " + quoted(left) + " with " + quoted(right) +
                      ", names " +
                      quoted(a < 0   ? left
                             : b < 0 ? right
                                     : both) +
                      ", which is not in the vocabulary",
                  "model.merges");
    }
    table_.set(static_cast<std::uint32_t>(a), static_cast<std::uint32_t>(b),
               {rank++, static_cast<std::uint32_t>(result)});
  }
  return {};
}

Result<void> WordModel::read_scores() {
  if (spec_->scores.size() != spec_->vocabulary.size()) {
    return fail(ErrorCode::kShape,
                "there are " + std::to_string(spec_->vocabulary.size()) + " tokens and " +
                    std::to_string(spec_->scores.size()) + " scores",
                "scores");
  }
  for (std::size_t i = 0; i < spec_->scores.size(); ++i) {
    if (!std::isfinite(spec_->scores[i])) {
      return fail(ErrorCode::kNotFinite,
                  "the score of token " + quoted(spec_->vocabulary[i].first) + " is not finite",
                  "scores");
    }
  }
  ranked_scores_ = spec_->scores;
  std::ranges::sort(ranked_scores_, std::greater<>());
  ranked_scores_.erase(std::ranges::unique(ranked_scores_).begin(), ranked_scores_.end());
  if (spec_->merge_unknown) {
    auto next = static_cast<std::uint32_t>(vocabulary_->size());
    for (const auto& [text, id] : spec_->vocabulary) {
      for (std::size_t at = 0; at < text.size();) {
        const auto code = decode(text, at);
        const std::size_t size = code ? static_cast<std::size_t>(code->size) : 1;
        const std::string_view one = std::string_view(text).substr(at, size);
        if (vocabulary_->find_model(one) < 0 && extra_.emplace(one, next).second) ++next;
        at += size;
      }
    }
  }
  for (std::size_t i = 0; i < spec_->vocabulary.size(); ++i) {
    const auto& [text, id] = spec_->vocabulary[i];
    const auto rank = std::ranges::lower_bound(ranked_scores_, spec_->scores[i], std::greater<>()) -
                      ranked_scores_.begin();
    if (vocabulary_->find(text) == id) split_token(id, text, static_cast<std::uint32_t>(rank));
  }
  return {};
}

/// Every way in which two pieces can make this token.
void WordModel::split_token(int id, std::string_view text, std::uint32_t rank) {
  constexpr std::size_t kLongest = 1024;  // no real token is longer; the work grows with its square
  if (text.size() > kLongest) return;
  for (std::size_t at = 1; at < text.size(); ++at) {
    if ((static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U) continue;
    const std::uint32_t left = letter(text.substr(0, at));
    if (left == kNoId) continue;
    const std::uint32_t right = letter(text.substr(at));
    if (right != kNoId) table_.set(left, right, {rank, static_cast<std::uint32_t>(id)});
  }
}

}  // namespace ap
