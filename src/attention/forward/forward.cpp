#include "attention/forward/forward.hpp"

#include <algorithm>

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
         same(a.gate, b.gate) && same(a.up, b.up) && same(a.down, b.down) &&
         same_presence(a.q_norm.gain, b.q_norm.gain) && same_presence(a.post1.gain, b.post1.gain);
}

bool same_presence(const std::optional<Language>& a, const std::optional<Language>& b) noexcept {
  if (!a || !b) return !a && !b;
  return same_presence(a->segment, b->segment) &&
         same_presence(a->embedding_norm.gain, b->embedding_norm.gain) &&
         same_presence(a->transform.weight, b->transform.weight) &&
         same_presence(a->final_norm.gain, b->final_norm.gain) &&
         same_presence(a->unembedding, b->unembedding) && a->vocabulary() == b->vocabulary() &&
         (a->softcap > 0.0F) == (b->softcap > 0.0F) &&
         (a->activation == MlpKind::kNone) == (b->activation == MlpKind::kNone);
}

bool same_options(const Model& a, const Model& b) noexcept {
  return a.residual == b.residual && a.parallel == b.parallel && a.norm == b.norm &&
         a.norm_place == b.norm_place && a.mlp == b.mlp && a.positions.kind == b.positions.kind &&
         a.rotary_width() == b.rotary_width();
}

/// The same matrices at the same sizes, so that differences are differences of cells.
bool same_structure(const Model& a, const Model& b) noexcept {
  if (a.width != b.width || a.heads != b.heads || a.kv_heads != b.kv_heads ||
      a.key_width != b.key_width || a.value_width != b.value_width || a.mlp_width != b.mlp_width ||
      a.layers.size() != b.layers.size() || !same_options(a, b) ||
      !same_presence(a.language, b.language)) {
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

/// Of a causal language model nothing of a token depends on those after it. Bits neither: a sum of
/// weights or of weighted values ends in zeros for hidden keys.
bool may_grow(const Model& m, const Input& a, const Input& b) noexcept {
  return m.language && m.causal && a.ids && b.ids && !a.mask && !b.mask && !a.past && !b.past &&
         !a.cross() && !b.cross() && m.positions.padding < 0 && a.queries() > 0 && b.queries() > 0;
}

/// Rows whose token is another one, and those from `kept` on.
Dirty changed_ids(const Input& a, const Input& b, int kept, int width) noexcept {
  Dirty dirty;
  if (!b.ids || a.ids == b.ids) return dirty;
  const int rows = static_cast<int>(b.ids->size());
  const auto same = [&](int i) {
    const auto at = static_cast<std::size_t>(i);
    return i < kept && (*a.ids)[at] == (*b.ids)[at];
  };
  for (int i = 0; i < rows; ++i) {
    if (same(i)) continue;
    int end = i + 1;
    while (end < rows && !same(end)) ++end;
    dirty.add({i, 0, end - i, width});
    i = end;
  }
  return dirty;
}

LinearDirty difference(const Linear& a, const Linear& b) noexcept {
  return {ap::difference(a.weight, b.weight), ap::difference(a.bias, b.bias)};
}
steps::NormDirty difference(const Norm& a, const Norm& b) noexcept {
  return {ap::difference(a.gain, b.gain), ap::difference(a.bias, b.bias)};
}

steps::LanguageDirty difference(const Language& a, const Language& b) noexcept {
  steps::LanguageDirty dirty{
      .table = ap::difference(a.table, b.table),
      .unembedding = {},
      .segment = ap::difference(a.segment, b.segment),
      .bias = ap::difference(a.bias, b.bias),
      .embedding_norm = difference(a.embedding_norm, b.embedding_norm),
      .final_norm = difference(a.final_norm, b.final_norm),
      .transform = difference(a.transform, b.transform),
      .table_scale = a.table_scale != b.table_scale,
      .activation = a.activation != b.activation,
      .softcap = a.softcap != b.softcap,
  };
  dirty.unembedding = b.unembedding ? ap::difference(a.unembedding, b.unembedding) : dirty.table;
  return dirty;
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
      .gates = ap::difference(a.gates, b.gates),
      .mlp_gate = ap::difference(a.mlp_gate, b.mlp_gate),
      .norm1 = difference(a.norm1, b.norm1),
      .norm2 = difference(a.norm2, b.norm2),
      .post1 = difference(a.post1, b.post1),
      .post2 = difference(a.post2, b.post2),
      .q_norm = difference(a.q_norm, b.q_norm),
      .k_norm = difference(a.k_norm, b.k_norm),
  };
}

void compare_past(Changes& changes, const Input& before, const Input& after) noexcept {
  if (before.past == after.past || !before.past || !after.past) return;
  changes.past.resize(after.past->layers.size());
  for (std::size_t l = 0; l < after.past->layers.size(); ++l) {
    const Past::LayerPast& a = before.past->layers[l];
    const Past::LayerPast& b = after.past->layers[l];
    changes.past[l] = {ap::difference(a.k, b.k), ap::difference(a.v, b.v)};
  }
}

bool other_angles(const Positions& a, const Positions& b) noexcept {
  return a.base != b.base || a.interleaved != b.interleaved || a.scaling != b.scaling ||
         a.factor != b.factor || a.low_frequency != b.low_frequency ||
         a.high_frequency != b.high_frequency || a.original_context != b.original_context ||
         a.offset != b.offset || a.padding != b.padding;
}

Changes compare(const Trace& trace, const Model& model, const Input& input) noexcept {
  Changes changes;
  const Model& old = trace.model;
  changes.layers.resize(model.layers.size());
  const bool sizes = same_structure(trace.input, input);
  if (trace.layers.empty() || !same_structure(old, model) ||
      (!sizes && !(may_grow(model, trace.input, input) && old.causal))) {
    changes.all = true;
    return changes;
  }
  for (std::size_t l = 0; l < model.layers.size(); ++l) {
    changes.layers[l] = difference(old.layers[l], model.layers[l]);
  }
  const int kept = std::min(trace.queries(), input.queries());
  if (!sizes) changes.kept = kept;
  if (model.language) {
    changes.language = difference(*old.language, *model.language);
    changes.embeddings = changed_ids(trace.input, input, kept, model.width);
  } else {
    changes.embeddings = ap::difference(trace.input.embeddings, input.embeddings);
  }
  changes.source = ap::difference(trace.input.source, input.source);
  changes.learned = ap::difference(old.positions.learned, model.positions.learned);
  changes.angles = other_angles(old.positions, model.positions);
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
  changes.epsilon =
      old.norm_epsilon != model.norm_epsilon || old.norm_plus_one != model.norm_plus_one;
  compare_past(changes, trace.input, input);
  return changes;
}

}  // namespace

UpdateStats update(Trace& trace, const Model& model, const Input& input, Scratch& scratch) {
  const Changes changes = compare(trace, model, input);
  const SharedInterventions kept = trace.input.interventions;  // `before` points into it
  const std::vector<steps::Held> before =
      changes.all ? std::vector<steps::Held>() : steps::places(trace);
  trace.model = model;
  trace.input = input;
  steps::resize(trace, changes.kept);
  steps::Pass pass{.trace = trace,
                   .changes = changes,
                   .plan = plan(model, has_mask(model, input)),
                   .scratch = scratch};
  if (!before.empty() || input.interventions) pass.held = steps::Interventions(trace, before);
  const steps::InputDirty in = steps::inputs(pass);
  const std::array<Dirty, kMaxLayers> masks = steps::masks(pass);
  Dirty dirty = in.query;
  for (int l = 0; l < static_cast<int>(model.layers.size()); ++l) {
    const Dirty& mask = masks[static_cast<std::size_t>(model.mask_layer(l))];
    dirty = steps::layer(pass, l, dirty, in.source, in.rotation, mask);
  }
  if (model.language) steps::head(pass, dirty);
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
