#include "attention/backward.hpp"

#include <string>

#include "attention/backward_steps.hpp"
#include "attention/forward_steps.hpp"

namespace ap {
namespace steps {
namespace {

void zero(Matrix& m) { m.setZero(); }

void zero_all(Trace& d) {
  zero(d.input_sum);
  zero(d.source_sum);
  for (LayerTrace& l : d.layers) {
    for (Matrix* m : {&l.norm1, &l.q, &l.k, &l.v, &l.q_rotated, &l.k_rotated, &l.scores, &l.scaled,
                      &l.masked, &l.capped, &l.weights, &l.concat, &l.projected, &l.added, &l.norm2,
                      &l.gate, &l.up, &l.hidden, &l.mlp_out, &l.mlp_added}) {
      zero(*m);
    }
  }
}

LinearGradient zeros_like(const Linear& map) {
  LinearGradient g;
  if (map.weight) g.weight = Matrix::Zero(map.weight->rows(), map.weight->cols());
  if (map.bias) g.bias = Matrix::Zero(1, map.bias->cols());
  return g;
}

Matrix zeros_like(const SharedMatrix& m) {
  return m ? Matrix(Matrix::Zero(m->rows(), m->cols())) : Matrix();
}

Gradients zero_gradients(const Trace& t) {
  Gradients g;
  g.embeddings = Matrix::Zero(t.queries(), t.model.width);
  g.source = zeros_like(t.input.source);
  g.learned = zeros_like(t.model.positions.learned);
  g.mask = Matrix::Zero(t.queries(), t.keys());
  g.key_width = t.model.key_width;
  g.value_width = t.model.value_width;
  for (const Layer& l : t.model.layers) {
    LayerGradients lg{.q = zeros_like(l.q),
                      .k = zeros_like(l.k),
                      .v = zeros_like(l.v),
                      .o = zeros_like(l.o),
                      .gate = zeros_like(l.gate),
                      .up = zeros_like(l.up),
                      .down = zeros_like(l.down),
                      .temperature = Matrix::Zero(1, t.model.heads),
                      .gain1 = zeros_like(l.norm1.gain),
                      .bias1 = zeros_like(l.norm1.bias),
                      .gain2 = zeros_like(l.norm2.gain),
                      .bias2 = zeros_like(l.norm2.bias)};
    g.layers.push_back(std::move(lg));
  }
  return g;
}

/// output = mlp(h) with its residual and norm, back to h.
void mlp_back(Reverse& r, int index) {
  const Plan& p = r.plan;
  const auto l = static_cast<std::size_t>(index);
  const Layer& layer = r.model().layers[l];
  LayerTrace& d = r.d.layers[l];
  LayerGradients& g = r.out.layers[l];
  if (p.post_norm) {  // output = norm2(mlp_result)
    normalize_back(r, r.t.tensor({index, p.mlp_result(), 0}), layer.norm2, view(std::as_const(d.norm2)),
                   view(r.by(index, p.mlp_result())), g.gain2, g.bias2);
  }
  if (p.residual) {  // mlp_added = middle + mlp_out
    r.by(index, p.middle()) += d.mlp_added;
    d.mlp_out += d.mlp_added;
  }
  linear_back(r, view(r.t.layers[l].hidden), layer.down, view(std::as_const(d.mlp_out)),
              view(d.hidden), g.down);
  activate_back(r, r.t.layers[l], d);
  const ConstView x = r.t.tensor({index, p.mlp_input(), 0});
  const View dx = view(r.by(index, p.mlp_input()));
  linear_back(r, x, layer.up, view(std::as_const(d.up)), dx, g.up);
  if (p.swiglu) linear_back(r, x, layer.gate, view(std::as_const(d.gate)), dx, g.gate);
  if (p.pre_norm) {  // norm2 = norm(middle)
    normalize_back(r, r.t.tensor({index, p.middle(), 0}), layer.norm2,
                   view(std::as_const(d.norm2)), view(r.by(index, p.middle())), g.gain2, g.bias2);
  }
}

/// q, k, v = x W, back to x and, in cross-attention, to the source.
void projections_back(Reverse& r, int index) {
  const auto l = static_cast<std::size_t>(index);
  const Layer& layer = r.model().layers[l];
  LayerTrace& d = r.d.layers[l];
  LayerGradients& g = r.out.layers[l];
  const int past = r.t.input.past_length();
  if (r.plan.rope) {
    rotate_back(r, d.q_rotated, past, d.q);
    rotate_back(r, d.k_rotated, 0, d.k);
  }
  const ConstView x = r.t.tensor({index, r.plan.attention_input(), 0});
  const View dx = view(r.by(index, r.plan.attention_input()));
  const bool cross = r.t.input.cross();
  const ConstView s = cross ? r.t.tensor({0, Stage::kSourceInput, 0}) : x;
  const View ds = cross ? view(r.by(0, Stage::kSourceInput)) : dx;
  const auto fresh = [&](const Matrix& m) {
    return view(m).block(past, 0, s.rows, static_cast<int>(m.cols()));
  };
  linear_back(r, x, layer.q, view(std::as_const(d.q)), dx, g.q);
  linear_back(r, s, layer.k, fresh(d.k), ds, g.k);
  linear_back(r, s, layer.v, fresh(d.v), ds, g.v);
}

void layer_back(Reverse& r, int index) {
  const Plan& p = r.plan;
  const auto l = static_cast<std::size_t>(index);
  const Layer& layer = r.model().layers[l];
  LayerTrace& d = r.d.layers[l];
  LayerGradients& g = r.out.layers[l];
  if (p.mlp) mlp_back(r, index);
  if (p.post_norm) {  // norm1 = norm(attended)
    normalize_back(r, r.t.tensor({index, p.attended(), 0}), layer.norm1,
                   view(std::as_const(d.norm1)), view(r.by(index, p.attended())), g.gain1, g.bias1);
  }
  if (p.residual) {  // added = projected + input
    d.projected += d.added;
    r.by(index, Stage::kInput) += d.added;
  }
  linear_back(r, view(r.t.layers[l].concat), layer.o, view(std::as_const(d.projected)),
              view(d.concat), g.o);
  heads_back(r, index);
  projections_back(r, index);
  if (p.pre_norm) {  // norm1 = norm(input)
    normalize_back(r, r.t.tensor({index, Stage::kInput, 0}), layer.norm1,
                   view(std::as_const(d.norm1)), view(r.by(index, Stage::kInput)), g.gain1, g.bias1);
  }
}

/// input = embeddings + positions.
void inputs_back(Reverse& r) {
  if (!r.plan.added_positions) return;
  r.out.embeddings += r.d.input_sum;
  if (r.t.input.cross()) r.out.source += r.d.source_sum;
  if (r.model().positions.kind != PositionKind::kLearned) return;
  r.out.learned.middleRows(r.t.input.past_length(), r.d.input_sum.rows()) += r.d.input_sum;
  if (r.t.input.cross()) r.out.learned.topRows(r.d.source_sum.rows()) += r.d.source_sum;
}

/// Puts the cotangent where the target's derivative is kept.
bool seed(Reverse& r, TensorId target, const Matrix& cotangent) {
  target = r.t.resolve(target);
  if (target.stage == Stage::kEmbeddings || target.stage == Stage::kSourceEmbeddings) {
    (target.stage == Stage::kEmbeddings ? r.out.embeddings : r.out.source) += cotangent;
    return true;
  }
  if (is_parameter(target.stage) || target.stage == Stage::kPositions ||
      target.stage == Stage::kSourcePositions) {
    return false;
  }
  if (target.stage == Stage::kOutput) target.stage = r.plan.last();
  const ConstView at = r.d.tensor(target);
  // `d` is ours: the window that Trace gives out is constant, its storage is not.
  View place{const_cast<float*>(at.data), at.rows, at.cols, at.stride};
  for (int i = 0; i < place.rows; ++i) add_row(&cotangent(i, 0), place.row(i), place.cols);
  return true;
}

}  // namespace

Matrix& Reverse::by(int layer, Stage stage) noexcept {
  if (stage == Stage::kInput && layer > 0) return by(layer - 1, plan.last());
  LayerTrace& l = d.layers[static_cast<std::size_t>(layer)];
  switch (stage) {
    case Stage::kInput: return plan.added_positions ? d.input_sum : out.embeddings;
    case Stage::kSourceInput: return plan.added_positions ? d.source_sum : out.source;
    case Stage::kNorm1: return l.norm1;
    case Stage::kNorm2: return l.norm2;
    case Stage::kAdded: return l.added;
    case Stage::kMlpOut: return l.mlp_out;
    case Stage::kMlpAdded: return l.mlp_added;
    default: return l.projected;
  }
}

}  // namespace steps

Result<Gradients> backward(const Trace& trace, TensorId target, const Matrix& cotangent) {
  const ConstView v = trace.tensor(target);
  const std::string where(name(target.stage));
  if (v.empty()) return fail(ErrorCode::kNotFound, "there is no such matrix in this model", where);
  if (v.rows != cotangent.rows() || v.cols != cotangent.cols()) {
    return fail(ErrorCode::kShape, "the cotangent must have the shape of the target", where);
  }
  steps::Reverse r{.t = trace,
                   .d = {},
                   .plan = plan(trace.model, has_mask(trace.model, trace.input)),
                   .out = steps::zero_gradients(trace),
                   .scratch = {}};
  r.d.model = trace.model;
  r.d.input = trace.input;
  steps::resize(r.d);
  steps::zero_all(r.d);
  if (!steps::seed(r, target, cotangent)) {
    return fail(ErrorCode::kNotFound, "is given, not computed: nothing feeds it", where);
  }
  const int last = before_layers(target.stage) ? -1 : trace.resolve(target).layer;
  for (int l = last; l >= 0; --l) steps::layer_back(r, l);
  steps::inputs_back(r);
  return std::move(r.out);
}

Result<Gradients> sensitivity(const Trace& trace, CellId target) {
  const ConstView v = trace.tensor(target.tensor);
  if (target.row < 0 || target.col < 0 || target.row >= v.rows || target.col >= v.cols) {
    return fail(ErrorCode::kNotFound, "there is no such cell", std::string(name(target.tensor.stage)));
  }
  Matrix one = Matrix::Zero(v.rows, v.cols);
  one(target.row, target.col) = 1.0F;
  return backward(trace, target.tensor, one);
}

ConstView Gradients::tensor(TensorId id) const noexcept {
  if (id.layer < 0 || id.layer >= static_cast<int>(layers.size())) return {};
  const LayerGradients& l = layers[static_cast<std::size_t>(id.layer)];
  const auto head = [&](const Matrix& m, int width) {
    const ConstView v = view(m);
    return v.empty() || (id.head + 1) * width > v.cols ? ConstView{}
                                                       : v.block(0, id.head * width, v.rows, width);
  };
  switch (id.stage) {
    case Stage::kEmbeddings: return view(embeddings);
    case Stage::kSourceEmbeddings: return view(source);
    case Stage::kPositions: return view(learned);
    case Stage::kMask: return view(mask);
    case Stage::kWq: return head(l.q.weight, key_width);
    case Stage::kWk: return head(l.k.weight, key_width);
    case Stage::kWv: return head(l.v.weight, value_width);
    case Stage::kBq: return head(l.q.bias, key_width);
    case Stage::kBk: return head(l.k.bias, key_width);
    case Stage::kBv: return head(l.v.bias, value_width);
    case Stage::kWo: return view(l.o.weight);
    case Stage::kBo: return view(l.o.bias);
    case Stage::kWGate: return view(l.gate.weight);
    case Stage::kBGate: return view(l.gate.bias);
    case Stage::kWUp: return view(l.up.weight);
    case Stage::kBUp: return view(l.up.bias);
    case Stage::kWDown: return view(l.down.weight);
    case Stage::kBDown: return view(l.down.bias);
    case Stage::kTemperature: return view(l.temperature);
    case Stage::kNorm1Gain: return view(l.gain1);
    case Stage::kNorm1Bias: return view(l.bias1);
    case Stage::kNorm2Gain: return view(l.gain2);
    case Stage::kNorm2Bias: return view(l.bias2);
    default: return {};
  }
}

}  // namespace ap
