// The steps of a forward pass, each: given which rectangles of its sources changed, recompute the
// rectangles of its result that follow, and say which. A full pass is the case where all changed.
// Internal to attention/.
#pragma once

#include <array>
#include <vector>

#include "attention/forward/dirty.hpp"
#include "attention/forward/held.hpp"
#include "attention/forward/plan.hpp"
#include "attention/forward/trace.hpp"
#include "tensor/kernels.hpp"

namespace ap::steps {

struct LinearDirty {
  Dirty weight;
  Dirty bias;
};

struct NormDirty {
  Dirty gain;
  Dirty bias;
};

struct LayerDirty {
  LinearDirty q, k, v, o, gate, up, down;
  Dirty temperature, gates, mlp_gate;
  NormDirty norm1, norm2, post1, post2, q_norm, k_norm;
};

/// Of the part around the layers.
struct LanguageDirty {
  Dirty table, unembedding, segment, bias;  // unembedding: the table, where they are tied
  NormDirty embedding_norm, final_norm;
  LinearDirty transform;
  bool table_scale = false;
  bool activation = false;
  bool softcap = false;
};

/// Of one layer's cache.
struct PastDirty {
  Dirty k;
  Dirty v;
};

/// What changed between the trace's model and input and the new ones.
struct Changes {
  std::vector<LayerDirty> layers;
  LanguageDirty language;
  Dirty embeddings;  // of a language model: rows whose id is another one, or new
  Dirty source;
  Dirty learned;        // positions.learned
  bool angles = false;  // base or pairing of the computed positions
  bool scale = false;
  bool mask_toggled = false;  // `masked` came or went, or another layer has a mask of its own
  Dirty mask;                 // where it may differ; it is looked at nowhere else
  bool softcap = false;
  bool epsilon = false;
  std::vector<PastDirty> past;  // of each layer, where there is a cache that changed
  bool all = false;             // shapes or structure: everything
  int kept = -1;  // tokens came or went at the end: of so many the stages stay; -1: no change
};

/// The running state of one update.
struct Pass {
  Trace& trace;
  const Changes& changes;
  Plan plan;
  Scratch& scratch;
  Interventions held = {};
  std::size_t cells = 0;

  [[nodiscard]] const Model& model() const noexcept { return trace.model; }
  [[nodiscard]] const LayerDirty& layer_changes(int layer) const noexcept {
    return changes.layers[static_cast<std::size_t>(layer)];
  }
  [[nodiscard]] int queries() const noexcept { return trace.queries(); }
  [[nodiscard]] int keys() const noexcept { return trace.keys(); }
};

// Each step adds what its site is forced to compute anew, and applies the interventions there.

/// What of Y = X W + b follows from what changed in X, W and b.
Dirty linear_dirty(const Pass& pass, const Dirty& x, const LinearDirty& map,
                   const View& y) noexcept;
/// Y = X W + b. X is M x K, W K x N.
Dirty linear(Pass& pass, Site site, ConstView x, const Dirty& x_dirty, const Linear& map,
             const LinearDirty& map_dirty, View y);
/// concat · W_O + b_O.
Dirty project(Pass& pass, int layer, const Dirty& concat);
/// Y = A + B, element by element.
Dirty sum(Pass& pass, Site site, ConstView a, const Dirty& a_dirty, ConstView b,
          const Dirty& b_dirty, View y);
/// LayerNorm or RMSNorm of whole rows.
Dirty normalize(Pass& pass, Site site, ConstView x, const Dirty& x_dirty, const Norm& norm,
                const NormDirty& norm_dirty, View y);
/// RMSNorm of each head's part of a row: queries and keys.
Dirty normalize_heads(Pass& pass, Site site, ConstView x, const Dirty& x_dirty, const Norm& norm,
                      const NormDirty& norm_dirty, View y);
/// a(up) or a(gate) · up.
Dirty activate(Pass& pass, Site site, MlpKind kind, ConstView gate, const Dirty& gate_dirty,
               ConstView up, const Dirty& up_dirty, View hidden);
/// y = x times a factor for each run of `width` columns.
Dirty scale_columns(Pass& pass, Site site, ConstView x, const Dirty& x_dirty, const Matrix& factors,
                    const Dirty& factors_dirty, int width, View y);

/// positions, rotary tables, and the sums with the embeddings.
struct InputDirty {
  Dirty query;
  Dirty source;
  bool rotation = false;  // the rotary tables changed
};
InputDirty inputs(Pass& pass);
/// The T x S masks from causal, window, painted and padding; what changed in those that are there.
std::array<Dirty, kMaxLayers> masks(Pass& pass);
/// Q or K with RoPE: rows at `first` + i of the tables.
Dirty rotate(Pass& pass, Site site, ConstView x, const Dirty& x_dirty, bool all, int first, View y);
/// scores ... head_out of all heads. q and k are rotated already.
Dirty heads(Pass& pass, int layer, const Dirty& q, const Dirty& k, const Dirty& v,
            const Dirty& mask);
/// A whole layer; returns what changed in its output.
Dirty layer(Pass& pass, int index, const Dirty& input, const Dirty& source, bool rotation,
            const Dirty& mask);

/// final, logits and probabilities; `output` is what changed in the last layer's.
void head(Pass& pass, const Dirty& output);

/// Resizes every stage of the trace to its model and input; what `kept` tokens have stays (-1:
/// nothing needs to). Allocates only where a size changed.
void resize(Trace& trace, int kept = -1);

}  // namespace ap::steps
