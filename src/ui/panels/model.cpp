// Every switch of the model. Each change is one action; a slider's drag is one undo step.
#include <algorithm>

#include "ui/panels/panels.hpp"
#include "ui/widgets/panel_parts.hpp"
#include "ui/widgets/style.hpp"
#include "ui/widgets/text_field.hpp"

namespace ap::ui {
namespace {

void section(std::string_view title, const Theme& theme) {
  ImGui::Dummy({0, kSpace1});
  ImGui::Separator();
  ImGui::Dummy({0, kSpace1});
  heading(title, theme);
}

void sizes(Context& context) {
  const Model& m = context.document().model;
  const Theme& theme = context.theme;
  int width = m.width;
  if (stepper("width", "Embedding width D", width, 2, std::max(100, m.width), theme)) {
    context.dispatch(action::SetWidth{width});
  }
  int heads = m.heads;
  if (stepper("heads", "Heads H", heads, 1, 16, theme))
    context.dispatch(action::SetHeads{heads, 0});
  int kv = m.kv_heads;
  if (m.heads > 1 && stepper("kv", "Key-value heads G", kv, 1, m.heads, theme)) {
    // Only divisors of H make sense: go on to the next one.
    const int by = kv > m.kv_heads ? 1 : -1;
    while (m.heads % kv != 0) kv += by;
    context.dispatch(action::SetHeads{m.heads, kv});
  }
  int key = m.key_width;
  if (stepper("key", "Head width K", key, 1, std::max(64, m.key_width), theme)) {
    context.dispatch(action::SetHeadWidth{key, m.value_width});
  }
  int value = m.value_width;
  if (stepper("value", "Value width V", value, 1, std::max(64, m.value_width), theme)) {
    context.dispatch(action::SetHeadWidth{m.key_width, value});
  }
  int layers = static_cast<int>(m.layers.size());
  if (stepper("layers", "Layers", layers, 1, kMaxLayers, theme)) {
    context.dispatch(action::SetLayers{layers});
  }
}

void weights(Context& context) {
  static std::uint64_t seed = 0;
  section("Weights", context.theme);
  const float half = (ImGui::GetContentRegionAvail().x - kSpace2) / 2;
  if (strong_button("random", "Random", context.theme, half)) {
    context.dispatch(action::SetWeights{WeightInit::kRandom, ++seed});
    context.say("Random weights, seed " + std::to_string(seed));
  }
  ImGui::SameLine(0, kSpace2);
  if (quiet_button("identity", "Identity", context.theme, true, half)) {
    context.dispatch(action::SetWeights{WeightInit::kIdentity, 1});
  }
  note("Identity compares the embeddings as they are: pure similarity.", context.theme);
}

void scale(Context& context) {
  section("Scale", context.theme);
  const Model& m = context.document().model;
  static constexpr const char* kChoices[] = {"1 / √K", "Off", "Free"};
  int chosen = static_cast<int>(m.scale);
  if (segmented("scale", kChoices, chosen, context.theme)) {
    context.dispatch(action::SetScale{static_cast<ScaleKind>(chosen), m.score_scale()});
  }
  if (m.scale != ScaleKind::kFree) return;
  float value = m.free_scale;
  const SliderResult s =
      slider(context, "##scale", "Scores are multiplied by", value, 0.0F, 4.0F, "%.3f");
  if (s.changed) context.dispatch(action::SetScale{ScaleKind::kFree, value}, s.gesture);
}

void mask(Context& context) {
  section("Mask", context.theme);
  const Document& d = context.document();
  bool causal = d.model.causal;
  if (toggle("causal", "Causal: no token sees a later one", causal, context.theme)) {
    context.dispatch(action::SetCausal{causal});
  }
  bool brush = context.view.mask_brush;
  if (toggle("brush", "Paint: drag over scores or weights", brush, context.theme)) {
    context.view.mask_brush = brush;
    context.view.target_brush = false;
  }
  if (d.mask && quiet_button("clear", "Clear the painted mask", context.theme, true, -1)) {
    context.dispatch(action::ClearMask{});
  }
  int padding = d.kv_length < 0 ? context.trace().keys() : d.kv_length;
  if (context.trace().keys() > 0 && stepper("padding", "Keys seen (padding)", padding, 0,
                                            context.trace().keys(), context.theme)) {
    context.dispatch(action::SetKvLength{padding == context.trace().keys() ? -1 : padding});
  }
  if (!d.model.causal || d.cross || d.query.size() < 2) return;
  int cached = d.cached;
  if (stepper("cached", "Tokens in the KV cache", cached, 0, d.query.size() - 1, context.theme)) {
    context.dispatch(action::SetCached{cached});
  }
  note("Cached tokens leave only their keys and values: step token by token as a decoder does.",
       context.theme);
}

/// One window for all layers, or each its own.
void window(Context& context) {
  static bool own = false;
  const Model& m = context.document().model;
  const int layers = static_cast<int>(m.layers.size());
  const bool differ = std::any_of(m.layers.begin(), m.layers.end(), [&m](const Layer& l) {
    return l.window != m.layers.front().window;
  });
  const int shown = std::min(context.view.layer, layers - 1);
  const KeyWindow now = m.layers[static_cast<std::size_t>(shown)].window;
  const auto set = [&](KeyWindow next) {
    const int of = layers > 1 && (own || differ) ? shown : -1;
    context.dispatch(action::SetWindow{of, next.left, next.right});
  };
  bool on = now.bounded();
  if (toggle("window", "Window: only tokens nearby are seen", on, context.theme))
    set(on ? KeyWindow{2, -1} : KeyWindow{});
  if (layers > 1 && (on || differ)) {
    static constexpr const char* kWhich[] = {"All layers", "This layer"};
    int which = own || differ ? 1 : 0;
    if (segmented("window_layers", kWhich, which, context.theme)) {
      own = which == 1;
      if (!own && differ) context.dispatch(action::SetWindow{-1, now.left, now.right});
    }
  }
  if (!now.bounded()) return;
  // The last step before "all" is as far as a key can be.
  const int far = std::max(1, context.trace().keys());
  int left = now.left < 0 ? far : now.left;
  if (stepper("window_left", "Tokens seen before (most: all)", left, 0, far, context.theme))
    set({left >= far ? -1 : left, now.right});
  int right = now.right < 0 ? far : now.right;
  if (stepper("window_right", "Tokens seen after (most: all)", right, 0, far, context.theme))
    set({now.left, right >= far ? -1 : right});
}

void softmax(Context& context) {
  section("Softmax", context.theme);
  const Model& m = context.document().model;
  float temperature = m.temperature(context.view.layer, context.view.head);
  const SliderResult t =
      slider(context, "##temperature", m.heads > 1 ? "Temperature of this head" : "Temperature",
             temperature, 0.05F, 10.0F, "%.2f", true);
  if (t.changed) {
    context.dispatch(action::SetTemperature{context.view.layer, context.view.head, temperature},
                     t.gesture);
  }
  bool capped = m.softcap > 0;
  if (toggle("softcap", "Softcap: c · tanh(x / c)", capped, context.theme)) {
    context.dispatch(action::SetSoftcap{capped ? 5.0F : 0.0F});
  }
  if (!capped || m.softcap <= 0) return;
  float cap = m.softcap;
  const SliderResult s = slider(context, "##cap", "c", cap, 0.5F, 50.0F, "%.1f", true);
  if (s.changed) context.dispatch(action::SetSoftcap{cap}, s.gesture);
}

void positions(Context& context) {
  section("Positions", context.theme);
  const Positions& p = context.document().model.positions;
  static const std::vector<std::string> kNames = {"None: blind to order", "Sinusoidal", "Learned",
                                                  "RoPE (rotary)", "ALiBi"};
  int chosen = static_cast<int>(p.kind);
  if (chooser(context, "##positions", kNames[static_cast<std::size_t>(chosen)], kNames, chosen)) {
    context.dispatch(action::SetPositions{static_cast<PositionKind>(chosen), p.base, p.rotary_width,
                                          p.interleaved});
  }
  if (p.kind != PositionKind::kRope) return;
  bool interleaved = p.interleaved;
  if (toggle("interleaved", "Pairs side by side", interleaved, context.theme)) {
    context.dispatch(action::SetPositions{p.kind, p.base, p.rotary_width, interleaved});
  }
}

void block(Context& context) {
  section("Around attention", context.theme);
  const Model& m = context.document().model;
  bool residual = m.residual;
  if (toggle("residual", "Residual connection", residual, context.theme)) {
    context.dispatch(action::SetResidual{residual});
  }
  bool biases = m.layers[0].q.bias != nullptr;
  if (toggle("biases", "Biases", biases, context.theme))
    context.dispatch(action::SetBiases{biases});
  static constexpr const char* kNorms[] = {"No norm", "LayerNorm", "RMSNorm"};
  int norm = static_cast<int>(m.norm);
  if (segmented("norm", kNorms, norm, context.theme)) {
    context.dispatch(action::SetNorm{static_cast<NormKind>(norm), m.norm_place});
  }
  if (m.norm != NormKind::kNone) {
    static constexpr const char* kPlaces[] = {"Before (pre)", "After (post)"};
    int place = static_cast<int>(m.norm_place);
    if (segmented("place", kPlaces, place, context.theme)) {
      context.dispatch(action::SetNorm{m.norm, static_cast<NormPlace>(place)});
    }
  }
  static constexpr const char* kMlps[] = {"No MLP", "GELU", "ReLU", "SwiGLU"};
  int mlp = static_cast<int>(m.mlp);
  if (segmented("mlp", kMlps, mlp, context.theme)) {
    context.dispatch(action::SetMlp{static_cast<MlpKind>(mlp), m.mlp_width});
  }
  int width = m.mlp_width;
  if (m.mlp != MlpKind::kNone &&
      stepper("mlp_width", "MLP width F", width, 1, std::max(256, width), context.theme)) {
    context.dispatch(action::SetMlp{m.mlp, width});
  }
}

void sentences(Context& context) {
  static std::string source;
  static std::uint64_t gesture = 0;
  section("Sentences", context.theme);
  const Document& d = context.document();
  static constexpr const char* kModes[] = {"Words", "Characters"};
  int mode = static_cast<int>(d.token_mode);
  if (segmented("mode", kModes, mode, context.theme)) {
    context.dispatch(action::SetTokenMode{static_cast<TokenMode>(mode)});
  }
  bool cross = d.cross;
  if (toggle("cross", "Look at a second sentence", cross, context.theme)) {
    context.dispatch(action::SetCross{cross, cross ? d.query.text : std::string()});
  }
  if (!d.cross) return;
  if (!editing_text()) source = d.source.text;
  const TextFieldResult field = text_field(context.ports, "source", "Source sentence", source,
                                           {.hint = "the sentence that is looked at"});
  if (field.began) gesture = context.session.new_gesture();
  if (field.changed) context.dispatch(action::SetText{Side::kSource, source}, gesture);
  if (field.committed || field.cancelled) context.session.end_gesture();
}

}  // namespace

void draw_model_panel(Context& context, const Rect& /*rect*/) {
  sizes(context);
  weights(context);
  scale(context);
  mask(context);
  window(context);
  softmax(context);
  positions(context);
  block(context);
  sentences(context);
  ImGui::Dummy({0, kSpace5});
}

}  // namespace ap::ui
