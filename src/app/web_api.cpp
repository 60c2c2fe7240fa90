// What web/playground.js calls: JSON strings and copies of numbers over the Session. Every string
// given to us was allocated by the caller and stays theirs; every string returned is theirs to free.
// No exception leaves and no pointer into our memory is kept by JavaScript.
#ifdef __EMSCRIPTEN__
#include <emscripten.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>

#include "app/gui_session.hpp"
#include "attention/explain.hpp"
#include "platform/web_glue.hpp"
#include "playground/presets.hpp"
#include "playground/state_json.hpp"

namespace {

using namespace ap;
using Json = nlohmann::json;

/// Null when memory is short: the page says so.
char* given(const std::string& text) {
  char* copy = static_cast<char*>(std::malloc(text.size() + 1));
  if (copy != nullptr) std::memcpy(copy, text.c_str(), text.size() + 1);
  return copy;
}
char* given(const Json& json) {
  return given(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

Json to_json_value(const Error& error) {
  return {{"ok", false},
          {"error",
           {{"code", std::string(name(error.code))},
            {"message", error.message},
            {"where", error.where}}}};
}
char* given(const Error& error) { return given(to_json_value(error)); }

/// JSON has no infinities: they go as the names that JavaScript's Number() reads.
Json number(double value) {
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
}

Result<TensorId> tensor_id(const char* stage, int layer, int head) {
  const auto found = stage_from(stage);
  if (!found) return fail(ErrorCode::kUnknownKey, "there is no stage of this name", stage);
  const TensorId id{layer, *found, head};
  if (app::session().trace().tensor(id).data == nullptr) {
    return fail(ErrorCode::kNotFound, "the model has no such tensor now", stage);
  }
  return id;
}

Json address(const TensorId& id) {
  return {{"stage", std::string(name(id.stage))}, {"layer", id.layer}, {"head", id.head}};
}
Json cell(const CellValue& c) {
  Json json = address(c.cell.tensor);
  json["row"] = c.cell.row;
  json["col"] = c.cell.col;
  json["value"] = number(static_cast<double>(c.value));
  return json;
}

Json terms(const Explanation& e) {
  Json list = Json::array();
  for (const Term& t : e.terms) {
    Json json = {{"a", cell(t.a)}, {"factor", number(static_cast<double>(t.factor))},
                 {"value", number(t.value)}};
    if (t.has_b) json["b"] = cell(t.b);
    list.push_back(std::move(json));
  }
  return list;
}

Json regions(const std::vector<Region>& from) {
  Json list = Json::array();
  for (const Region& r : from) {
    Json json = address(r.tensor);
    json["row"] = r.row;
    json["col"] = r.col;
    json["rows"] = r.rows;
    json["cols"] = r.cols;
    list.push_back(std::move(json));
  }
  return list;
}

bool locked(const Document& document, TensorId id) {
  return document.locked.contains({id.layer, id.stage});
}

}  // namespace

extern "C" {

/// 1: tell the page of changes. Once, when the page is ready for them.
EMSCRIPTEN_KEEPALIVE void ap_api_listen() {
  app::session().subscribe([] { ap_glue_emit("change"); });
}

EMSCRIPTEN_KEEPALIVE char* ap_api_state() { return given(to_json(app::session().document())); }

EMSCRIPTEN_KEEPALIVE double ap_api_revision() {
  return static_cast<double>(app::session().revision());
}

/// Null: done. Else the error.
EMSCRIPTEN_KEEPALIVE char* ap_api_dispatch(const char* json, std::size_t size, int gesture) {
  const auto action = action_from_json({json, size});
  if (!action) return given(action.error());
  const auto done = app::session().dispatch(*action, static_cast<std::uint64_t>(gesture));
  return done ? nullptr : given(done.error());
}
EMSCRIPTEN_KEEPALIVE void ap_api_end_gesture() { app::session().end_gesture(); }
EMSCRIPTEN_KEEPALIVE int ap_api_new_gesture() {
  return static_cast<int>(app::session().new_gesture());
}
EMSCRIPTEN_KEEPALIVE int ap_api_undo() { return app::session().undo() ? 1 : 0; }
EMSCRIPTEN_KEEPALIVE int ap_api_redo() { return app::session().redo() ? 1 : 0; }

/// {"shape":[r,c],"rows":[...],"cols":[...],"editable":b,"data":address of a copy to free}
EMSCRIPTEN_KEEPALIVE char* ap_api_tensor(const char* stage, int layer, int head) {
  const auto id = tensor_id(stage, layer, head);
  if (!id) return given(id.error());
  const Session& s = app::session();
  const ConstView view = s.trace().tensor(*id);
  const auto cols = static_cast<std::size_t>(view.cols);
  const std::size_t count = static_cast<std::size_t>(view.rows) * cols;
  auto* copy = static_cast<float*>(std::malloc(std::max<std::size_t>(1, count) * sizeof(float)));
  if (copy == nullptr) {
    return given(Error{ErrorCode::kTooLarge, "not enough memory for a copy", stage});
  }
  for (int i = 0; i < view.rows; ++i) {
    std::memcpy(copy + static_cast<std::size_t>(i) * cols, view.row(i), cols * sizeof(float));
  }
  return given(Json{{"shape", {view.rows, view.cols}},
                    {"rows", row_labels(s.document(), *id)},
                    {"cols", col_labels(s.document(), *id)},
                    {"editable", is_parameter(id->stage) && !locked(s.document(), *id)},
                    {"data", reinterpret_cast<std::uintptr_t>(copy)}});
}

/// The stages that are on in a layer, in order: [{"stage","heads","editable","shape"}].
EMSCRIPTEN_KEEPALIVE char* ap_api_stages(int layer) {
  const Session& s = app::session();
  Json list = Json::array();
  for (const Stage stage : s.trace().stages(layer)) {
    const TensorId id{layer, stage, 0};
    const ConstView view = s.trace().tensor(id);
    list.push_back({{"stage", std::string(name(stage))},
                    {"heads", s.trace().head_count(stage)},
                    {"per_head", per_head(stage)},
                    {"editable", is_parameter(stage) && !locked(s.document(), id)},
                    {"shape", {view.rows, view.cols}}});
  }
  return given(list);
}

EMSCRIPTEN_KEEPALIVE char* ap_api_explain(const char* stage, int row, int col, int layer,
                                          int head) {
  const auto id = tensor_id(stage, layer, head);
  if (!id) return given(id.error());
  const CellId where{*id, row, col};
  const auto found = explain(app::session().trace(), where);
  if (!found) return given(found.error());
  Json constants = Json::object();
  for (const Constant& c : found->constants) constants[c.name] = number(c.value);
  return given(Json{{"cell", cell(found->cell)},
                    {"operation", std::string(name(found->operation))},
                    {"terms", terms(*found)},
                    {"own", found->own},
                    {"constants", constants},
                    {"reason", std::string(name(found->reason))},
                    {"value", number(evaluate(*found))},
                    {"sources", regions(found->sources)},
                    {"consumers", regions(consumers(app::session().trace(), where))}});
}

EMSCRIPTEN_KEEPALIVE char* ap_api_presets() {
  Json list = Json::array();
  for (const PresetInfo& p : presets()) {
    list.push_back({{"id", p.id}, {"title", p.title}, {"about", p.about}});
  }
  return given(list);
}

EMSCRIPTEN_KEEPALIVE char* ap_api_history() {
  const History& h = app::session().history();
  return given(Json{{"undo", h.undo_name()}, {"redo", h.redo_name()}});
}
}
#endif
