// The steps of a forward pass, each: given which rectangles of its sources changed, recompute the
// rectangles of its result that follow, and say which. A full pass is the case where all changed.
// Internal to attention/.
#pragma once

#include <array>

#include "attention/forward/dirty.hpp"
#include "attention/forward/plan.hpp"
#include "attention/forward/trace.hpp"
#include "tensor/kernels.hpp"

namespace ap::steps {

struct LinearDirty {
  Dirty weight;
  Dirty bias;
};

struct LayerDirty {
  LinearDirty q, k, v, o, gate, up, down;
  Dirty temperature, gain1, bias1, gain2, bias2;
};

/// Of one layer's cache.
struct PastDirty {
  Dirty k;
  Dirty v;
};

/// What changed between the trace's model and input and the new ones.
struct Changes {
  std::array<LayerDirty, kMaxLayers> layers;
  Dirty embeddings;
  Dirty source;
  Dirty learned;        // positions.learned
  bool angles = false;  // base or pairing of the computed positions
  bool scale = false;
  bool mask_toggled = false;  // `masked` came or went, or another layer has a mask of its own
  Dirty mask;                 // where it may differ; it is looked at nowhere else
  bool softcap = false;
  bool epsilon = false;
  std::array<PastDirty, kMaxLayers> past;
  bool all = false;  // shapes or structure: everything
};

/// The running state of one update.
struct Pass {
  Trace& trace;
  const Changes& changes;
  Plan plan;
  Scratch& scratch;
  std::size_t cells = 0;

  [[nodiscard]] const Model& model() const noexcept { return trace.model; }
  [[nodiscard]] const LayerDirty& layer_changes(int layer) const noexcept {
    return changes.layers[static_cast<std::size_t>(layer)];
  }
};

/// What of Y = X W + b follows from what changed in X, W and b.
Dirty linear_dirty(const Pass& pass, const Dirty& x, const LinearDirty& map,
                   const View& y) noexcept;
/// Y = X W + b. X is M x K, W K x N.
Dirty linear(Pass& pass, ConstView x, const Dirty& x_dirty, const Linear& map,
             const LinearDirty& map_dirty, View y);
/// concat · W_O + b_O.
Dirty project(Pass& pass, int layer, const Dirty& concat);
/// Y = A + B, element by element.
Dirty sum(Pass& pass, ConstView a, const Dirty& a_dirty, ConstView b, const Dirty& b_dirty, View y);
/// LayerNorm or RMSNorm of whole rows.
Dirty normalize(Pass& pass, ConstView x, const Dirty& x_dirty, const Norm& norm, const Dirty& gain,
                const Dirty& bias, View y);
/// gelu(up), relu(up) or silu(gate) · up.
Dirty activate(Pass& pass, ConstView gate, const Dirty& gate_dirty, ConstView up,
               const Dirty& up_dirty, View hidden);

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
Dirty rotate(Pass& pass, const Matrix& x, const Dirty& x_dirty, bool all, int first, Matrix& y);
/// scores ... head_out of all heads. q and k are rotated already.
Dirty heads(Pass& pass, int layer, const Dirty& q, const Dirty& k, const Dirty& v,
            const Dirty& mask);
/// A whole layer; returns what changed in its output.
Dirty layer(Pass& pass, int index, const Dirty& input, const Dirty& source, bool rotation,
            const Dirty& mask);

/// Resizes every stage of the trace to its model and input. Allocates only where a size changed.
void resize(Trace& trace);

}  // namespace ap::steps
