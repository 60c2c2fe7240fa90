#include "playground/document/embed.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/rng.hpp"
#include "playground/document/targets.hpp"
#include "text/word_vectors.hpp"

namespace ap {
namespace {

/// A sentence of one-hot rows stays one when it grows.
bool all_one_hot(const Sentence& sentence) {
  return !sentence.tokens.empty() && std::ranges::all_of(sentence.tokens, [](const TokenEntry& t) {
    return t.origin == Origin::kIdentity;
  });
}

/// The first column that no row above or below uses; the row's own number if there is none.
int free_column(const Matrix& rows, int row) {
  for (int col = 0; col < rows.cols(); ++col) {
    if (rows.col(col).isZero(0.0F)) return col;
  }
  return row % static_cast<int>(rows.cols());
}

void rebuild(Sentence& sentence, const TokenEdit& edit, int width, const WordVectors* words) {
  const bool one_hot = all_one_hot(sentence);
  const auto count = static_cast<int>(edit.tokens.size());
  Matrix rows = Matrix::Zero(count, width);
  std::vector<TokenEntry> tokens(edit.tokens.size());
  for (int i = 0; i < count; ++i) {
    const auto n = static_cast<std::size_t>(i);
    tokens[n].text = edit.tokens[n];
    if (const int old = edit.from.kept[n]; old >= 0) {
      tokens[n].origin = sentence.tokens[static_cast<std::size_t>(old)].origin;
      rows.row(i) = sentence.embeddings->row(old);
    } else if (!one_hot) {
      tokens[n].origin = embed_word(words, edit.tokens[n], width, rows.row(i).data());
    }
  }
  for (int i = 0; one_hot && i < count; ++i) {
    const auto n = static_cast<std::size_t>(i);
    if (edit.from.kept[n] >= 0) continue;
    tokens[n].origin = Origin::kIdentity;
    rows(i, free_column(rows, i)) = 1.0F;
  }
  sentence.text = edit.text;
  sentence.tokens = std::move(tokens);
  sentence.embeddings = share(std::move(rows));
}

/// Mask rows (columns) go with their tokens; new tokens hide nothing.
SharedMatrix follow(const SharedMatrix& mask, const std::vector<int>* rows,
                    const std::vector<int>* cols) {
  if (!mask) return nullptr;
  const auto count = [](const std::vector<int>* from, std::ptrdiff_t old) {
    return from ? static_cast<std::ptrdiff_t>(from->size()) : old;
  };
  const auto source = [](const std::vector<int>* from, std::ptrdiff_t i) {
    return from ? (*from)[static_cast<std::size_t>(i)] : static_cast<int>(i);
  };
  Matrix out = Matrix::Zero(count(rows, mask->rows()), count(cols, mask->cols()));
  for (std::ptrdiff_t i = 0; i < out.rows(); ++i) {
    const int row = source(rows, i);
    for (std::ptrdiff_t j = 0; row >= 0 && j < out.cols(); ++j) {
      const int col = source(cols, j);
      if (col >= 0) out(i, j) = (*mask)(row, col);
    }
  }
  return out.isZero(0.0F) ? nullptr : share(std::move(out));
}

}  // namespace

Origin embed_word(const WordVectors* words, std::string_view word, int width, float* row) {
  const int dims = std::min(width, WordVectors::kWidth);
  std::fill(row + dims, row + width, 0.0F);
  if (const auto index = words ? words->find(word) : std::nullopt) {
    words->copy_vector(*index, row, dims);
    return Origin::kWord;
  }
  unknown_vector(word, row, dims);
  return Origin::kUnknown;
}

Sentence& side_of(Document& document, Side side) {
  return side == Side::kQuery ? document.query : document.source;
}

const Sentence& side_of(const Document& document, Side side) {
  return side == Side::kQuery ? document.query : document.source;
}

Result<std::vector<std::string>> token_texts(std::string_view text, TokenMode mode) {
  auto tokens = tokenize(text, mode);
  if (!tokens) return std::unexpected(std::move(tokens).error());
  std::vector<std::string> out;
  out.reserve(tokens->size());
  for (Token& token : *tokens) out.push_back(std::move(token.text));
  return out;
}

Result<Sentence> make_sentence(std::string text, TokenMode mode, int width,
                               const WordVectors* words) {
  auto tokens = token_texts(text, mode);
  if (!tokens) return std::unexpected(std::move(tokens).error());
  Alignment none;
  none.kept.assign(tokens->size(), -1);
  Sentence sentence;
  rebuild(sentence, {std::move(text), std::move(*tokens), std::move(none)}, width, words);
  return sentence;
}

Result<void> replace_tokens(Document& document, Side side, TokenEdit edit, const World& world) {
  const auto count = static_cast<int>(edit.tokens.size());
  const bool query = side == Side::kQuery;
  const int queries = query ? count : document.query.size();
  const int sources = query && document.cross ? document.source.size() : count;
  if (auto ok = check_size(document, document.model, queries, sources); !ok) return ok;
  const std::vector<int>* from = &edit.from.replaced;
  const bool source_side = !query || !document.cross;
  document.mask = follow(document.mask, query ? from : nullptr, source_side ? from : nullptr);
  follow_targets(document.learning.targets, query ? from : nullptr, source_side ? from : nullptr);
  rebuild(side_of(document, side), edit, document.model.width, world.words);
  fit_to_sentences(document);
  return {};
}

Result<void> check_size(const Document& document, const Model& model, int queries, int sources) {
  const int most = std::max(queries, sources);
  if (most > kMaxTokens) {
    return fail(ErrorCode::kTooLarge,
                std::to_string(most) + " tokens; the most is " + std::to_string(kMaxTokens),
                "text");
  }
  const std::uint64_t bytes = trace_bytes(model, queries, sources, document.cross);
  if (bytes <= kMaxTraceBytes) return {};
  return fail(ErrorCode::kTooLarge,
              std::to_string(queries) + " x " + std::to_string(sources) + " tokens, " +
                  std::to_string(model.heads) + " heads, " + std::to_string(model.layers.size()) +
                  " layers at width " + std::to_string(model.width) + " need " +
                  std::to_string(bytes / 1'000'000) + " MB; the most is " +
                  std::to_string(kMaxTraceBytes / 1'000'000) + " MB",
              "model");
}

Result<void> check_size(const Document& document, const Model& model) {
  return check_size(document, model, document.query.size(),
                    document.cross ? document.source.size() : document.query.size());
}

void learned_position(int index, int first_col, int cols, float* out) {
  for (int col = 0; col < cols; ++col) {
    Rng rng(seed_from("position", static_cast<std::uint64_t>(index) << 20 |
                                      static_cast<std::uint64_t>(first_col + col)));
    out[col] = 0.1F * rng.normal();
  }
}

void fit_to_sentences(Document& document) {
  const int queries = document.query.size();
  const int sources = document.cross ? document.source.size() : queries;
  document.kv_length = std::min(document.kv_length, sources);
  document.cached = std::clamp(document.cached, 0, std::max(queries - 1, 0));
  Positions& positions = document.model.positions;
  const int needed = std::max({queries, sources, longest_example(document)});
  const int have = positions.learned ? static_cast<int>(positions.learned->rows()) : 0;
  if (positions.kind != PositionKind::kLearned || (positions.learned && have >= needed)) return;
  const int width = document.model.width;
  Matrix rows(needed, width);
  if (have > 0) rows.topRows(have) = *positions.learned;
  for (int i = have; i < needed; ++i) learned_position(i, 0, width, rows.row(i).data());
  positions.learned = share(std::move(rows));
}

bool learn_words(Sentence& sentence, const WordVectors& words) {
  Matrix rows;
  for (int i = 0; i < sentence.size(); ++i) {
    TokenEntry& token = sentence.tokens[static_cast<std::size_t>(i)];
    if (token.origin != Origin::kUnknown || !words.find(token.text)) continue;
    if (rows.size() == 0) rows = *sentence.embeddings;
    token.origin =
        embed_word(&words, token.text, static_cast<int>(rows.cols()), rows.row(i).data());
  }
  if (rows.size() == 0) return false;
  sentence.embeddings = share(std::move(rows));
  return true;
}

}  // namespace ap
