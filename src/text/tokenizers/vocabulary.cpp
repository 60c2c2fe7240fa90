#include "text/tokenizers/vocabulary.hpp"

#include <algorithm>

#include "text/tokenizers/tokenizer.hpp"

namespace ap {

std::string quoted(std::string_view text) {
  std::string out = "\"" + std::string(text.substr(0, 40));
  return out + (text.size() > 40 ? "...\"" : "\"");
}

Result<Vocabulary> Vocabulary::make(const TokenizerSpec& spec) {
  Vocabulary out;
  int largest = -1;
  const auto in_range = [](int id) { return id >= 0 && id < kMaxTokenIds; };
  const auto out_of_range = [](std::string_view text, int id) {
    return fail(ErrorCode::kRange,
                "token " + quoted(text) + " has the id " + std::to_string(id) +
                    ", which is not in 0.." + std::to_string(kMaxTokenIds - 1),
                "vocabulary");
  };
  for (const auto& [text, id] : spec.vocabulary) {
    if (!in_range(id)) return out_of_range(text, id);
    largest = std::max(largest, id);
  }
  for (const AddedToken& token : spec.added) {
    if (!in_range(token.id)) return out_of_range(token.content, token.id);
    largest = std::max(largest, token.id);
  }
  out.entries_.resize(static_cast<std::size_t>(largest + 1));
  out.ids_.reserve(spec.vocabulary.size() + spec.added.size());
  for (const auto& [text, id] : spec.vocabulary) {
    Entry& entry = out.entries_[static_cast<std::size_t>(id)];
    if (entry.present) {
      return fail(ErrorCode::kParse,
                  "tokens " + quoted(entry.text) + " and " + quoted(text) + " share the id " +
                      std::to_string(id),
                  "vocabulary");
    }
    entry = {text, true, false, false, true};
    const auto [at, fresh] = out.ids_.emplace(text, id);
    if (!fresh) at->second = std::min(at->second, id);
  }
  for (const AddedToken& token : spec.added) {
    Entry& entry = out.entries_[static_cast<std::size_t>(token.id)];
    const int known = out.find(token.content);
    if ((entry.present && entry.text != token.content) ||
        (known >= 0 && known != token.id && !entry.present)) {
      return fail(
          ErrorCode::kParse,
          "added token " + quoted(token.content) + " has the id " + std::to_string(token.id) +
              ", but the vocabulary has " +
              (entry.present ? quoted(entry.text) + " there" : "it as " + std::to_string(known)),
          "added_tokens");
    }
    if (token.content.empty())
      return fail(ErrorCode::kParse,
                  "added token " + std::to_string(token.id) + " is an empty text", "added_tokens");
    entry.text = token.content;
    entry.present = entry.added = true;
    entry.special = entry.special || token.special;
    out.ids_.emplace(token.content, token.id);
  }
  if (largest < 0) return fail(ErrorCode::kParse, "the tokenizer has no tokens", "vocabulary");
  return out;
}

}  // namespace ap
