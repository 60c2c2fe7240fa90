#include "exchange/import_words.hpp"

#include <algorithm>

namespace ap {
namespace {

const Sentence& sentence(const Document& document, Side side) {
  return side == Side::kQuery ? document.query : document.source;
}

bool has_tokens(const Sentence& sentence, const std::vector<std::string>& words) {
  return std::ranges::equal(sentence.tokens, words, {}, &TokenEntry::text);
}

/// Typed, if that splits into these very tokens; else as the tokens of the document.
Result<void> take_words(Steps& steps, const std::vector<std::string>& words, Side side) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  const auto typed = update(steps.document(), action::SetText{side, text}, World{});
  if (typed && has_tokens(sentence(*typed, side), words))
    return steps.add(action::SetText{side, text});
  Steps::Sizes sizes;
  (side == Side::kQuery ? sizes.tokens : sizes.source_tokens) = static_cast<int>(words.size());
  if (auto ok = steps.resize(sizes); !ok) return ok;
  // Typed, "[CLS]" would be three tokens: a document holds it as one.
  Document named = steps.document();
  Sentence& into = side == Side::kQuery ? named.query : named.source;
  for (std::size_t i = 0; i < words.size(); ++i) into.tokens[i].text = words[i];
  into.text = std::move(text);
  const bool one_hot = std::ranges::all_of(
      into.tokens, [](const TokenEntry& token) { return token.origin == Origin::kIdentity; });
  if (auto ok = steps.add(action::LoadDocument{std::move(named)}); !ok) return ok;
  return one_hot ? Result<void>{} : steps.add(action::ResetEmbedding{side, -1});
}

}  // namespace

int find_words(const OpenedFile& file, std::string_view name) noexcept {
  const auto& entries = file.entries();
  const auto it = std::ranges::find_if(entries, [&](const FileEntry& e) {
    return !e.words.empty() && (name.empty() || e.name == name);
  });
  return it == entries.end() ? -1 : static_cast<int>(it - entries.begin());
}

Result<ImportPlan> plan_words(const Document& document, const OpenedFile& file,
                              std::string_view name, Side side) {
  const int entry = find_words(file, name);
  if (entry < 0) {
    return fail(ErrorCode::kNotFound,
                "there is no list of words" +
                    (name.empty() ? "" : " '" + std::string(name.substr(0, 80)) + "'") + " in it",
                file.file_name());
  }
  if (side == Side::kSource && !document.cross) {
    return fail(ErrorCode::kNotFound,
                "there is no source sentence: switch on cross-attention first", "stage");
  }
  const std::vector<std::string>& words = file.entries()[static_cast<std::size_t>(entry)].words;
  if (words.size() > static_cast<std::size_t>(kMaxTokens)) {
    return fail(ErrorCode::kTooLarge,
                std::to_string(words.size()) + " words; the most is " + std::to_string(kMaxTokens),
                file.file_name());
  }
  Steps steps(document);
  if (auto ok = take_words(steps, words, side); !ok) return std::unexpected(ok.error());
  ImportPlan plan;
  plan.name = "Import tokens";
  plan.before = steps.take();
  plan.note = std::to_string(words.size()) + " tokens are now the " +
              (side == Side::kQuery ? "sentence." : "source sentence.");
  return plan;
}

}  // namespace ap
