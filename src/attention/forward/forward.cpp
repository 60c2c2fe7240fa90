#include "attention/forward/forward.hpp"

#include "attention/forward/steps.hpp"

namespace ap {
namespace {

using steps::Changes;
using steps::LayerDirty;
using steps::LinearDirty;

bool same_presence(const SharedMatrix& a, const SharedMatrix& b) noexcept {
  return (a == nullptr) == (b == nullptr);
}

bool same_presence(const Layer& a, const Layer& b) noexcept {
  const auto same = [](const Linear& x, const Linear& y) {
    return same_presence(x.weight, y.weight) && same_presence(x.bias, y.bias);
  };
  return same(a.q, b.q) && same(a.k, b.k) && same(a.v, b.v) && same(a.o, b.o) &&
         same(a.gate, b.gate) && same(a.up, b.up) && same(a.down, b.down);
}

bool same_options(const Model& a, const Model& b) noexcept {
  return a.residual == b.residual && a.norm == b.norm && a.norm_place == b.norm_place &&
         a.mlp == b.mlp && a.positions.kind == b.positions.kind &&
         a.rotary_width() == b.rotary_width();
}

/// The same matrices at the same sizes, so that differences are differences of cells.
bool same_structure(const Model& a, const Model& b) noexcept {
  if (a.width != b.width || a.heads != b.heads || a.kv_heads != b.kv_heads ||
      a.key_width != b.key_width || a.value_width != b.value_width || a.mlp_width != b.mlp_width ||
      a.layers.size() != b.layers.size() || !same_options(a, b)) {
    return false;
  }
  for (std::size_t l = 0; l < a.layers.size(); ++l) {
    if (!same_presence(a.layers[l], b.layers[l])) return false;
  }
  return true;
}

bool same_structure(const Input& a, const Input& b) noexcept {
  return a.queries() == b.queries() && a.keys() == b.keys() && a.cross() == b.cross() &&
         a.past_length() == b.past_length();
}

LinearDirty difference(const Linear& a, const Linear& b) noexcept {
  return {ap::difference(a.weight, b.weight), ap::difference(a.bias, b.bias)};
}

/// A missing temperature row is a row of ones; it comes and goes as a whole.
LayerDirty difference(const Layer& a, const Layer& b) noexcept {
  return {
      .q = difference(a.q, b.q),
      .k = difference(a.k, b.k),
      .v = difference(a.v, b.v),
      .o = difference(a.o, b.o),
      .gate = difference(a.gate, b.gate),
      .up = difference(a.up, b.up),
      .down = difference(a.down, b.down),
      .temperature = ap::difference(a.temperature, b.temperature),
      .gain1 = ap::difference(a.norm1.gain, b.norm1.gain),
      .bias1 = ap::difference(a.norm1.bias, b.norm1.bias),
      .gain2 = ap::difference(a.norm2.gain, b.norm2.gain),
      .bias2 = ap::difference(a.norm2.bias, b.norm2.bias),
  };
}

void compare_past(Changes& changes, const Input& before, const Input& after) noexcept {
  if (before.past == after.past || !before.past || !after.past) return;
  for (std::size_t l = 0; l < after.past->layers.size(); ++l) {
    const Past::LayerPast& a = before.past->layers[l];
    const Past::LayerPast& b = after.past->layers[l];
    changes.past[l] = {ap::difference(a.k, b.k), ap::difference(a.v, b.v)};
  }
}

Changes compare(const Trace& trace, const Model& model, const Input& input) noexcept {
  Changes changes;
  const Model& old = trace.model;
  if (trace.layers.empty() || !same_structure(old, model) || !same_structure(trace.input, input)) {
    changes.all = true;
    return changes;
  }
  for (std::size_t l = 0; l < model.layers.size(); ++l) {
    changes.layers[l] = difference(old.layers[l], model.layers[l]);
  }
  changes.embeddings = ap::difference(trace.input.embeddings, input.embeddings);
  changes.source = ap::difference(trace.input.source, input.source);
  changes.learned = ap::difference(old.positions.learned, model.positions.learned);
  changes.angles = old.positions.base != model.positions.base ||
                   old.positions.interleaved != model.positions.interleaved;
  changes.scale = old.scale != model.scale || old.score_scale() != model.score_scale();
  const bool masked = has_mask(model, input);
  changes.mask_toggled = has_mask(old, trace.input) != masked;
  bool windows = false;
  for (std::size_t l = 0; l < model.layers.size(); ++l) {
    const int at = static_cast<int>(l);
    windows = windows || old.layers[l].window != model.layers[l].window;
    if (masked && old.mask_layer(at) != model.mask_layer(at)) changes.mask_toggled = true;
  }
  changes.mask = ap::difference(trace.input.mask, input.mask);
  if (old.causal != model.causal || trace.input.kv_length != input.kv_length || windows) {
    changes.mask.add_all(input.queries(), input.keys());
  }
  changes.softcap = old.softcap != model.softcap;
  changes.epsilon = old.norm_epsilon != model.norm_epsilon;
  compare_past(changes, trace.input, input);
  return changes;
}

}  // namespace

UpdateStats update(Trace& trace, const Model& model, const Input& input, Scratch& scratch) {
  const Changes changes = compare(trace, model, input);
  trace.model = model;
  trace.input = input;
  steps::resize(trace);
  steps::Pass pass{.trace = trace,
                   .changes = changes,
                   .plan = plan(model, has_mask(model, input)),
                   .scratch = scratch};
  const steps::InputDirty in = steps::inputs(pass);
  const std::array<Dirty, kMaxLayers> masks = steps::masks(pass);
  Dirty dirty = in.query;
  for (int l = 0; l < static_cast<int>(model.layers.size()); ++l) {
    const Dirty& mask = masks[static_cast<std::size_t>(model.mask_layer(l))];
    dirty = steps::layer(pass, l, dirty, in.source, in.rotation, mask);
  }
  return {.full = changes.all, .cells = pass.cells};
}

Trace forward(const Model& model, const Input& input, Scratch& scratch) {
  Trace trace;
  update(trace, model, input, scratch);
  return trace;
}

Trace forward(const Model& model, const Input& input) {
  Scratch scratch;
  return forward(model, input, scratch);
}

}  // namespace ap
