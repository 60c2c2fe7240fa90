// Actions as JSON. Each action lists its fields once; the reader and the writer both walk the list.
#include "playground/actions/action_json.hpp"

#include <array>
#include <utility>

#include "playground/actions/action_names.hpp"
#include "playground/json/learn_json.hpp"
#include "playground/json/read.hpp"
#include "playground/json/state_json.hpp"
#include "playground/json/state_write.hpp"
#include "playground/json/write.hpp"

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

// In the order of Action's alternatives.
constexpr std::array<std::string_view, std::variant_size_v<Action>> kTypes{
    "set_text",       "set_token",       "insert_token",  "delete_token",   "move_token",
    "set_token_mode", "reset_embedding", "set_cell",      "set_block",      "fill",
    "paint_mask",     "clear_mask",      "lock",          "set_width",      "set_heads",
    "set_head_width", "set_layers",      "set_weights",   "set_scale",      "set_softcap",
    "set_causal",     "set_temperature", "set_residual",  "set_biases",     "set_positions",
    "set_norm",       "set_mlp",         "set_kv_length", "set_cached",     "set_cross",
    "set_title",      "load_preset",     "load_document", "batch",          "set_target",
    "clear_target",   "clear_targets",   "add_example",   "set_example",    "remove_example",
    "show_example",   "set_learning",    "lock_cells",    "set_parameters", "train"};

template <class V>
void address(V& v, TensorId& id) {
  v.required("stage", id.stage);
  v.optional("layer", id.layer);
  v.optional("head", id.head);
}

template <class V>
void fields(V& v, action::SetText& a) {
  v.optional("side", a.side);
  v.required("text", a.text);
}
template <class V>
void fields(V& v, action::SetToken& a) {
  v.optional("side", a.side);
  v.required("index", a.index);
  v.required("text", a.text);
}
template <class V>
void fields(V& v, action::InsertToken& a) {
  v.optional("side", a.side);
  v.required("index", a.index);
  v.required("text", a.text);
}
template <class V>
void fields(V& v, action::DeleteToken& a) {
  v.optional("side", a.side);
  v.required("index", a.index);
}
template <class V>
void fields(V& v, action::MoveToken& a) {
  v.optional("side", a.side);
  v.required("from", a.from);
  v.required("to", a.to);
}
template <class V>
void fields(V& v, action::SetTokenMode& a) {
  v.required("mode", a.mode);
}
template <class V>
void fields(V& v, action::ResetEmbedding& a) {
  v.optional("side", a.side);
  v.optional("index", a.index);
}
template <class V>
void fields(V& v, action::SetCell& a) {
  address(v, a.cell.tensor);
  v.required("row", a.cell.row);
  v.required("col", a.cell.col);
  v.cells("value", a.value);
}
template <class V>
void fields(V& v, action::SetBlock& a) {
  address(v, a.at.tensor);
  v.optional("row", a.at.row);
  v.optional("col", a.at.col);
  v.cells("values", a.values);
}
template <class V>
void fields(V& v, action::Fill& a) {
  address(v, a.tensor);
  v.optional("row", a.row);
  v.optional("col", a.col);
  v.optional("rows", a.rows);
  v.optional("cols", a.cols);
  v.required("kind", a.kind);
  v.optional("factor", a.factor);
  v.optional("seed", a.seed);
}
template <class V>
void fields(V& v, action::PaintMask& a) {
  v.required("row", a.row);
  v.required("col", a.col);
  v.optional("rows", a.rows);
  v.optional("cols", a.cols);
  v.optional("hide", a.hide);
}
template <class V>
void fields(V& /*v*/, action::ClearMask& /*a*/) {}
template <class V>
void fields(V& v, action::Lock& a) {
  v.required("stage", a.stage);
  v.optional("layer", a.layer);
  v.optional("locked", a.locked);
}
template <class V>
void fields(V& v, action::SetWidth& a) {
  v.required("width", a.width);
}
template <class V>
void fields(V& v, action::SetHeads& a) {
  v.required("heads", a.heads);
  v.optional("kv_heads", a.kv_heads);
}
template <class V>
void fields(V& v, action::SetHeadWidth& a) {
  v.optional("key_width", a.key_width);
  v.optional("value_width", a.value_width);
}
template <class V>
void fields(V& v, action::SetLayers& a) {
  v.required("layers", a.layers);
}
template <class V>
void fields(V& v, action::SetWeights& a) {
  v.required("init", a.init);
  v.optional("seed", a.seed);
}
template <class V>
void fields(V& v, action::SetScale& a) {
  v.required("kind", a.kind);
  v.optional("value", a.value);
}
template <class V>
void fields(V& v, action::SetSoftcap& a) {
  v.required("cap", a.cap);
}
template <class V>
void fields(V& v, action::SetCausal& a) {
  v.required("on", a.on);
}
template <class V>
void fields(V& v, action::SetTemperature& a) {
  v.optional("layer", a.layer);
  v.optional("head", a.head);
  v.required("value", a.value);
}
template <class V>
void fields(V& v, action::SetResidual& a) {
  v.required("on", a.on);
}
template <class V>
void fields(V& v, action::SetBiases& a) {
  v.required("on", a.on);
}
template <class V>
void fields(V& v, action::SetPositions& a) {
  v.required("kind", a.kind);
  v.optional("base", a.base);
  v.optional("rotary_width", a.rotary_width);
  v.optional("interleaved", a.interleaved);
}
template <class V>
void fields(V& v, action::SetNorm& a) {
  v.required("kind", a.kind);
  v.optional("place", a.place);
}
template <class V>
void fields(V& v, action::SetMlp& a) {
  v.required("kind", a.kind);
  v.optional("width", a.width);
}
template <class V>
void fields(V& v, action::SetKvLength& a) {
  v.required("length", a.length);
}
template <class V>
void fields(V& v, action::SetCached& a) {
  v.required("tokens", a.tokens);
}
template <class V>
void fields(V& v, action::SetCross& a) {
  v.required("on", a.on);
  v.optional("text", a.text);
}
template <class V>
void fields(V& v, action::SetTitle& a) {
  v.required("title", a.title);
}
template <class V>
void fields(V& v, action::LoadPreset& a) {
  v.required("id", a.id);
}
template <class V>
void fields(V& v, action::LoadDocument& a) {
  v.document("document", a.document);
}
template <class V>
void fields(V& v, action::Batch& a) {
  v.optional("name", a.name);
  v.actions("actions", a.steps);
}

template <class V, class A>
void target_address(V& v, A& a) {
  v.optional("stage", a.stage);
  v.optional("layer", a.layer);
  v.optional("head", a.head);
  v.required("row", a.row);
  v.optional("example", a.example);
}
template <class V>
void fields(V& v, action::SetTarget& a) {
  target_address(v, a);
  v.row("values", a.values);
  v.optional("word", a.word);
}
template <class V>
void fields(V& v, action::ClearTarget& a) {
  target_address(v, a);
}
template <class V>
void fields(V& /*v*/, action::ClearTargets& /*a*/) {}
template <class V>
void fields(V& v, action::AddExample& a) {
  v.required("text", a.text);
  v.optional("source", a.source);
}
template <class V>
void fields(V& v, action::SetExample& a) {
  v.required("example", a.example);
  v.required("text", a.text);
  v.optional("source", a.source);
}
template <class V>
void fields(V& v, action::RemoveExample& a) {
  v.required("example", a.example);
}
template <class V>
void fields(V& v, action::ShowExample& a) {
  v.required("example", a.example);
}
template <class V>
void fields(V& v, action::SetLearning& a) {
  v.optional("optimizer", a.optimizer);
  v.optional("rate", a.rate);
  v.optional("momentum", a.momentum);
  v.optional("weight_decay", a.weight_decay);
  v.optional("seed", a.seed);
  v.optional("batch", a.batch);
  v.optional("embeddings", a.embeddings);
  v.optional("temperature", a.temperature);
}
template <class V>
void fields(V& v, action::LockCells& a) {
  address(v, a.at.tensor);
  v.required("row", a.at.row);
  v.required("col", a.at.col);
  v.optional("rows", a.rows);
  v.optional("cols", a.cols);
  v.optional("locked", a.locked);
}
template <class V>
void fields(V& v, action::SetParameters& a) {
  v.parameters("parameters", a.parameters);
  v.optional("steps", a.steps);
}
template <class V>
void fields(V& v, action::Train& a) {
  v.required("command", a.command);
  v.optional("steps", a.steps);
  v.optional("goal", a.goal);
}

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
  void document(const char* key, Document& out) {
    const Json* value = object.need(key);
    if (!value) return;
    auto loaded = read_document(*value, object.path(key), nullptr);
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

void write_action(JsonWriter& out, const Action& action);

struct FieldWriter {
  JsonWriter& out;

  template <class T>
  void required(const char* key, const T& value) {
    out.field(key, value);
  }
  template <class T>
  void optional(const char* key, const T& value) {
    out.field(key, value);
  }
  template <class T>
  void cells(const char* key, const T& value) {
    out.field(key, value);
  }
  void row(const char* key, const Matrix& value) {
    if (value.size() == 0) return;
    out.key(key);
    out.row(value);
  }
  void parameters(const char* key, const std::vector<action::ParameterValue>& values) {
    out.key(key);
    out.open('[');
    for (const action::ParameterValue& p : values) {
      out.open('{');
      out.field("stage", p.stage);
      out.field("layer", p.layer);
      out.field("values", *p.values);
      out.close('}');
    }
    out.close(']');
  }
  void document(const char* key, const Document& value) {
    out.key(key);
    write_document(out, value);
  }
  void actions(const char* key, const std::vector<action::Step>& steps) {
    out.key(key);
    out.open('[');
    for (const action::Step& step : steps) write_action(out, step.action);
    out.close(']');
  }
};

/// The alternative of a type's name, with its defaults.
template <std::size_t I = 0>
std::optional<Action> make(std::string_view type) {
  if constexpr (I == kTypes.size()) {
    return std::nullopt;
  } else {
    if (type == kTypes[I]) return Action(std::in_place_index<I>);
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

void write_action(JsonWriter& out, const Action& action) {
  out.open('{');
  out.field("type", kTypes[action.index()]);
  FieldWriter writer{out};
  std::visit([&writer](auto a) { fields(writer, a); }, action);
  out.close('}');
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

std::string to_json(const Action& action) {
  std::string text;
  JsonWriter out(text);
  write_action(out, action);
  return text;
}

}  // namespace ap
