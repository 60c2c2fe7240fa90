// action_from_json: the reader of action_fields.hpp's lists.
#include <utility>

#include "playground/actions/action_fields.hpp"
#include "playground/actions/action_json.hpp"
#include "playground/actions/action_names.hpp"
#include "playground/json/learn_json.hpp"
#include "playground/json/read.hpp"
#include "playground/json/state_json.hpp"
#include "playground/json/state_write.hpp"

namespace ap {

/// A list of {"stage","layer","values"}; not in the nameless namespace, where JsonObject would not
/// find it.
static void read(const nlohmann::json& json, std::vector<action::ParameterValue>& out,
                 const std::string& path, JsonErrors& errors) {
  if (errors) return;
  if (!json.is_array()) {
    errors.add(ErrorCode::kParse, "needs a list, not " + json_kind(json), path);
    return;
  }
  for (std::size_t i = 0; i < json.size() && !errors; ++i) {
    JsonObject object(json[i], path + "[" + std::to_string(i) + "]", errors);
    action::ParameterValue value;
    Matrix cells;
    object.required("stage", value.stage);
    object.optional("layer", value.layer);
    object.required("values", cells);
    object.finish();
    value.values = share(std::move(cells));
    out.push_back(std::move(value));
  }
}

namespace {

using Json = nlohmann::json;

Action read_action(JsonObject& object, bool nested);

struct FieldReader {
  JsonObject& object;

  template <class T>
  void required(const char* key, T& out) {
    object.required(key, out);
  }
  template <class T>
  void optional(const char* key, T& out) {
    object.optional(key, out);
  }
  void said(const char* key, std::string& text) { object.optional(key, text); }
  /// Cells may be "-inf": in the mask they mean hidden; elsewhere `update` refuses them.
  template <class T>
  void cells(const char* key, T& out) {
    if (const Json* value = object.need(key)) {
      read(*value, out, object.path(key), object.errors(), Infinity::kMinus);
    }
  }
  void row(const char* key, Matrix& out) {
    if (const Json* value = object.find(key)) {
      read_row(*value, out, object.path(key), object.errors());
    }
  }
  void parameters(const char* key, std::vector<action::ParameterValue>& out) {
    object.required(key, out);
  }
  void document(const char* key, Document& out, bool& older) {
    const Json* value = object.need(key);
    if (!value) return;
    auto loaded = read_document(*value, object.path(key), nullptr, &older);
    if (loaded) {
      out = std::move(*loaded);
    } else {
      object.errors().add(loaded.error().code, loaded.error().message, loaded.error().where);
    }
  }
  void actions(const char* key, std::vector<action::Step>& out) {
    object.each(key, [&](const Json& json, const std::string& path) {
      JsonObject inner(json, path, object.errors());
      out.push_back({read_action(inner, true)});
    });
  }
};
/// The alternative of a type's name, with its defaults.
template <std::size_t I = 0>
std::optional<Action> make(std::string_view type) {
  if constexpr (I == kActionTypes.size()) {
    return std::nullopt;
  } else {
    if (type == kActionTypes[I]) return Action(std::in_place_index<I>);
    return make<I + 1>(type);
  }
}

/// What is read counts only if there is no error.
Action read_action(JsonObject& object, bool nested) {
  std::string type;
  object.required("type", type);
  std::optional<Action> action = make(type);
  if (nested && action && std::holds_alternative<action::Batch>(*action)) action.reset();
  if (object.errors()) return action::ClearMask{};
  if (!action) {
    object.errors().add(
        ErrorCode::kUnknownKey,
        "there is no action '" + type.substr(0, 60) + "'" + (nested ? " to put in a batch" : ""),
        object.path("type"));
    return action::ClearMask{};
  }
  FieldReader reader{object};
  std::visit([&reader](auto& a) { fields(reader, a); }, *action);
  object.finish();
  return std::move(*action);
}
}  // namespace

Result<Action> action_from_json(std::string_view json) {
  auto parsed = parse_json(json);
  if (!parsed) return std::unexpected(std::move(parsed).error());
  JsonErrors errors;
  JsonObject object(*parsed, "", errors);
  Action action = read_action(object, false);
  if (errors) return std::unexpected(std::move(*errors.first));
  return action;
}
}  // namespace ap
