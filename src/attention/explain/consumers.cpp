// What reads a cell: the forward pass's arrows, one step, from the cell's side.
#include <vector>

#include "attention/explain/explain.hpp"
#include "attention/forward/plan.hpp"

namespace ap {
namespace {

/// Collects regions that exist in the trace.
class Consumers {
 public:
  Consumers(const Trace& trace, CellId cell) : trace_(trace), cell_(cell) {}

  /// The cells [row, row + rows) x [col, col + cols); -1 rows or cols: all of them.
  void add(Stage stage, int head, int row, int col, int rows, int cols) {
    const TensorId id = trace_.resolve({cell_.tensor.layer, stage, head});
    add_at(id, row, col, rows, cols);
  }
  void add_at(TensorId id, int row, int col, int rows, int cols) {
    const auto [all_rows, all_cols] = trace_.shape(id);
    if (row >= all_rows || col >= all_cols) return;
    if (rows < 0) rows = all_rows - row;
    if (cols < 0) cols = all_cols - col;
    regions_.push_back({id, row, col, rows, cols});
  }
  /// The same cell of another stage.
  void same(Stage stage, int head = 0) { add(stage, head, cell_.row, cell_.col, 1, 1); }
  /// The cell's row of a product X W.
  void row(Stage stage, int head = 0) { add(stage, head, cell_.row, 0, 1, -1); }
  /// The cell's column of a product X W, for a cell of W or b.
  void column(Stage stage, int head = 0) { add(stage, head, 0, cell_.col, -1, 1); }

  [[nodiscard]] std::vector<Region> take() { return std::move(regions_); }

 private:
  const Trace& trace_;
  CellId cell_;
  std::vector<Region> regions_;
};

/// Query heads that read kv head g.
template <class Each>
void each_query_head(const Model& m, int g, Each each) {
  for (int h = g * m.group(); h < (g + 1) * m.group(); ++h) each(h);
}

/// Rows of K and V in one layer, for a row of what they are projected from.
void key_rows(const Model& m, Consumers& c, int layer, int row) {
  for (int g = 0; g < m.kv_heads; ++g) {
    c.add_at({layer, Stage::kK, g}, row, 0, 1, -1);
    c.add_at({layer, Stage::kV, g}, row, 0, 1, -1);
  }
}

/// A row that Q is projected from, and in self-attention K and V too.
void from_query_side(const Trace& trace, Consumers& c, CellId cell) {
  for (int h = 0; h < trace.model.heads; ++h) c.row(Stage::kQ, h);
  if (trace.input.cross()) return;
  key_rows(trace.model, c, cell.tensor.layer, cell.row + trace.input.past_length());
}

/// The source side enters every layer.
void from_source_side(const Trace& trace, Consumers& c, CellId cell) {
  const int layers = static_cast<int>(trace.layers.size());
  for (int l = 0; l < layers; ++l) key_rows(trace.model, c, l, cell.row);
}

/// A row that enters the MLP, or its norm.
void into_mlp(const Plan& p, Consumers& c) {
  if (!p.mlp) return;
  if (p.pre_norm) {
    c.row(Stage::kNorm2);
  } else {
    c.row(Stage::kGate);
    c.row(Stage::kUp);
  }
}

void from_middle(const Plan& p, Consumers& c) {
  if (!p.parallel) into_mlp(p, c);
  if (p.mlp && p.residual) c.same(Stage::kMlpAdded);
}

void from_layer_input(const Trace& trace, const Plan& p, Consumers& c, CellId cell) {
  if (p.pre_norm) {
    c.row(Stage::kNorm1);
  } else {
    from_query_side(trace, c, cell);
  }
  if (p.parallel) into_mlp(p, c);
  if (p.residual) c.same(Stage::kAdded);
}

void from_scores(const Plan& p, Consumers& c, CellId cell) {
  const int h = cell.tensor.head;
  const Stage next = cell.tensor.stage == Stage::kScores && p.scaled  ? Stage::kScaled
                     : cell.tensor.stage < Stage::kCapped && p.capped ? Stage::kCapped
                     : cell.tensor.stage < Stage::kMasked && p.masked ? Stage::kMasked
                                                                      : Stage::kWeights;
  if (next == Stage::kWeights) {
    c.row(next, h);
  } else {
    c.same(next, h);
  }
}

void from_key(const Trace& trace, Consumers& c, CellId cell, Stage stage) {
  const Model& m = trace.model;
  each_query_head(m, cell.tensor.head, [&](int h) {
    if (stage == Stage::kV) {
      c.column(Stage::kHeadOut, h);
    } else {
      c.add(Stage::kScores, h, 0, cell.row, -1, 1);
    }
  });
}

void from_heads(const Trace& trace, const Plan& p, Consumers& c, CellId cell) {
  const int h = cell.tensor.head;
  switch (cell.tensor.stage) {
    case Stage::kQ:
      if (p.qk_norm) return c.row(Stage::kQNormed, h);
      [[fallthrough]];
    case Stage::kQNormed:
      if (p.rope) return c.row(Stage::kQRotated, h);
      [[fallthrough]];
    case Stage::kQRotated: return c.row(Stage::kScores, h);
    case Stage::kK:
      if (p.qk_norm) return c.row(Stage::kKNormed, h);
      [[fallthrough]];
    case Stage::kKNormed:
      if (p.rope) return c.row(Stage::kKRotated, h);
      [[fallthrough]];
    case Stage::kKRotated: return from_key(trace, c, cell, Stage::kK);
    case Stage::kV: return from_key(trace, c, cell, Stage::kV);
    case Stage::kWeights: return c.row(Stage::kHeadOut, h);
    case Stage::kHeadOut:
      if (trace.resolve({cell.tensor.layer, Stage::kConcat, 0}).stage == Stage::kHeadOut) {
        return c.row(Stage::kProjected);
      }
      return c.add(Stage::kConcat, 0, cell.row, h * trace.model.value_width + cell.col, 1, 1);
    case Stage::kConcat: return c.row(Stage::kProjected);
    default: return from_scores(p, c, cell);
  }
}

void from_position(const Trace& trace, const Plan& p, Consumers& c, CellId cell) {
  if (p.added_positions) return c.same(Stage::kEmbeddingSum);
  if (p.alibi) {
    for (int l = 0; l < static_cast<int>(trace.layers.size()); ++l) {
      c.add_at({l, Stage::kMasked, cell.tensor.head}, cell.row, cell.col, 1, 1);
    }
    return;
  }
  const bool keys_too = !trace.input.cross() && trace.input.past_length() == 0;
  for (int l = 0; l < static_cast<int>(trace.layers.size()); ++l) {
    for (int h = 0; h < trace.model.heads; ++h) {
      c.add_at({l, Stage::kQRotated, h}, cell.row, 0, 1, -1);
    }
    for (int g = 0; keys_too && g < trace.model.kv_heads; ++g) {
      c.add_at({l, Stage::kKRotated, g}, cell.row, 0, 1, -1);
    }
  }
}

void from_parameter(const Trace& trace, Consumers& c, CellId cell) {
  const int h = cell.tensor.head;
  switch (cell.tensor.stage) {
    case Stage::kWq:
    case Stage::kBq: return c.column(Stage::kQ, h);
    case Stage::kWk:
    case Stage::kBk: return c.column(Stage::kK, h);
    case Stage::kWv:
    case Stage::kBv: return c.column(Stage::kV, h);
    case Stage::kWo:
    case Stage::kBo: return c.column(Stage::kProjected);
    case Stage::kWGate:
    case Stage::kBGate: return c.column(Stage::kGate);
    case Stage::kWUp:
    case Stage::kBUp: return c.column(Stage::kUp);
    case Stage::kWDown:
    case Stage::kBDown: return c.column(Stage::kMlpOut);
    case Stage::kNorm1Gain:
    case Stage::kNorm1Bias: return c.column(Stage::kNorm1);
    case Stage::kNorm2Gain:
    case Stage::kNorm2Bias: return c.column(Stage::kNorm2);
    case Stage::kTemperature: return c.add(Stage::kWeights, cell.col, 0, 0, -1, -1);
    case Stage::kPostNorm1Gain:
    case Stage::kPostNorm1Bias: return c.column(Stage::kPostNorm1);
    case Stage::kPostNorm2Gain:
    case Stage::kPostNorm2Bias: return c.column(Stage::kPostNorm2);
    case Stage::kQNormGain:
      for (int head = 0; head < trace.model.heads; ++head) c.column(Stage::kQNormed, head);
      return;
    case Stage::kKNormGain:
      for (int head = 0; head < trace.model.kv_heads; ++head) c.column(Stage::kKNormed, head);
      return;
    case Stage::kGates:
      return c.add(Stage::kConcat, 0, 0, cell.col * trace.model.value_width, -1,
                   trace.model.value_width);
    case Stage::kMlpGate: return c.add(Stage::kMlpGated, 0, 0, 0, -1, -1);
    case Stage::kMask:
      for (int l = 0; l < static_cast<int>(trace.layers.size()); ++l) {
        if (trace.model.mask_layer(l) != cell.tensor.layer) continue;
        for (int head = 0; head < trace.model.heads; ++head) {
          c.add_at({l, Stage::kMasked, head}, cell.row, cell.col, 1, 1);
        }
      }
      return;
    default: return;
  }
}

/// The head's stages after the last layer's output: those that are there.
void into_head(const Trace& trace, const Plan& p, Consumers& c, Stage from) {
  if (from == Stage::kOutput && p.transform) return c.row(Stage::kTransformed);
  if (from == Stage::kTransformed && p.activation) return c.same(Stage::kActivated);
  if (from != Stage::kFinal && p.final_norm) return c.row(Stage::kFinal);
  c.row(trace.resolve({0, Stage::kUncapped, 0}).stage);
}

/// A cell of the table is in every row with its id and, where the table is the unembedding too, in
/// the logit of its token in every row.
void from_table(const Trace& trace, Consumers& c, CellId cell) {
  for (int i = 0; i < trace.queries(); ++i) {
    if ((*trace.input.ids)[static_cast<std::size_t>(i)] == cell.row) {
      c.add(Stage::kEmbeddings, 0, i, cell.col, 1, 1);
    }
  }
  if (!trace.model.language->unembedding) c.add(Stage::kUncapped, 0, 0, cell.row, -1, 1);
}

void from_language(const Trace& trace, const Plan& p, Consumers& c, CellId cell) {
  switch (cell.tensor.stage) {
    case Stage::kTable: return from_table(trace, c, cell);
    case Stage::kUnembedding: return c.add(Stage::kUncapped, 0, 0, cell.row, -1, 1);
    case Stage::kUnembeddingBias: return c.column(Stage::kUncapped);
    case Stage::kSegment: return c.column(Stage::kEmbeddingSum);
    case Stage::kEmbeddingNormGain:
    case Stage::kEmbeddingNormBias: return c.column(Stage::kInput);
    case Stage::kEmbeddingSum: return c.row(Stage::kInput);
    case Stage::kHeadTransform:
    case Stage::kHeadTransformBias: return c.column(Stage::kTransformed);
    case Stage::kFinalNormGain:
    case Stage::kFinalNormBias: return c.column(Stage::kFinal);
    case Stage::kUncapped: return c.same(Stage::kLogits);
    case Stage::kLogits: return c.row(Stage::kProbabilities);
    case Stage::kProbabilities: return;
    default: return into_head(trace, p, c, cell.tensor.stage);
  }
}

bool around_layers(Stage stage) noexcept {
  switch (stage) {
    case Stage::kTable:
    case Stage::kSegment:
    case Stage::kEmbeddingSum:
    case Stage::kEmbeddingNormGain:
    case Stage::kEmbeddingNormBias: return true;
    default: return stage >= Stage::kHeadTransform;
  }
}

/// Stages after the heads, by what they are rather than by what they are called.
void from_rest(const Trace& trace, const Plan& p, Consumers& c, CellId cell) {
  const Stage stage = cell.tensor.stage;
  if (stage == Stage::kNorm1 && p.pre_norm) {
    return from_query_side(trace, c, cell);
  }
  if (stage == Stage::kProjected && p.sandwich) return c.row(Stage::kPostNorm1);
  if (stage == p.attention_part() && p.residual) return c.same(Stage::kAdded);
  if (stage == p.attended() && p.post_norm) return c.row(Stage::kNorm1);
  if (stage == p.middle()) return from_middle(p, c);
  if (stage == Stage::kNorm2) {
    c.row(Stage::kGate);
    return c.row(Stage::kUp);
  }
  if (stage == Stage::kGate || stage == Stage::kUp) return c.same(Stage::kHidden);
  if (stage == Stage::kHidden) return c.row(Stage::kMlpOut);
  if (stage == Stage::kMlpOut && p.sandwich) return c.row(Stage::kPostNorm2);
  const bool gated =
      trace.model.layers[static_cast<std::size_t>(cell.tensor.layer)].mlp_gate != nullptr;
  if (stage == p.mlp_part() && gated) return c.same(Stage::kMlpGated);
  if ((stage == p.mlp_part() || stage == Stage::kMlpGated) && p.residual) {
    return c.same(Stage::kMlpAdded);
  }
  if (stage == p.mlp_result() && p.post_norm) return c.row(Stage::kNorm2);
}

}  // namespace

std::vector<Region> consumers(const Trace& trace, CellId cell) {
  const Plan p = plan(trace.model, has_mask(trace.model, trace.input));
  cell.tensor = trace.resolve(cell.tensor);
  Consumers c(trace, cell);
  const Stage stage = cell.tensor.stage;
  if (stage == Stage::kOutput) {
    if (cell.tensor.layer + 1 >= static_cast<int>(trace.layers.size())) {
      if (p.language) into_head(trace, p, c, stage);
      return c.take();
    }
    cell.tensor = {cell.tensor.layer + 1, Stage::kInput, 0};
    Consumers next(trace, cell);
    from_layer_input(trace, p, next, cell);
    return next.take();
  }
  if (around_layers(stage)) {
    from_language(trace, p, c, cell);
  } else if (stage == Stage::kEmbeddings && p.own_input()) {
    p.input_sum() ? c.same(Stage::kEmbeddingSum) : c.row(Stage::kInput);
  } else if (stage == Stage::kEmbeddings || stage == Stage::kInput) {
    from_layer_input(trace, p, c, cell);
  } else if (stage == Stage::kSourceEmbeddings && p.added_positions) {
    c.same(Stage::kSourceInput);
  } else if (stage == Stage::kSourceEmbeddings || stage == Stage::kSourceInput) {
    from_source_side(trace, c, cell);
  } else if (stage == Stage::kPositions) {
    from_position(trace, p, c, cell);
  } else if (stage == Stage::kSourcePositions) {
    if (p.added_positions) c.same(Stage::kSourceInput);
  } else if (is_parameter(stage)) {
    from_parameter(trace, c, cell);
  } else if ((stage >= Stage::kQ && stage <= Stage::kConcat) || stage == Stage::kQNormed ||
             stage == Stage::kKNormed) {
    from_heads(trace, p, c, cell);
  } else {
    from_rest(trace, p, c, cell);
  }
  return c.take();
}

}  // namespace ap
