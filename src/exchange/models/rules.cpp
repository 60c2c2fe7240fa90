#include "exchange/models/rules.hpp"

#include <algorithm>
#include <array>

namespace ap {
namespace {

struct Activation {
  std::string_view name;
  MlpKind kind;   // kNone: not without a gate
  MlpKind gated;  // kNone: not with one
};
constexpr std::array<Activation, 12> kActivations{{
    {"gelu", MlpKind::kGelu, MlpKind::kNone},
    {"gelu_python", MlpKind::kGelu, MlpKind::kNone},
    {"gelu_new", MlpKind::kGeluTanh, MlpKind::kGeglu},
    {"gelu_tanh", MlpKind::kGeluTanh, MlpKind::kGeglu},
    {"gelu_fast", MlpKind::kGeluTanh, MlpKind::kGeglu},
    {"gelu_pytorch_tanh", MlpKind::kGeluTanh, MlpKind::kGeglu},
    {"gelu_accurate", MlpKind::kGeluTanh, MlpKind::kGeglu},
    {"quick_gelu", MlpKind::kGeluQuick, MlpKind::kNone},
    {"gelu_quick", MlpKind::kGeluQuick, MlpKind::kNone},
    {"relu", MlpKind::kRelu, MlpKind::kNone},
    {"silu", MlpKind::kNone, MlpKind::kSwiglu},
    {"swish", MlpKind::kNone, MlpKind::kSwiglu},
}};

Result<void> need_number(const Config& config, const std::string& key, float& out) {
  const auto value = config.number(key);
  if (!value) return std::unexpected(value.error());
  if (!*value)
    return config.wrong(ErrorCode::kNotFound, key, "is needed for this scaling, and is not there");
  out = **value;
  return {};
}

}  // namespace

MlpKind activation_kind(std::string_view name, bool gated) noexcept {
  const auto* it = std::ranges::find(kActivations, name, &Activation::name);
  if (it == kActivations.end()) return MlpKind::kNone;
  return gated ? it->gated : it->kind;
}

Result<void> read_rope_scaling(const Config& config, Spec& spec) {
  const std::string at = config.has("rope_scaling") ? "rope_scaling" : "rope_parameters";
  const auto* scaling = config.find(at);
  if (!scaling) return {};
  if (!scaling->is_object()) return config.wrong(ErrorCode::kParse, at, "needs keys and values");
  const std::string key = at + (config.has(at + ".rope_type") ? ".rope_type" : ".type");
  const auto type = config.text(key);
  if (!type) return std::unexpected(type.error());
  if (!*type || **type == "default") return {};
  if (auto ok = need_number(config, at + ".factor", spec.factor); !ok) return ok;
  if (!(spec.factor >= 1.0F))
    return config.wrong(ErrorCode::kRange, at + ".factor", "needs a number from 1 up");
  if (**type == "linear") {
    spec.scaling = RopeScaling::kLinear;
    return {};
  }
  if (**type != "llama3") {
    return config.wrong(ErrorCode::kUnsupported, key,
                        "'" + type->value().substr(0, 40) +
                            "' cannot be computed; it can be default, linear or llama3");
  }
  spec.scaling = RopeScaling::kLlama3;
  if (auto ok = need_number(config, at + ".low_freq_factor", spec.low_frequency); !ok) return ok;
  if (auto ok = need_number(config, at + ".high_freq_factor", spec.high_frequency); !ok) return ok;
  const std::string original = at + ".original_max_position_embeddings";
  const auto context = config.integer(original);
  if (!context) return std::unexpected(context.error());
  spec.original_context = context->value_or(spec.context);
  if (!(spec.low_frequency > 0.0F && spec.high_frequency > spec.low_frequency &&
        spec.original_context > 0))
    return config.wrong(ErrorCode::kRange, at, "its factors and its first context do not fit");
  return {};
}

Result<void> read_windows(const Config& config, Spec& spec,
                          bool (*has_window)(const Config&, int layer)) {
  spec.windows.clear();
  if (spec.window < 0)
    return config.wrong(ErrorCode::kRange, "sliding_window", "needs a number from 1 up, or null");
  const auto* types = config.find("layer_types");
  if (types && (!types->is_array() || types->size() != static_cast<std::size_t>(spec.layers)))
    return config.wrong(ErrorCode::kShape, "layer_types",
                        "needs a list of " + std::to_string(spec.layers) + ", one a layer");
  for (int l = 0; l < spec.layers; ++l) {
    bool window = false;
    if (types) {
      const auto& type = (*types)[static_cast<std::size_t>(l)];
      if (type != "sliding_attention" && type != "full_attention")
        return config.wrong(
            ErrorCode::kUnsupported, "layer_types",
            "has what cannot be computed; sliding_attention and full_attention can");
      window = type == "sliding_attention";
    } else {
      window = has_window(config, l);
    }
    if (window && types && spec.window == 0)
      return config.wrong(ErrorCode::kNotFound, "sliding_window",
                          "is not there, and layer_types has sliding_attention");
    spec.windows.push_back(window ? spec.window : 0);
  }
  if (std::ranges::all_of(spec.windows, [](int w) { return w == 0; })) spec.windows.clear();
  return {};
}

Result<void> refuse_true(const Config& config, std::string_view key, const std::string& what) {
  const auto value = config.boolean(key);
  if (!value) return std::unexpected(value.error());
  if (value->value_or(false))
    return config.wrong(ErrorCode::kUnsupported, key, what + " cannot be computed");
  return {};
}

}  // namespace ap
