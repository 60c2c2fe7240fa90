// The page's second module: what web/files.js calls to open, import and export files. It holds a
// copy of the document that the page gave it last, one opened file, one import that was planned; it
// changes nothing in the page but through the action that it gives back. Strings and bytes given to
// it stay the caller's; those that it returns are the caller's to free. Never more than one caller.
#include <cstdlib>
#include <cstring>
#include <emscripten.h>
#include <nlohmann/json.hpp>
#include <string>

#include "exchange/exports.hpp"
#include "exchange/import_words.hpp"
#include "exchange/model_file.hpp"
#include "exchange/standalone.hpp"
#include "playground/actions/action_json.hpp"
#include "playground/json/read.hpp"
#include "playground/json/state_json.hpp"
#include "playground/session/session.hpp"

namespace {

using namespace ap;
using Json = nlohmann::json;

struct State {
  Session session;
  std::optional<OpenedFile> file;
  std::optional<ImportPlan> plan;
  std::vector<Bytes> pieces;
  SiteFiles site;
  std::string out;  // the bytes of the last export
};
State& state() {
  static State* held = new State;  // as long as the module
  return *held;
}

char* given(const Json& json) {
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  char* copy = static_cast<char*>(std::malloc(text.size() + 1));
  if (copy != nullptr) std::memcpy(copy, text.c_str(), text.size() + 1);
  return copy;
}
char* given(const Error& error) {
  return given(Json{{"error",
                     {{"code", std::string(name(error.code))},
                      {"message", error.message},
                      {"where", error.where}}}});
}

/// The fields of a request; what is wrong with it is in `errors`.
struct Request {
  Result<Json> json;
  JsonErrors errors;
  explicit Request(const char* text, std::size_t size) : json(parse_json({text, size})) {
    if (!json) errors.first = json.error();
  }
};

Json described(const OpenedFile& file) {
  Json entries = Json::array();
  for (const FileEntry& e : file.entries())
    entries.push_back({{"name", e.name},
                       {"dtype", e.dtype},
                       {"shape", e.shape},
                       {"boolean", e.boolean},
                       {"problem", e.problem},
                       {"words", e.words}});
  Json models = Json::array();
  for (const ModelInfo& m : find_models(file)) {
    models.push_back({{"family", m.family},
                      {"layers", m.layers},
                      {"width", m.width},
                      {"queryColumns", m.query_columns},
                      {"keyColumns", m.key_columns},
                      {"biases", m.biases},
                      {"headWidth", m.head_width},
                      {"headKnown", m.head_known},
                      {"partial", m.partial},
                      {"heads", m.heads(m.head_width)},
                      {"kvHeads", m.kv_heads(m.head_width)}});
  }
  return {{"kind", std::string(name(file.kind()))},
          {"name", file.file_name()},
          {"entries", entries},
          {"models", models}};
}

char* opened(Result<OpenedFile> file) {
  state().plan.reset();
  state().file.reset();
  if (!file) return given(file.error());
  state().file = std::move(*file);
  return given(described(*state().file));
}

ImportChoice choice_of(JsonObject& object) {
  ImportChoice c;
  std::string fit = "asIs";
  object.optional("array", c.array);
  if (object.find("index") != nullptr) {
    object.each("index", [&](const Json& item, const std::string& path) {
      int at = 0;
      read(item, at, path, object.errors());
      c.index.push_back(at);
    });
  }
  object.required("stage", c.stage);
  object.optional("layer", c.layer);
  object.optional("head", c.head);
  object.optional("fit", fit);
  object.optional("transpose", c.transpose);
  object.optional("row", c.row);
  object.optional("col", c.col);
  c.fit = fit == "resize" ? Fit::kResize : fit == "slice" ? Fit::kSlice : Fit::kAsIs;
  return c;
}

ModelChoice model_choice_of(JsonObject& object) {
  ModelChoice c;
  object.required("model", c.model);
  object.required("modelLayer", c.layer);
  object.optional("modelHead", c.head);
  object.optional("layer", c.to_layer);
  object.optional("headWidth", c.head_width);
  object.optional("width", c.width);
  return c;
}

ExportRequest request_of(JsonObject& object) {
  ExportRequest r;
  std::string subject = "sheet", torch = "plain";
  bool dark = false;
  object.required("to", r.to);
  r.whole = object.find("stage") == nullptr;
  if (!r.whole) object.required("stage", r.tensor.stage);
  object.optional("layer", r.tensor.layer);
  r.tensor.head = -1;
  object.optional("head", r.tensor.head);
  object.optional("torch", torch);
  object.optional("panel", subject);
  object.optional("row", r.picture.row);
  object.optional("dark", dark);
  object.optional("scale", r.picture.render.scale);
  object.optional("width", r.picture.render.width);
  object.optional("threshold", r.picture.threshold);
  object.optional("site", r.site);
  if (object.find("folded") != nullptr) {
    object.each("folded", [&](const Json& item, const std::string& path) {
      Stage stage{};
      read(item, stage, path, object.errors());
      r.picture.render.folded.insert(stage);
    });
  }
  r.multihead = torch == "multihead";
  r.picture.subject = subject_from(subject).value_or(Subject::kSheet);
  r.picture.render.mode = dark ? Mode::kDark : Mode::kLight;
  r.picture.render.layer = r.tensor.layer;
  r.picture.render.head = std::max(0, r.tensor.head);
  return r;
}

const FontSet* fonts() {
  static const Result<FontSet>* loaded = new Result<FontSet>(FontSet::shipped());
  return *loaded ? &**loaded : nullptr;
}

Result<ExportedFile> exported(JsonObject& object) {
  const Session& session = state().session;
  const ExportRequest request = request_of(object);
  object.finish();
  if (object.errors()) return std::unexpected(*object.errors().first);
  if (request.to != "html")
    return export_file(session.document(), session.trace(), request, fonts());
  auto html = standalone_html(state().site, to_json(session.document()), session.document().title);
  state().site.clear();
  if (!html) return std::unexpected(html.error());
  return ExportedFile{"attention.html", "text/html", std::move(*html)};
}

}  // namespace

extern "C" {

/// Null: done. Else the error.
EMSCRIPTEN_KEEPALIVE char* files_document(const char* json, std::size_t size) {
  auto document = document_from_json({json, size});
  if (!document) return given(document.error());
  Session& session = state().session;
  const auto done = session.dispatch(action::LoadDocument{std::move(*document)});
  return done ? nullptr : given(done.error());
}

/// A prepared document by its name, for pictures of it (tools/page/posters.mjs). Null: done.
EMSCRIPTEN_KEEPALIVE char* files_preset(const char* id) {
  const auto done = state().session.dispatch(action::LoadPreset{id});
  return done ? nullptr : given(done.error());
}

EMSCRIPTEN_KEEPALIVE char* files_formats() {
  Json list = Json::array();
  for (const ExportFormat& f : export_formats()) {
    list.push_back({{"name", std::string(f.name)},
                    {"ending", std::string(f.ending)},
                    {"text", f.text},
                    {"stage", f.stage}});
  }
  return given(
      Json{{"formats", list}, {"standalone", standalone_files()}, {"extras", standalone_extras()}});
}

/// A file of the site, for the standalone page.
EMSCRIPTEN_KEEPALIVE void files_site(const char* file, const char* bytes, std::size_t size) {
  state().site.emplace_back(file, std::string(bytes, size));
}

/// {"name", "media", "data": address in this module, "size"}: valid until the next export.
EMSCRIPTEN_KEEPALIVE char* files_export(const char* json, std::size_t size) {
  Request request(json, size);
  if (request.errors) return given(*request.errors.first);
  JsonObject object(*request.json, "", request.errors);
  auto file = exported(object);
  if (!file) return given(file.error());
  state().out = std::move(file->bytes);
  return given(Json{{"name", file->name},
                    {"media", file->media},
                    {"data", reinterpret_cast<std::uintptr_t>(state().out.data())},
                    {"size", state().out.size()}});
}

EMSCRIPTEN_KEEPALIVE char* files_open(const char* file, const unsigned char* bytes,
                                      std::size_t size) {
  return opened(OpenedFile::open(file, {bytes, size}));
}

/// {"bytes": of the header's text}, from the first 8 bytes.
EMSCRIPTEN_KEEPALIVE char* files_header(const char* file, const unsigned char* prefix,
                                        std::size_t size, double file_size) {
  const auto bytes =
      safetensors_header_bytes({prefix, size}, static_cast<std::uint64_t>(file_size), file);
  return bytes ? given(Json{{"bytes", *bytes}}) : given(bytes.error());
}
EMSCRIPTEN_KEEPALIVE char* files_open_safetensors(const char* file, const char* header,
                                                  std::size_t size, double file_size) {
  return opened(
      OpenedFile::open_safetensors(file, {header, size}, static_cast<std::uint64_t>(file_size)));
}

/// The ways in which an array fits a place: {"target": [r, c], "offers": [{"fit", "transpose",
/// "says"}]}.
EMSCRIPTEN_KEEPALIVE char* files_offers(const char* json, std::size_t size) {
  Request request(json, size);
  if (request.errors) return given(*request.errors.first);
  JsonObject object(*request.json, "", request.errors);
  const ImportChoice choice = choice_of(object);
  object.finish();
  if (request.errors) return given(*request.errors.first);
  if (!state().file) return given(Error{ErrorCode::kNotFound, "no file is open", ""});
  const Document& document = state().session.document();
  Json offers = Json::array();
  for (const FitOffer& o : fit_offers(document, *state().file, choice)) {
    const char* fit = o.fit == Fit::kAsIs ? "asIs" : o.fit == Fit::kResize ? "resize" : "slice";
    offers.push_back({{"fit", fit}, {"transpose", o.transpose}, {"says", o.says}});
  }
  const auto target = target_extent(document, {choice.layer, choice.stage, choice.head});
  Json answer{{"offers", offers}};
  if (target) answer["target"] = {target->rows, target->cols};
  return given(answer);
}

/// {"ranges": [[offset, size], ...], "note"}: what files_import needs, in this order.
EMSCRIPTEN_KEEPALIVE char* files_plan(const char* json, std::size_t size) {
  Request request(json, size);
  if (request.errors) return given(*request.errors.first);
  if (!state().file) return given(Error{ErrorCode::kNotFound, "no file is open", ""});
  JsonObject object(*request.json, "", request.errors);
  const Document& document = state().session.document();
  const bool model = object.find("model") != nullptr;
  std::string words, side = "query";
  const bool of_words = object.find("words") != nullptr;
  if (of_words) object.required("words", words);
  object.optional("side", side);
  const ModelChoice layer = model ? model_choice_of(object) : ModelChoice{};
  const ImportChoice choice = model || of_words ? ImportChoice{} : choice_of(object);
  object.finish();
  if (request.errors) return given(*request.errors.first);
  auto plan = model      ? plan_model(document, *state().file, layer)
              : of_words ? plan_words(document, *state().file, words,
                                      side == "source" ? Side::kSource : Side::kQuery)
                         : plan_import(document, *state().file, choice);
  if (!plan) return given(plan.error());
  const auto ranges = needs(*state().file, *plan);
  if (!ranges) return given(ranges.error());
  Json list = Json::array();
  for (const ByteRange& r : *ranges) list.push_back({r.offset, r.size});
  state().pieces.clear();
  Json answer{{"ranges", list}, {"note", plan->note}, {"name", plan->name}};
  state().plan = std::move(*plan);
  return given(answer);
}

EMSCRIPTEN_KEEPALIVE void files_piece(const unsigned char* bytes, std::size_t size) {
  state().pieces.emplace_back(bytes, bytes + size);
}

/// The action as text: {"data": address, "size"}, valid until the next export or import.
EMSCRIPTEN_KEEPALIVE char* files_import() {
  State& s = state();
  if (!s.file || !s.plan) return given(Error{ErrorCode::kNotFound, "nothing was planned", ""});
  auto batch = make_import(*s.file, *s.plan, s.pieces);
  s.pieces.clear();
  if (!batch) return given(batch.error());
  s.out = to_json(Action(std::move(*batch)));
  return given(
      Json{{"data", reinterpret_cast<std::uintptr_t>(s.out.data())}, {"size", s.out.size()}});
}
/// A state file: its document as the action that opens it.
EMSCRIPTEN_KEEPALIVE char* files_open_document() {
  State& s = state();
  if (!s.file || !s.file->document())
    return given(Error{ErrorCode::kNotFound, "no document was opened", ""});
  s.out = to_json(Action(action::LoadDocument{*s.file->document(), s.file->older()}));
  return given(
      Json{{"data", reinterpret_cast<std::uintptr_t>(s.out.data())}, {"size", s.out.size()}});
}
}
