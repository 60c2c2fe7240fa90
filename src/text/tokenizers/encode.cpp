// Tokenizer::encode and explain: added tokens, cleaning, words, pieces, in the order of Hugging
// Face's `tokenizers`, with spans in the text as it was given.
#include "text/tokenizers/parts.hpp"
#include "text/unicode.hpp"
#include "text/unicode/unicode_data.hpp"

namespace ap {
namespace {

constexpr std::size_t kCachedText = 4096;  // bytes; shorter texts repeat too little
constexpr std::size_t kCachedWord = 64;
constexpr std::size_t kCachedWords = 100'000;

constexpr std::size_t kWholeStory = 256;  // bytes; of a longer word only the piece is told

/// Which piece explain() asks for, and what it got.
struct Asked {
  std::size_t piece = 0;
  WordStory story;
};

/// A word in pieces, and how many of its characters are in none.
struct Cut {
  std::vector<Symbol> symbols;
  int dropped = 0;
};

/// One run of encode().
class EncodeRun {
 public:
  EncodeRun(const TokenizerParts& parts, std::string_view text)
      : parts_(parts), budget_(text.size()), caches_(text.size() >= kCachedText) {
    text_ = valid_text(text, out_.replaced);
  }

  Result<Encoding> run(bool special, Asked* asked) {
    asked_ = asked;
    const TokenizerSpec& spec = parts_.spec;
    const auto around = [&](const std::vector<int>& ids, std::uint32_t at) {
      for (const int id : ids) out_.pieces.push_back({id, at, at, -1});
    };
    if (special) around(spec.before, 0);
    for (const AddedTokens::Part& part : parts_.plain.split(text_.text)) {
      if (part.id >= 0) {
        added(part.id, text_.origin(part.begin, part.end));
        continue;
      }
      stretch(parts_.cleaner.run(text_.part(part.begin, part.end), budget_));
    }
    if (budget_.spent()) {
      return fail(ErrorCode::kUnsupported,
                  "a pattern of the tokenizer takes too long on this text; shorten it",
                  "pre_tokenizer");
    }
    if (missing_) {
      return fail(
          ErrorCode::kNotFound,
          "the vocabulary has no token for " + quoted(*missing_) + " and none for unknown words",
          "text");
    }
    const ByteSpan end = text_.origin(text_.text.size(), text_.text.size());
    if (special) around(spec.after, text_.text.empty() ? 0 : end.end);
    return std::move(out_);
  }

 private:
  void added(int id, ByteSpan span) { out_.pieces.push_back({id, span.begin, span.end, -1}); }

  void stretch(MappedText text) {
    if (parts_.cleaned.empty()) return words(std::move(text));
    for (const AddedTokens::Part& part : parts_.cleaned.split(text.text)) {
      if (part.id >= 0) {
        added(part.id, text.origin(part.begin, part.end));
      } else {
        words(text.part(part.begin, part.end));
      }
    }
  }

  void words(MappedText text) {
    if (text.text.empty()) return;
    const bool first = text.origin(0).begin == 0;
    const CutText cut = parts_.cutter.run(std::move(text), first, budget_);
    for (const ByteSpan span : cut.words) {
      const std::string_view word =
          std::string_view(cut.text.text).substr(span.begin, span.end - span.begin);
      const Cut& found = pieces(word);
      out_.dropped += found.dropped;
      for (const Symbol& s : found.symbols) {
        if (s.id == kNoId) {
          if (!missing_) missing_ = std::string(word.substr(s.begin, s.end - s.begin));
          continue;
        }
        if (asked_ != nullptr && asked_->piece == out_.pieces.size()) tell(word, s);
        const ByteSpan from = cut.text.origin(span.begin + s.begin, span.begin + s.end);
        out_.pieces.push_back({static_cast<int>(s.id), from.begin, from.end, word_});
      }
      ++word_;
    }
  }

  void tell(std::string_view word, const Symbol& piece) {
    const bool all = word.size() <= kWholeStory;
    const auto end = static_cast<std::uint32_t>(word.size());
    asked_->story = parts_.model->story(word, all ? 0 : piece.begin, all ? end : piece.end);
  }

  const Cut& pieces(std::string_view word) {
    if (!caches_ || word.size() > kCachedWord) {
      cut_.dropped = parts_.model->pieces(word, cut_.symbols);
      return cut_;
    }
    const auto found = known_.find(std::string(word));
    if (found != known_.end()) return found->second;
    cut_.dropped = parts_.model->pieces(word, cut_.symbols);
    if (known_.size() < kCachedWords) known_.emplace(word, cut_);
    return cut_;
  }

  const TokenizerParts& parts_;
  PatternBudget budget_;
  bool caches_;
  MappedText text_;
  Encoding out_;
  Asked* asked_ = nullptr;
  int word_ = 0;
  std::optional<std::string> missing_;
  Cut cut_;
  std::unordered_map<std::string, Cut> known_;
};

Result<void> check_size(std::string_view text) {
  if (text.size() <= kMaxTokenizedBytes) return {};
  return fail(ErrorCode::kTooLarge,
              "the text has " + std::to_string(text.size()) + " bytes; the limit is " +
                  std::to_string(kMaxTokenizedBytes) + ": give it in parts",
              "text");
}

}  // namespace

Result<Encoding> Tokenizer::encode(std::string_view text, bool special) const {
  if (auto size = check_size(text); !size) return std::unexpected(size.error());
  return EncodeRun(*parts_, text).run(special, nullptr);
}

Result<WordStory> Tokenizer::explain(std::string_view text, int piece, bool special) const {
  const auto encoding = encode(text, special);
  if (!encoding) return std::unexpected(encoding.error());
  if (piece < 0 || piece >= static_cast<int>(encoding->pieces.size())) {
    return fail(ErrorCode::kRange,
                "the text has " + std::to_string(encoding->pieces.size()) +
                    " tokens; there is no token " + std::to_string(piece),
                "token");
  }
  const Piece& one = encoding->pieces[static_cast<std::size_t>(piece)];
  if (one.word < 0) {
    const WordStory::Part part{one.id, bytes(one.id)};
    return WordStory{{part}, {}, {part}};
  }
  Asked asked{static_cast<std::size_t>(piece), {}};
  const auto again = EncodeRun(*parts_, text).run(special, &asked);
  if (!again) return std::unexpected(again.error());
  return std::move(asked.story);
}

WordStory Tokenizer::explain(int id) const {
  WordStory story;
  if (!has(id)) return story;
  const WordModel& model = *parts_->model;
  if (parts_->vocabulary.added(id)) {
    story.start = story.end = {{id, bytes(id)}};
    return story;
  }
  const auto bytes = model.bytes_of(id);
  const std::string_view word = bytes ? std::string_view(*bytes) : raw(id);
  return model.story(word, 0, static_cast<std::uint32_t>(word.size()));
}

}  // namespace ap
