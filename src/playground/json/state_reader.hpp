// What reads a document from JSON, a method a part: sentences in sentence_read.cpp, the model in
// model_read.cpp, the rest in state_read.cpp. Errors gather in `errors`; what was read counts only
// if there is none. Internal to playground/.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "playground/document/document.hpp"
#include "playground/document/embed.hpp"
#include "playground/json/read.hpp"

namespace ap {

struct StateReader {
  using Json = nlohmann::json;

  JsonErrors errors;
  const WordVectors* words = nullptr;
  std::int64_t made = 0;
  std::vector<std::uint64_t>* seeds = nullptr;  // of the document that is read
  int version = 0;

  /// Before cells are made by name; false if they would be too many.
  bool make_room(std::int64_t rows, std::int64_t cols, const std::string& path);
  void check_bytes(const std::string& text, std::size_t most, const std::string& path);
  /// "words" or "one_hot".
  void made_embeddings(const Json& json, Sentence& sentence, int width, const std::string& path);
  void tokens(JsonObject& object, Sentence& sentence, TokenMode mode);
  void origins(JsonObject& object, Sentence& sentence);
  void sentence(const Json& json, Sentence& out, TokenMode mode, int width,
                const std::string& path);
  void positions(const Json& json, Positions& out, int width, const std::string& path);
  /// A list of rows, "identity", "zeros" or {"random": seed}.
  SharedMatrix weight(const Json& json, const Model& m, Stage stage, int layer,
                      const std::string& path);
  void window(JsonObject& object, KeyWindow& out);
  void layer(const Json& json, Layer& out, const Model& m, int index, const std::string& path);
  void options(JsonObject& object, Model& m);
  void model(const Json& json, Model& out, const std::string& path);
  void locks(JsonObject& object, Document& out);
  /// Targets that are given by a word alone.
  void made_targets(std::vector<Target>& targets, int width, const std::string& path);
  void example(const Json& json, Document& out, const std::string& path);
  void learning(const Json& json, Document& out, const std::string& path);
  void document(const Json& json, Document& out, const std::string& path);
};

}  // namespace ap
