#include "app/page/api_json.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "attention/explain/explain.hpp"
#include "playground/json/presets.hpp"

namespace ap::app {
namespace {

Result<TensorId> tensor_id(const Trace& trace, const char* stage, int layer, int head) {
  const auto found = stage_from(stage);
  if (!found) return fail(ErrorCode::kUnknownKey, "there is no stage of this name", stage);
  const TensorId id{layer, *found, head};
  if (trace.tensor(id).data == nullptr) {
    return fail(ErrorCode::kNotFound, "the model has no such tensor now", stage);
  }
  return id;
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
    Json json = {{"a", cell(t.a)},
                 {"factor", number(static_cast<double>(t.factor))},
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

char* given(const std::string& text) {
  char* copy = static_cast<char*>(std::malloc(text.size() + 1));
  if (copy != nullptr) std::memcpy(copy, text.c_str(), text.size() + 1);
  return copy;
}
char* given(const Json& json) {
  return given(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}
char* given(const Error& error) {
  return given(Json{{"ok", false},
                    {"error",
                     {{"code", std::string(name(error.code))},
                      {"message", error.message},
                      {"where", error.where}}}});
}

Json number(double value) {
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
}

Json address(const TensorId& id) {
  return {{"stage", std::string(name(id.stage))}, {"layer", id.layer}, {"head", id.head}};
}

char* tensor_json(const Document& document, const Trace& trace, const char* stage, int layer,
                  int head) {
  const auto id = tensor_id(trace, stage, layer, head);
  if (!id) return given(id.error());
  const ConstView view = trace.tensor(*id);
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
                    {"rows", row_labels(document, *id)},
                    {"cols", col_labels(document, *id)},
                    {"editable", is_parameter(id->stage) && !locked(document, *id)},
                    {"data", reinterpret_cast<std::uintptr_t>(copy)}});
}

char* stages_json(const Document& document, const Trace& trace, int layer) {
  Json list = Json::array();
  for (const Stage stage : trace.stages(layer)) {
    const TensorId id{layer, stage, 0};
    const ConstView view = trace.tensor(id);
    list.push_back({{"stage", std::string(name(stage))},
                    {"heads", trace.head_count(stage)},
                    {"per_head", per_head(stage)},
                    {"editable", is_parameter(stage) && !locked(document, id)},
                    {"shape", {view.rows, view.cols}}});
  }
  return given(list);
}

char* explain_json(const Trace& trace, const char* stage, int row, int col, int layer, int head) {
  const auto id = tensor_id(trace, stage, layer, head);
  if (!id) return given(id.error());
  const CellId where{*id, row, col};
  const auto found = explain(trace, where);
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
                    {"consumers", regions(consumers(trace, where))}});
}

char* presets_json() {
  Json list = Json::array();
  for (const PresetInfo& p : presets()) {
    list.push_back({{"id", p.id}, {"title", p.title}, {"about", p.about}});
  }
  return given(list);
}

}  // namespace ap::app
