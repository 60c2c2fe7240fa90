// Sentences of a document: texts, tokens, where each row of numbers is from, and embeddings that
// presets may leave to be made by name.
#include <utility>

#include "playground/json/state_reader.hpp"

namespace ap {

static Matrix one_hot(int rows, int width) {
  Matrix out = Matrix::Zero(rows, width);
  for (int i = 0; i < rows; ++i) out(i, i % width) = 1.0F;
  return out;
}

void StateReader::made_embeddings(const Json& json, Sentence& sentence, int width,
                                  const std::string& path) {
  std::string how;
  read(json, how, path, errors);
  if (!make_room(sentence.size(), width, path)) return;
  Matrix rows = Matrix::Zero(sentence.size(), width);
  if (how == "one_hot") {
    rows = one_hot(sentence.size(), width);
    for (TokenEntry& token : sentence.tokens) token.origin = Origin::kIdentity;
  } else if (how == "words" && words) {
    for (int i = 0; i < sentence.size(); ++i) {
      TokenEntry& token = sentence.tokens[static_cast<std::size_t>(i)];
      token.origin = embed_word(words, token.text, width, rows.row(i).data());
    }
  } else if (how == "words") {
    errors.add(ErrorCode::kUnsupported, "the word list is not at hand here: give the numbers",
               path);
  } else {
    errors.add(ErrorCode::kUnknownKey,
               json_kind(json) + " is no way to make embeddings: words, one_hot", path);
  }
  sentence.embeddings = share(std::move(rows));
}

void StateReader::tokens(JsonObject& object, Sentence& sentence, TokenMode mode) {
  if (!object.find("tokens")) {
    auto read_as = token_texts(sentence.text, mode);
    if (!read_as) {
      errors.add(read_as.error().code, read_as.error().message, object.path("text"));
      return;
    }
    for (std::string& text : *read_as) sentence.tokens.push_back({std::move(text)});
    return;
  }
  object.each("tokens", [&](const Json& item, const std::string& path) {
    TokenEntry token;
    read(item, token.text, path, errors);
    if (token.text.empty()) errors.add(ErrorCode::kRange, "a token needs a text", path);
    check_bytes(token.text, kMaxSentenceBytes, path);
    if (sentence.size() >= kMaxTokens) {
      errors.add(ErrorCode::kTooLarge, "more than " + std::to_string(kMaxTokens) + " tokens", path);
    }
    sentence.tokens.push_back(std::move(token));
  });
}

void StateReader::origins(JsonObject& object, Sentence& sentence) {
  if (!object.find("origins")) {
    for (TokenEntry& token : sentence.tokens) token.origin = Origin::kEdited;
    return;
  }
  std::size_t count = 0;
  object.each("origins", [&](const Json& item, const std::string& path) {
    Origin origin{};
    read(item, origin, path, errors);
    if (count < sentence.tokens.size()) sentence.tokens[count].origin = origin;
    ++count;
  });
  if (count == sentence.tokens.size()) return;
  errors.add(ErrorCode::kShape,
             "has " + std::to_string(count) + " entries for " +
                 std::to_string(sentence.tokens.size()) + " tokens",
             object.path("origins"));
}

void StateReader::sentence(const Json& json, Sentence& out, TokenMode mode, int width,
                           const std::string& path) {
  JsonObject object(json, path, errors);
  object.required("text", out.text);
  check_bytes(out.text, kMaxSentenceBytes, object.path("text"));
  tokens(object, out, mode);
  if (const Json* embeddings = object.need("embeddings")) {
    if (embeddings->is_string()) {
      made_embeddings(*embeddings, out, width, object.path("embeddings"));
    } else {
      Matrix rows;
      read(*embeddings, rows, object.path("embeddings"), errors);
      if (rows.rows() == 0) rows.resize(0, width);
      out.embeddings = share(std::move(rows));
      origins(object, out);
    }
  }
  object.finish();
}

}  // namespace ap
