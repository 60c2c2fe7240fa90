// document_from_json, and what presets may leave to be made: named weights and embeddings.
#include <utility>

#include "playground/document/embed.hpp"
#include "playground/document/weights.hpp"
#include "playground/json/learn_json.hpp"
#include "playground/json/read.hpp"
#include "playground/json/state_json.hpp"
#include "playground/json/state_layers.hpp"
#include "playground/json/state_write.hpp"

namespace ap {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxTitleBytes = 1000;
/// Cells that a text may have made without writing them out: a short text costs little.
constexpr std::int64_t kMaxMadeCells = std::int64_t{1} << 24;

struct Reader {
  JsonErrors errors;
  const WordVectors* words = nullptr;
  std::int64_t made = 0;
  std::vector<std::uint64_t>* seeds = nullptr;  // of the document that is read

  /// Before cells are made by name; false if they would be too many.
  bool make_room(std::int64_t rows, std::int64_t cols, const std::string& path) {
    made += rows * cols;
    if (made <= kMaxMadeCells) return true;
    errors.add(
        ErrorCode::kTooLarge,
        "more than " + std::to_string(kMaxMadeCells) + " numbers made by name; write them out",
        path);
    return false;
  }

  void check_bytes(const std::string& text, std::size_t most, const std::string& path) {
    if (text.size() <= most) return;
    errors.add(ErrorCode::kTooLarge,
               std::to_string(text.size()) + " bytes; the most is " + std::to_string(most), path);
  }

  Matrix one_hot(int rows, int width) const {
    Matrix out = Matrix::Zero(rows, width);
    for (int i = 0; i < rows; ++i) out(i, i % width) = 1.0F;
    return out;
  }

  /// "words" or "one_hot".
  void made_embeddings(const Json& json, Sentence& sentence, int width, const std::string& path) {
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

  void tokens(JsonObject& object, Sentence& sentence, TokenMode mode) {
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
        errors.add(ErrorCode::kTooLarge, "more than " + std::to_string(kMaxTokens) + " tokens",
                   path);
      }
      sentence.tokens.push_back(std::move(token));
    });
  }

  void origins(JsonObject& object, Sentence& sentence) {
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

  void sentence(const Json& json, Sentence& out, TokenMode mode, int width,
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

  void positions(const Json& json, Positions& out, int width, const std::string& path) {
    JsonObject object(json, path, errors);
    object.required("kind", out.kind);
    object.optional("base", out.base);
    object.optional("rotary_width", out.rotary_width);
    object.optional("interleaved", out.interleaved);
    if (const Json* learned = object.find("learned")) {
      Matrix rows;
      read(*learned, rows, object.path("learned"), errors);
      if (rows.rows() == 0) rows.resize(0, width);
      if (out.kind != PositionKind::kLearned) {
        errors.add(ErrorCode::kUnsupported, "only positions of kind learned have numbers",
                   object.path("learned"));
      }
      out.learned = share(std::move(rows));
    }
    object.finish();
  }

  /// A list of rows, "identity", "zeros" or {"random": seed}.
  SharedMatrix weight(const Json& json, const Model& m, Stage stage, int layer,
                      const std::string& path) {
    const MatrixShape shape = weight_shape(m, stage);
    if (!json.is_array() && !make_room(shape.rows, shape.cols, path)) return nullptr;
    if (json.is_object()) {
      std::uint64_t seed = 0;
      JsonObject object(json, path, errors);
      float scale = 1.0F;
      object.required("random", seed);
      object.optional("scale", scale);
      object.finish();
      if (seeds) remember_seed(*seeds, seed);
      return errors ? nullptr : share(scale * random_weight(m, stage, layer, seed));
    }
    if (json.is_string()) {
      const auto& how = json.get_ref<const std::string&>();
      if (how == "identity") return share(identity_weight(m, stage));
      if (how == "zeros") return share(Matrix::Zero(shape.rows, shape.cols));
      errors.add(ErrorCode::kUnknownKey,
                 json_kind(json) + " is no way to make weights: identity, zeros, {\"random\": 1}",
                 path);
      return nullptr;
    }
    Matrix values;
    read(json, values, path, errors);
    return share(std::move(values));
  }

  void layer(const Json& json, Layer& out, const Model& m, int index, const std::string& path) {
    JsonObject object(json, path, errors);
    each_weight(out, [&](Stage stage, SharedMatrix& matrix) {
      const std::string_view key = name(stage);
      const Json* found = object.find(key);
      if (found && !errors) matrix = weight(*found, m, stage, index, object.path(key));
    });
    each_row(out, [&](Stage stage, SharedMatrix& matrix) {
      const std::string_view key = name(stage);
      const Json* found = object.find(key);
      if (!found || errors) return;
      Matrix row;
      read_row(*found, row, object.path(key), errors);
      matrix = share(std::move(row));
    });
    object.finish();
  }

  void options(JsonObject& object, Model& m) {
    object.required("width", m.width);
    object.optional("heads", m.heads);
    m.kv_heads = m.heads;
    object.optional("kv_heads", m.kv_heads);
    m.key_width = default_head_width(m.width, m.heads);
    m.value_width = m.key_width;
    object.optional("key_width", m.key_width);
    object.optional("value_width", m.value_width);
    object.optional("mlp_width", m.mlp_width);
    object.optional("scale", m.scale);
    object.optional("free_scale", m.free_scale);
    object.optional("softcap", m.softcap);
    object.optional("causal", m.causal);
    object.optional("residual", m.residual);
    object.optional("norm", m.norm);
    object.optional("norm_place", m.norm_place);
    object.optional("norm_epsilon", m.norm_epsilon);
    object.optional("mlp", m.mlp);
  }

  void model(const Json& json, Model& out, const std::string& path) {
    JsonObject object(json, path, errors);
    options(object, out);
    if (!errors) {
      if (const Json* found = object.find("positions")) {
        positions(*found, out.positions, out.width, object.path("positions"));
      }
    }
    const Json* layers = object.need("layers");
    if (errors) return;
    if (layers->is_array() && layers->size() > static_cast<std::size_t>(kMaxLayers)) {
      errors.add(ErrorCode::kTooLarge, "more than " + std::to_string(kMaxLayers) + " layers",
                 object.path("layers"));
    }
    // Named weights are made at once, so their size is checked first.
    Model counted = out;
    counted.layers.resize(layers->is_array() ? layers->size() : 1);
    if (auto ok = errors ? Result<void>{} : check_shape(counted); !ok) {
      errors.add(ok.error().code, ok.error().message, object.path(ok.error().where));
    }
    if (errors) return;
    object.each("layers", [&](const Json& item, const std::string& where) {
      Layer next;
      layer(item, next, out, static_cast<int>(out.layers.size()), where);
      out.layers.push_back(std::move(next));
    });
    object.finish();
  }

  void locks(JsonObject& object, Document& out) {
    if (!object.find("locked")) return;
    object.each("locked", [&](const Json& item, const std::string& path) {
      JsonObject lock(item, path, errors);
      std::pair<int, Stage> key{0, Stage::kWq};
      lock.required("layer", key.first);
      lock.required("stage", key.second);
      lock.finish();
      out.locked.insert(key);
    });
  }

  /// Targets that are given by a word alone.
  void made_targets(std::vector<Target>& targets, int width, const std::string& path) {
    for (std::size_t i = 0; i < targets.size() && !errors; ++i) {
      Target& t = targets[i];
      if (t.values) continue;
      Matrix row(1, width);
      const bool known = words && !t.word.empty() && t.stage == Stage::kOutput &&
                         embed_word(words, t.word, width, row.data()) == Origin::kWord;
      if (!known) {
        errors.add(words ? ErrorCode::kNotFound : ErrorCode::kUnsupported,
                   "needs values, or for an output a word of the list at hand",
                   path + "[" + std::to_string(i) + "]");
      }
      t.values = share(std::move(row));
    }
  }

  void example(const Json& json, Document& out, const std::string& path) {
    JsonObject object(json, path, errors);
    Example next;
    if (const Json* found = object.need("query"); found && !errors) {
      sentence(*found, next.query, out.token_mode, out.model.width, object.path("query"));
    }
    if (const Json* found = object.find("source"); found && !errors) {
      sentence(*found, next.source, out.token_mode, out.model.width, object.path("source"));
    }
    read_targets(object, "targets", next.targets);
    made_targets(next.targets, out.model.width, object.path("targets"));
    object.finish();
    if (out.learning.examples.size() >= static_cast<std::size_t>(kMaxExamples)) {
      errors.add(ErrorCode::kTooLarge, "more than " + std::to_string(kMaxExamples) + " examples",
                 path);
    }
    out.learning.examples.push_back(std::move(next));
  }

  void learning(const Json& json, Document& out, const std::string& path) {
    JsonObject object(json, path, errors);
    read_learn_options(object, out.learning);
    read_targets(object, "targets", out.learning.targets);
    made_targets(out.learning.targets, out.model.width, object.path("targets"));
    if (object.find("examples")) {
      object.each("examples",
                  [&](const Json& item, const std::string& where) { example(item, out, where); });
    }
    object.finish();
  }

  void document(const Json& json, Document& out, const std::string& path) {
    JsonObject object(json, path, errors);
    seeds = &out.seeds;
    int version = 0;
    object.required("version", version);
    if (!errors && version != kStateVersion) {
      errors.add(ErrorCode::kUnsupported,
                 "version " + std::to_string(version) + "; this program reads version " +
                     std::to_string(kStateVersion),
                 object.path("version"));
    }
    object.optional("title", out.title);
    check_bytes(out.title, kMaxTitleBytes, object.path("title"));
    object.optional("preset", out.preset);
    check_bytes(out.preset, kMaxTitleBytes, object.path("preset"));
    object.optional("token_mode", out.token_mode);
    if (const Json* found = object.need("model")) model(*found, out.model, object.path("model"));
    const int width = out.model.width;
    if (const Json* found = object.need("query"); found && !errors) {
      sentence(*found, out.query, out.token_mode, width, object.path("query"));
    }
    object.optional("cross", out.cross);
    if (const Json* found = object.find("source"); found && !errors) {
      sentence(*found, out.source, out.token_mode, width, object.path("source"));
    }
    if (const Json* found = object.find("mask"); found && !errors) {
      Matrix mask;
      read(*found, mask, object.path("mask"), errors, Infinity::kMinus);
      out.mask = share(std::move(mask));
    }
    if (object.find("seeds")) {
      object.each("seeds", [&](const Json& item, const std::string& where) {
        std::uint64_t seed = 0;
        read(item, seed, where, errors);
        remember_seed(out.seeds, seed);
      });
    }
    object.optional("kv_length", out.kv_length);
    object.optional("cached", out.cached);
    locks(object, out);
    read_locked_cells(object, out.locked_cells);
    if (const Json* found = object.find("learning"); found && !errors) {
      learning(*found, out, object.path("learning"));
    }
    object.finish();
  }
};

}  // namespace

Result<Document> read_document(const Json& json, const std::string& path,
                               const WordVectors* words) {
  Reader reader;
  reader.words = words;
  Document document;
  reader.document(json, document, path);
  if (reader.errors) return std::unexpected(std::move(*reader.errors.first));
  if (auto ok = validate(document); !ok) {
    Error error = std::move(ok).error();
    if (!path.empty()) error.where = path + (error.where.empty() ? "" : ".") + error.where;
    return std::unexpected(std::move(error));
  }
  return document;
}

Result<Document> read_document(std::string_view text, const WordVectors* words) {
  auto json = parse_json(text);
  if (!json) return std::unexpected(std::move(json).error());
  return read_document(*json, "", words);
}

Result<void> learning_from_json(Document& document, std::string_view text,
                                const WordVectors* words) {
  auto json = parse_json(text);
  if (!json) return std::unexpected(std::move(json).error());
  Reader reader;
  reader.words = words;
  document.learning = {};
  document.locked_cells = nullptr;
  JsonObject object(*json, "", reader.errors);
  read_locked_cells(object, document.locked_cells);
  if (const Json* found = object.need("learning"); found && !reader.errors) {
    reader.learning(*found, document, "learning");
  }
  object.finish();
  if (reader.errors) return std::unexpected(std::move(*reader.errors.first));
  return {};
}

Result<Document> document_from_json(std::string_view json, const WordVectors* words) {
  return read_document(json, words);
}

}  // namespace ap
