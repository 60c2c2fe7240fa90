#include "text/tokenizers/word_model.hpp"

#include <algorithm>

#include "text/tokenizers/byte_level.hpp"
#include "text/unicode.hpp"
#include "text/unicode/unicode_data.hpp"

namespace ap {
namespace {

std::size_t code_size(std::string_view text, std::size_t at) {
  const auto code = decode(text, at);
  return code ? static_cast<std::size_t>(code->size) : 1;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

std::uint32_t at32(std::size_t n) { return static_cast<std::uint32_t>(n); }

std::vector<WordStory::Part> parts_of(std::string_view word, const std::vector<Symbol>& symbols) {
  std::vector<WordStory::Part> out;
  for (const Symbol& s : symbols) {
    out.push_back({s.id == kNoId ? -1 : static_cast<int>(s.id),
                   std::string(word.substr(s.begin, s.end - s.begin))});
  }
  return out;
}

void keep_within(std::vector<Symbol>& symbols, std::uint32_t begin, std::uint32_t end) {
  std::erase_if(symbols, [&](const Symbol& s) { return s.begin < begin || s.end > end; });
}

}  // namespace

std::uint32_t WordModel::whole(std::string_view word) const {
  if (byte_level_) {
    const auto found = byte_words_.find(std::string(word));
    return found == byte_words_.end() ? kNoId : static_cast<std::uint32_t>(found->second);
  }
  const int id = vocabulary_->find_model(word);
  return id < 0 ? kNoId : static_cast<std::uint32_t>(id);
}

std::optional<std::string> WordModel::bytes_of(int id) const {
  if (!byte_level_) return std::nullopt;
  return bytes_of_letters(vocabulary_->raw(id));
}

std::uint32_t WordModel::letter(std::string_view one) const {
  if (const int id = vocabulary_->find_model(one); id >= 0) return static_cast<std::uint32_t>(id);
  const auto found = extra_.find(one);
  return found == extra_.end() ? kNoId : found->second;
}

int WordModel::letters_of_bytes(std::string_view word, std::vector<Symbol>& out) const {
  int dropped = 0;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const std::uint32_t id = bytes_[static_cast<unsigned char>(word[i])];
    const std::uint32_t known = id == kNoId ? unknown_ : id;
    if (known == kNoId) {
      ++dropped;
      continue;
    }
    const bool fuse = id == kNoId && spec_->fuse_unknown && !out.empty() &&
                      out.back().id == unknown_ && out.back().end == i;
    if (fuse) {
      out.back().end = at32(i + 1);
    } else {
      out.push_back({known, at32(i), at32(i + 1)});
    }
  }
  return dropped;
}

bool WordModel::append_bytes(std::string_view word, std::size_t begin, std::size_t end,
                             std::vector<Symbol>& out) const {
  const std::string_view part = word.substr(begin, end - begin);
  const bool all = std::ranges::all_of(
      part, [&](char c) { return bytes_[static_cast<unsigned char>(c)] != kNoId; });
  if (!all) return false;
  for (std::size_t i = begin; i < end; ++i)
    out.push_back({bytes_[static_cast<unsigned char>(word[i])], at32(i), at32(i + 1)});
  return true;
}

/// As Hugging Face's merge_word does, to the order in which unknown characters come out.
int WordModel::letters_of_merges(std::string_view word, std::vector<Symbol>& out) const {
  int dropped = 0;
  std::optional<Symbol> waiting;  // unknown characters not yet put out
  std::string key;
  const bool bare = spec_->continuing_prefix.empty() && spec_->word_suffix.empty();
  for (std::size_t at = 0; at < word.size();) {
    const std::size_t end = at + code_size(word, at);
    std::string_view one = word.substr(at, end - at);
    if (!bare) {
      key = at > 0 ? spec_->continuing_prefix : std::string();
      key += one;
      if (end == word.size()) key += spec_->word_suffix;
      one = key;
    }
    if (const int id = vocabulary_->find_model(one); id >= 0) {
      if (waiting) out.push_back(*std::exchange(waiting, std::nullopt));
      out.push_back({static_cast<std::uint32_t>(id), at32(at), at32(end)});
    } else if (spec_->byte_fallback && append_bytes(word, at, end, out)) {
      // Nothing is left of it.
    } else if (unknown_ != kNoId) {
      if (waiting && spec_->fuse_unknown) {
        waiting->end = at32(end);
      } else {
        if (waiting) out.push_back(*waiting);
        waiting = Symbol{unknown_, at32(at), at32(end)};
      }
    } else {
      ++dropped;
    }
    at = end;
  }
  if (waiting) out.push_back(*waiting);
  return dropped;
}

/// A character without an id is bytes at once (llama2.c), or only after merging (llama.cpp).
void WordModel::letters_of_scores(std::string_view word, std::vector<Symbol>& out) const {
  for (std::size_t at = 0; at < word.size();) {
    const std::size_t end = at + code_size(word, at);
    const std::uint32_t id = letter(word.substr(at, end - at));
    if (id != kNoId || spec_->merge_unknown || !append_bytes(word, at, end, out))
      out.push_back({id, at32(at), at32(end)});
    at = end;
  }
}

/// What has no id of its own after merging: bytes, or unknown.
int WordModel::name_letters(std::string_view word, std::vector<Symbol>& out) const {
  const auto nameless = [&](const Symbol& s) {
    return s.id == kNoId || !vocabulary_->has(static_cast<int>(s.id));
  };
  if (std::ranges::none_of(out, nameless)) return 0;
  std::vector<Symbol> named;
  int dropped = 0;
  for (const Symbol& s : out) {
    if (!nameless(s)) {
      named.push_back(s);
    } else if (append_bytes(word, s.begin, s.end, named)) {
      // Nothing is left of it.
    } else if (unknown_ != kNoId) {
      named.push_back({unknown_, s.begin, s.end});
    } else {
      ++dropped;
    }
  }
  out = std::move(named);
  return dropped;
}

void WordModel::longest_first(std::string_view word, std::vector<Symbol>& out) const {
  const Symbol unknown{unknown_, 0, at32(word.size())};
  if (characters(word) > static_cast<std::size_t>(std::max(0, spec_->max_word_characters))) {
    out = {unknown};
    return;
  }
  std::string key;
  for (std::size_t at = 0; at < word.size();) {
    const std::string_view prefix = at > 0 ? std::string_view(spec_->continuing_prefix) : "";
    std::size_t end = std::min(word.size(), at + longest_);
    std::uint32_t id = kNoId;
    for (; end > at && id == kNoId; --end) {
      if (end < word.size() && (static_cast<unsigned char>(word[end]) & 0xc0U) == 0x80U) continue;
      key = prefix;
      key += word.substr(at, end - at);
      id = whole(key);
      if (id != kNoId) break;
    }
    if (id == kNoId) {
      out = {unknown};
      return;
    }
    out.push_back({id, at32(at), at32(end)});
    at = end;
  }
}

int WordModel::letters(std::string_view word, std::vector<Symbol>& out) const {
  if (byte_level_) return letters_of_bytes(word, out);
  if (spec_->model == TokenModel::kMerges) return letters_of_merges(word, out);
  letters_of_scores(word, out);
  return 0;
}

int WordModel::pieces(std::string_view word, std::vector<Symbol>& out) const {
  return cut(word, out, nullptr, nullptr);
}

int WordModel::cut(std::string_view word, std::vector<Symbol>& out, std::vector<Symbol>* start,
                   std::vector<MergeEvent>* events) const {
  out.clear();
  if (word.empty()) return 0;
  if (spec_->model == TokenModel::kWordPiece) {
    longest_first(word, out);
    return 0;
  }
  const bool whole_only = spec_->model == TokenModel::kWords;
  const std::uint32_t id = whole_only || spec_->ignore_merges ? whole(word) : kNoId;
  if (whole_only || id != kNoId) {
    out.push_back({id == kNoId ? unknown_ : id, 0, at32(word.size())});
    return 0;
  }
  int dropped = letters(word, out);
  if (start != nullptr) *start = out;
  merge_symbols(table_, out, events);
  if (spec_->model == TokenModel::kScores) dropped += name_letters(word, out);
  return dropped;
}

WordStory WordModel::story(std::string_view word, std::uint32_t begin, std::uint32_t end) const {
  std::vector<Symbol> start;
  std::vector<Symbol> last;
  std::vector<MergeEvent> events;
  cut(word, last, &start, &events);
  keep_within(last, begin, end);
  WordStory out;
  out.end = parts_of(word, last);
  if (spec_->model == TokenModel::kWordPiece) {
    for (const WordStory::Part& part : out.end)
      out.steps.push_back({static_cast<int>(out.steps.size()), -1, -1, part.id, -1, 0.0F});
    return out;
  }
  if (start.empty()) start = last;  // the word is a token as it is
  keep_within(start, begin, end);
  out.start = parts_of(word, start);
  out.steps = steps_of(std::move(start), events);
  for (MergeStep& step : out.steps) {
    if (!ranked_scores_.empty()) step.score = ranked_scores_[static_cast<std::size_t>(step.rank)];
  }
  return out;
}

}  // namespace ap
