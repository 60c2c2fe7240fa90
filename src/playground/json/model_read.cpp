// The model of a document: its options, positions and layers, and weights that presets may leave to
// be made by name.
#include <utility>

#include "playground/document/weights.hpp"
#include "playground/json/state_layers.hpp"
#include "playground/json/state_reader.hpp"

namespace ap {

void StateReader::positions(const Json& json, Positions& out, int width, const std::string& path) {
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

SharedMatrix StateReader::weight(const Json& json, const Model& m, Stage stage, int layer,
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

void StateReader::layer(const Json& json, Layer& out, const Model& m, int index,
                        const std::string& path) {
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
  window(object, out.window);
  object.finish();
}

/// The key "window" of a model (for all layers) or of a layer (its own).
void StateReader::window(JsonObject& object, KeyWindow& out) {
  const Json* found = object.find("window");
  if (!found || errors) return;
  JsonObject bounds(*found, object.path("window"), errors);
  out = {};
  bounds.optional("left", out.left);
  bounds.optional("right", out.right);
  bounds.finish();
  for (const auto& [bound, key] : {std::pair(out.left, "left"), std::pair(out.right, "right")}) {
    if (bound >= -1 && bound <= kMaxTokens) continue;
    errors.add(
        ErrorCode::kRange,
        "must be -1 (no bound) to " + std::to_string(kMaxTokens) + ", not " + std::to_string(bound),
        bounds.path(key));
  }
}

void StateReader::options(JsonObject& object, Model& m) {
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

void StateReader::model(const Json& json, Model& out, const std::string& path) {
  JsonObject object(json, path, errors);
  options(object, out);
  if (!errors) {
    if (const Json* found = object.find("positions")) {
      positions(*found, out.positions, out.width, object.path("positions"));
    }
  }
  KeyWindow of_all;
  window(object, of_all);
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
    next.window = of_all;
    layer(item, next, out, static_cast<int>(out.layers.size()), where);
    out.layers.push_back(std::move(next));
  });
  object.finish();
}

}  // namespace ap
