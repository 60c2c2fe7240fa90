// Actions on sentences. Kept tokens keep their rows, even edited ones.
#include <algorithm>
#include <optional>
#include <utility>

#include "playground/actions/apply.hpp"
#include "playground/document/embed.hpp"
#include "text/word_vectors.hpp"

namespace ap {
namespace {

using Texts = std::vector<std::string>;

std::size_t at(int index) { return static_cast<std::size_t>(index); }

Texts texts_of(const Sentence& sentence) {
  Texts out;
  out.reserve(sentence.tokens.size());
  for (const TokenEntry& token : sentence.tokens) out.push_back(token.text);
  return out;
}

Result<void> check_side(const Document& document, Side side) {
  if (side == Side::kQuery || document.cross) return {};
  return fail(ErrorCode::kUnsupported, "there is no source sentence: turn cross-attention on first",
              "side");
}

Result<void> check_index(int index, int count, const char* where) {
  if (index >= 0 && index < count) return {};
  return fail(ErrorCode::kNotFound,
              "no token " + std::to_string(index) + ": the sentence has " + std::to_string(count),
              where);
}

/// The tokens that a piece typed into one token's place is made of; at least one.
Result<Texts> piece_of(const std::string& text, TokenMode mode) {
  auto piece = token_texts(text, mode);
  if (piece && piece->empty()) {
    return fail(ErrorCode::kRange, "a token needs a visible character", "text");
  }
  return piece;
}

std::string join(const Texts& tokens, TokenMode mode) {
  std::string out;
  for (const std::string& token : tokens) {
    if (!out.empty() && mode == TokenMode::kWords) out += ' ';
    out += token;
  }
  return out;
}

/// Where the tokens stand in the sentence's text, if they are what it reads as. A preset's tokens
/// may be other pieces ("le tennis").
std::optional<std::vector<Token>> places(const Sentence& sentence, TokenMode mode) {
  auto tokens = tokenize(sentence.text, mode);
  if (!tokens || tokens->size() != sentence.tokens.size()) return std::nullopt;
  for (std::size_t i = 0; i < tokens->size(); ++i) {
    if ((*tokens)[i].text != sentence.tokens[i].text) return std::nullopt;
  }
  return std::move(*tokens);
}

/// `text` if it reads as these tokens, otherwise the tokens with spaces between.
std::string spelled(std::string text, const Texts& tokens, TokenMode mode) {
  const auto read = token_texts(text, mode);
  return read && *read == tokens ? text : join(tokens, mode);
}

/// Tokens [index, index + removed) give way to `piece`; the text around them stays as it is.
TokenEdit splice(const Sentence& sentence, TokenMode mode, int index, int removed,
                 const std::string& typed, const Texts& piece) {
  TokenEdit edit;
  const int count = sentence.size();
  const auto added = static_cast<int>(piece.size());
  edit.tokens = texts_of(sentence);
  const auto first = edit.tokens.begin() + index;
  edit.tokens.insert(edit.tokens.erase(first, first + removed), piece.begin(), piece.end());
  for (int i = 0; i < index; ++i) edit.from.kept.push_back(i);
  for (int i = 0; i < added; ++i) edit.from.kept.push_back(-1);
  for (int i = index + removed; i < count; ++i) edit.from.kept.push_back(i);
  pair_replaced(edit.from, count);
  if (const auto place = places(sentence, mode)) {
    std::string text = sentence.text;
    const bool last = index + removed >= count;
    const std::size_t begin = index < count ? at((*place)[at(index)].begin) : text.size();
    std::size_t end = begin;
    if (removed > 0) end = at((*place)[at(index + removed - 1)].end);
    // The space after it goes too, unless the token clung to the word before ("cat,").
    const bool apart = begin == 0 || text[begin - 1] == ' ';
    if (piece.empty() && apart && !last) end = at((*place)[at(index + removed)].begin);
    std::string insert = typed;
    const bool spaced = mode == TokenMode::kWords && removed == 0 && count > 0;
    if (spaced) insert = last ? " " + typed : typed + " ";
    text.replace(begin, end - begin, insert);
    edit.text = std::move(text);
  }
  edit.text = spelled(std::move(edit.text), edit.tokens, mode);
  return edit;
}

Result<void> retokenize(Document& document, Side side, const std::string& text,
                        const World& world) {
  auto tokens = token_texts(text, document.token_mode);
  if (!tokens) return std::unexpected(std::move(tokens).error());
  Alignment from = align(texts_of(side_of(document, side)), *tokens);
  return replace_tokens(document, side, {text, std::move(*tokens), std::move(from)}, world);
}

}  // namespace

Result<void> apply(Document& document, const action::SetText& a, const World& world) {
  if (auto ok = check_side(document, a.side); !ok) return ok;
  return retokenize(document, a.side, a.text, world);
}

Result<void> apply(Document& document, const action::SetToken& a, const World& world) {
  if (auto ok = check_side(document, a.side); !ok) return ok;
  const Sentence& sentence = side_of(document, a.side);
  if (auto ok = check_index(a.index, sentence.size(), "index"); !ok) return ok;
  auto piece = piece_of(a.text, document.token_mode);
  if (!piece) return std::unexpected(std::move(piece).error());
  if (piece->size() == 1 && piece->front() == sentence.tokens[at(a.index)].text) return {};
  TokenEdit edit = splice(sentence, document.token_mode, a.index, 1, a.text, *piece);
  return replace_tokens(document, a.side, std::move(edit), world);
}

Result<void> apply(Document& document, const action::InsertToken& a, const World& world) {
  if (auto ok = check_side(document, a.side); !ok) return ok;
  const Sentence& sentence = side_of(document, a.side);
  if (auto ok = check_index(a.index, sentence.size() + 1, "index"); !ok) return ok;
  auto piece = piece_of(a.text, document.token_mode);
  if (!piece) return std::unexpected(std::move(piece).error());
  TokenEdit edit = splice(sentence, document.token_mode, a.index, 0, a.text, *piece);
  return replace_tokens(document, a.side, std::move(edit), world);
}

Result<void> apply(Document& document, const action::DeleteToken& a, const World& world) {
  if (auto ok = check_side(document, a.side); !ok) return ok;
  const Sentence& sentence = side_of(document, a.side);
  if (auto ok = check_index(a.index, sentence.size(), "index"); !ok) return ok;
  TokenEdit edit = splice(sentence, document.token_mode, a.index, 1, {}, {});
  return replace_tokens(document, a.side, std::move(edit), world);
}

Result<void> apply(Document& document, const action::MoveToken& a, const World& world) {
  if (auto ok = check_side(document, a.side); !ok) return ok;
  const Sentence& sentence = side_of(document, a.side);
  if (auto ok = check_index(a.from, sentence.size(), "from"); !ok) return ok;
  if (auto ok = check_index(a.to, sentence.size(), "to"); !ok) return ok;
  if (a.from == a.to) return {};
  TokenEdit edit;
  edit.tokens = texts_of(sentence);
  for (int i = 0; i < sentence.size(); ++i) edit.from.kept.push_back(i);
  const auto move = [&a](auto& list) {
    auto item = std::move(list[at(a.from)]);
    list.erase(list.begin() + a.from);
    list.insert(list.begin() + a.to, std::move(item));
  };
  move(edit.tokens);
  move(edit.from.kept);
  edit.from.replaced = edit.from.kept;
  edit.text = join(edit.tokens, document.token_mode);
  return replace_tokens(document, a.side, std::move(edit), world);
}

Result<void> apply(Document& document, const action::SetTokenMode& a, const World& world) {
  if (a.mode == document.token_mode) return {};
  document.token_mode = a.mode;
  for (Example& example : document.learning.examples) {  // other tokens: their targets mean nothing
    example.targets.clear();
    for (Sentence* sentence : {&example.query, &example.source}) {
      auto made = make_sentence(sentence->text, a.mode, document.model.width, world.words);
      if (!made) return std::unexpected(std::move(made).error());
      if (sentence->embeddings) *sentence = std::move(*made);
    }
  }
  if (auto ok = retokenize(document, Side::kQuery, document.query.text, world); !ok) return ok;
  if (document.cross) return retokenize(document, Side::kSource, document.source.text, world);
  // A source that waits for cross-attention to come back follows the mode too.
  auto source = make_sentence(document.source.text, a.mode, document.model.width, world.words);
  if (!source) return std::unexpected(std::move(source).error());
  if (document.source.embeddings) document.source = std::move(*source);
  return {};
}

Result<void> apply(Document& document, const action::SetCross& a, const World& world) {
  if (a.on && document.cross) {
    return a.text.empty() ? Result<void>{} : retokenize(document, Side::kSource, a.text, world);
  }
  if (a.on == document.cross) return {};
  document.cross = a.on;
  document.mask = nullptr;
  document.cached = 0;
  document.kv_length = -1;
  if (!a.on) {
    fit_to_sentences(document);
    return check_size(document, document.model);
  }
  const bool again = a.text.empty() || a.text == document.source.text;
  if (!again || !document.source.embeddings) {
    const std::string& text = a.text.empty() ? document.query.text : a.text;
    auto source = make_sentence(text, document.token_mode, document.model.width, world.words);
    if (!source) return std::unexpected(std::move(source).error());
    document.source = std::move(*source);
  }
  if (auto ok = check_size(document, document.model); !ok) return ok;
  fit_to_sentences(document);
  return {};
}

Result<void> apply(Document& document, const action::ResetEmbedding& a, const World& world) {
  if (auto ok = check_side(document, a.side); !ok) return ok;
  Sentence& sentence = side_of(document, a.side);
  const Stage stage = a.side == Side::kQuery ? Stage::kEmbeddings : Stage::kSourceEmbeddings;
  if (auto ok = check_unlocked(document, {0, stage, 0}); !ok) return ok;
  if (a.index != -1) {
    if (auto ok = check_index(a.index, sentence.size(), "index"); !ok) return ok;
  }
  if (sentence.size() == 0) return {};
  Matrix rows = *sentence.embeddings;
  const int first = std::max(a.index, 0);
  const int last = a.index == -1 ? sentence.size() - 1 : a.index;
  for (int i = first; i <= last; ++i) {
    TokenEntry& token = sentence.tokens[at(i)];
    token.origin =
        embed_word(world.words, token.text, static_cast<int>(rows.cols()), rows.row(i).data());
  }
  sentence.embeddings = share(std::move(rows));
  return {};
}

}  // namespace ap
