// document_from_json: a document's own fields, what is to be learned, and whether the whole is
// sound.
#include <utility>

#include "playground/json/learn_json.hpp"
#include "playground/json/state_json.hpp"
#include "playground/json/state_reader.hpp"
#include "playground/json/state_write.hpp"

namespace ap {

using Json = nlohmann::json;

static constexpr std::size_t kMaxTitleBytes = 1000;
/// Cells that a text may have made without writing them out: a short text costs little.
static constexpr std::int64_t kMaxMadeCells = std::int64_t{1} << 24;

bool StateReader::make_room(std::int64_t rows, std::int64_t cols, const std::string& path) {
  made += rows * cols;
  if (made <= kMaxMadeCells) return true;
  errors.add(ErrorCode::kTooLarge,
             "more than " + std::to_string(kMaxMadeCells) + " numbers made by name; write them out",
             path);
  return false;
}

void StateReader::check_bytes(const std::string& text, std::size_t most, const std::string& path) {
  if (text.size() <= most) return;
  errors.add(ErrorCode::kTooLarge,
             std::to_string(text.size()) + " bytes; the most is " + std::to_string(most), path);
}

void StateReader::locks(JsonObject& object, Document& out) {
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

void StateReader::made_targets(std::vector<Target>& targets, int width, const std::string& path) {
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

void StateReader::example(const Json& json, Document& out, const std::string& path) {
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

void StateReader::learning(const Json& json, Document& out, const std::string& path) {
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

void StateReader::document(const Json& json, Document& out, const std::string& path) {
  JsonObject object(json, path, errors);
  seeds = &out.seeds;
  object.required("version", version);
  if (!errors && (version < 1 || version > kStateVersion)) {
    errors.add(ErrorCode::kUnsupported,
               "version " + std::to_string(version) + "; this program reads versions 1 to " +
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

Result<Document> read_document(const Json& json, const std::string& path, const WordVectors* words,
                               bool* older) {
  StateReader reader;
  reader.words = words;
  Document document;
  reader.document(json, document, path);
  if (reader.errors) return std::unexpected(std::move(*reader.errors.first));
  if (auto ok = validate(document); !ok) {
    Error error = std::move(ok).error();
    if (!path.empty()) error.where = path + (error.where.empty() ? "" : ".") + error.where;
    return std::unexpected(std::move(error));
  }
  if (older != nullptr) *older = reader.version == 1 && cap_meets_mask(document);
  return document;
}

Result<Document> read_document(std::string_view text, const WordVectors* words, bool* older) {
  auto json = parse_json(text);
  if (!json) return std::unexpected(std::move(json).error());
  return read_document(*json, "", words, older);
}

Result<void> learning_from_json(Document& document, std::string_view text,
                                const WordVectors* words) {
  auto json = parse_json(text);
  if (!json) return std::unexpected(std::move(json).error());
  StateReader reader;
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

Result<Document> document_from_json(std::string_view json, const WordVectors* words, bool* older) {
  return read_document(json, words, older);
}

}  // namespace ap
