#include "attention/learning/backward.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "attention/forward/steps.hpp"
#include "attention/learning/backward_steps.hpp"
#include "attention/model/layer_slot.hpp"

namespace ap {
namespace steps {
namespace {

void zero_all(Trace& d) {
  d.input_sum.setZero();
  d.source_sum.setZero();
  for (LayerTrace& l : d.layers) {
    for (Matrix* m :
         {&l.norm1,  &l.q,      &l.k,      &l.v,       &l.q_rotated, &l.k_rotated, &l.scores,
          &l.scaled, &l.capped, &l.masked, &l.weights, &l.concat,    &l.projected, &l.added,
          &l.norm2,  &l.gate,   &l.up,     &l.hidden,  &l.mlp_out,   &l.mlp_added}) {
      m->setZero();
    }
  }
}

void zero(Matrix& m, const SharedMatrix& like) {
  m.resize(like ? like->rows() : 0, like ? like->cols() : 0);
  m.setZero();
}
void zero(LinearGradient& g, const Linear& like) {
  zero(g.weight, like.weight);
  zero(g.bias, like.bias);
}
void zero(NormGradient& g, const Norm& like) {
  zero(g.gain, like.gain);
  zero(g.bias, like.bias);
}

void zero_gradients(const Trace& t, Gradients& g) {
  zero(g.embeddings, t.input.embeddings);
  zero(g.source, t.input.source);
  zero(g.learned, t.model.positions.learned);
  g.mask.setZero(t.queries(), t.keys());
  g.key_width = t.model.key_width;
  g.value_width = t.model.value_width;
  g.layers.resize(t.model.layers.size());
  for (std::size_t i = 0; i < g.layers.size(); ++i) {
    const Layer& l = t.model.layers[i];
    LayerGradients& lg = g.layers[i];
    zero(lg.q, l.q);
    zero(lg.k, l.k);
    zero(lg.v, l.v);
    zero(lg.o, l.o);
    zero(lg.gate, l.gate);
    zero(lg.up, l.up);
    zero(lg.down, l.down);
    zero(lg.norm1, l.norm1);
    zero(lg.norm2, l.norm2);
    lg.temperature.setZero(1, t.model.heads);
  }
}

/// output = mlp(h) with its residual and norm, back to h.
void mlp_back(Reverse& r, int index) {
  const Plan& p = r.plan;
  const auto l = static_cast<std::size_t>(index);
  const Layer& layer = r.model().layers[l];
  LayerTrace& d = r.d.layers[l];
  LayerGradients& g = r.out.layers[l];
  if (p.post_norm) {  // output = norm2(mlp_result)
    normalize_back(r, r.t->tensor({index, p.mlp_result(), 0}), layer.norm2,
                   view(std::as_const(d.norm2)), view(r.by(index, p.mlp_result())), g.norm2);
  }
  if (p.residual) {  // mlp_added = middle + mlp_out
    r.by(index, p.middle()) += d.mlp_added;
    d.mlp_out += d.mlp_added;
  }
  linear_back(r, view(r.t->layers[l].hidden), layer.down, view(std::as_const(d.mlp_out)),
              view(d.hidden), g.down);
  activate_back(r, r.t->layers[l], d);
  const ConstView x = r.t->tensor({index, p.mlp_input(), 0});
  const View dx = view(r.by(index, p.mlp_input()));
  linear_back(r, x, layer.up, view(std::as_const(d.up)), dx, g.up);
  if (p.gated) linear_back(r, x, layer.gate, view(std::as_const(d.gate)), dx, g.gate);
  if (p.pre_norm) {  // norm2 = norm(middle)
    normalize_back(r, r.t->tensor({index, p.middle(), 0}), layer.norm2,
                   view(std::as_const(d.norm2)), view(r.by(index, p.middle())), g.norm2);
  }
}

/// Does anything before the projections of the first layer need their derivative?
bool needs_input(const Reverse& r, int index) {
  return index > 0 || r.inputs || r.plan.pre_norm ||
         r.model().positions.kind == PositionKind::kLearned;
}

/// q, k, v = x W, back to x and, in cross-attention, to the source.
void projections_back(Reverse& r, int index, bool scores_only) {
  const auto l = static_cast<std::size_t>(index);
  const Layer& layer = r.model().layers[l];
  LayerTrace& d = r.d.layers[l];
  LayerGradients& g = r.out.layers[l];
  const int past = r.t->input.past_length();
  if (r.plan.rope) {
    rotate_back(r, d.q_rotated, past, d.q);
    rotate_back(r, d.k_rotated, 0, d.k);
  }
  const bool cross = r.t->input.cross();
  const bool by_source = r.inputs || r.model().positions.kind == PositionKind::kLearned;
  const ConstView x = r.t->tensor({index, r.plan.attention_input(), 0});
  const View dx = needs_input(r, index) ? view(r.by(index, r.plan.attention_input())) : View{};
  const ConstView s = cross ? r.t->tensor({0, Stage::kSourceInput, 0}) : x;
  View ds = dx;
  if (cross) ds = by_source ? view(r.by(0, Stage::kSourceInput)) : View{};
  const auto fresh = [&](const Matrix& m) {
    return view(m).block(past, 0, s.rows, static_cast<int>(m.cols()));
  };
  linear_back(r, x, layer.q, view(std::as_const(d.q)), dx, g.q);
  linear_back(r, s, layer.k, fresh(d.k), ds, g.k);
  if (!scores_only) linear_back(r, s, layer.v, fresh(d.v), ds, g.v);
}

/// output back to concat.
void after_heads_back(Reverse& r, int index) {
  const Plan& p = r.plan;
  const auto l = static_cast<std::size_t>(index);
  const Layer& layer = r.model().layers[l];
  LayerTrace& d = r.d.layers[l];
  LayerGradients& g = r.out.layers[l];
  if (p.mlp) mlp_back(r, index);
  if (p.post_norm) {  // norm1 = norm(attended)
    normalize_back(r, r.t->tensor({index, p.attended(), 0}), layer.norm1,
                   view(std::as_const(d.norm1)), view(r.by(index, p.attended())), g.norm1);
  }
  if (p.residual) {  // added = projected + input
    d.projected += d.added;
    r.by(index, Stage::kInput) += d.added;
  }
  linear_back(r, view(r.t->layers[l].concat), layer.o, view(std::as_const(d.projected)),
              view(d.concat), g.o);
}

void layer_back(Reverse& r, int index) {
  const auto l = static_cast<std::size_t>(index);
  const bool scores_only = r.reach[l] == Reach::kScores;
  if (!scores_only) after_heads_back(r, index);
  heads_back(r, index, scores_only);
  projections_back(r, index, scores_only);
  if (r.plan.pre_norm) {  // norm1 = norm(input)
    normalize_back(r, r.t->tensor({index, Stage::kInput, 0}), r.model().layers[l].norm1,
                   view(std::as_const(r.d.layers[l].norm1)), view(r.by(index, Stage::kInput)),
                   r.out.layers[l].norm1);
  }
}

/// input = embeddings + positions.
void inputs_back(Reverse& r) {
  if (!r.plan.added_positions) return;
  r.out.embeddings += r.d.input_sum;
  if (r.t->input.cross()) r.out.source += r.d.source_sum;
  if (r.model().positions.kind != PositionKind::kLearned) return;
  r.out.learned.middleRows(r.t->input.past_length(), r.d.input_sum.rows()) += r.d.input_sum;
  if (r.t->input.cross()) r.out.learned.topRows(r.d.source_sum.rows()) += r.d.source_sum;
}

/// The stages from scores to weights; a derivative by these alone leaves values and W_O out.
bool is_score(Stage stage) {
  return stage == Stage::kScores || stage == Stage::kScaled || stage == Stage::kCapped ||
         stage == Stage::kMasked || stage == Stage::kWeights;
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

View Reverse::product(int rows, int cols) {
  const auto size = static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols);
  if (work.size() < size) work.resize(size);
  return {work.data(), rows, cols, cols};
}

}  // namespace steps

Backward::Backward() : reverse_(std::make_unique<steps::Reverse>()) {}
Backward::~Backward() = default;
Backward::Backward(Backward&&) noexcept = default;
Backward& Backward::operator=(Backward&&) noexcept = default;
Gradients& Backward::gradients() noexcept { return reverse_->out; }

void Backward::keep_stages() {
  reverse_->out.stages = std::make_shared<const Trace>(std::exchange(reverse_->d, {}));
}

void Backward::begin(const Trace& trace, bool inputs) {
  steps::Reverse& r = *reverse_;
  r.t = &trace;
  r.plan = plan(trace.model, has_mask(trace.model, trace.input));
  r.inputs = inputs;
  r.reach.fill(steps::Reach::kNothing);
  r.out.stages.reset();
  steps::zero_gradients(trace, r.out);
  r.d.model = trace.model;
  r.d.input = trace.input;
  steps::resize(r.d);
  steps::zero_all(r.d);
}

View Backward::cotangent(TensorId id) {
  steps::Reverse& r = *reverse_;
  if (r.t->tensor(id).empty()) return {};
  id = r.t->resolve(id);
  if (id.stage == Stage::kEmbeddings) return view(r.out.embeddings);
  if (id.stage == Stage::kSourceEmbeddings) return view(r.out.source);
  if (is_parameter(id.stage) || id.stage == Stage::kPositions ||
      id.stage == Stage::kSourcePositions) {
    return {};
  }
  if (!before_layers(id.stage) && id.stage != Stage::kInput) {
    steps::Reach& reach = r.reach[static_cast<std::size_t>(id.layer)];
    reach = std::max(reach, steps::is_score(id.stage) ? steps::Reach::kScores : steps::Reach::kAll);
  }
  if (id.stage == Stage::kOutput) id.stage = r.plan.last();
  const ConstView at = r.d.tensor(id);
  // `d` is ours: the window that Trace gives out is constant, its storage is not.
  return {const_cast<float*>(at.data), at.rows, at.cols, at.stride};
}

void Backward::run(Scratch& scratch) {
  steps::Reverse& r = *reverse_;
  r.scratch = &scratch;
  bool reached = false;
  for (int l = static_cast<int>(r.t->layers.size()) - 1; l >= 0; --l) {
    steps::Reach& reach = r.reach[static_cast<std::size_t>(l)];
    if (reached) reach = steps::Reach::kAll;
    reached = reach != steps::Reach::kNothing;
    if (reached) steps::layer_back(r, l);
  }
  steps::inputs_back(r);
}

Result<Gradients> backward(const Trace& trace, TensorId target, const Matrix& cotangent) {
  const ConstView v = trace.tensor(target);
  const std::string where(name(target.stage));
  if (v.empty()) return fail(ErrorCode::kNotFound, "there is no such matrix in this model", where);
  if (trace.model.language) {
    return fail(ErrorCode::kUnsupported,
                "derivatives of whole language models are not computed yet", where);
  }
  if (v.rows != cotangent.rows() || v.cols != cotangent.cols()) {
    return fail(ErrorCode::kShape, "the cotangent must have the shape of the target", where);
  }
  Backward pass;
  pass.begin(trace);
  const View place = pass.cotangent(target);
  if (place.empty()) {
    return fail(ErrorCode::kNotFound, "is given, not computed: nothing feeds it", where);
  }
  for (int i = 0; i < place.rows; ++i) add_row(&cotangent(i, 0), place.row(i), place.cols);
  Scratch scratch;
  pass.run(scratch);
  pass.keep_stages();
  return std::move(pass.gradients());
}

Result<Gradients> sensitivity(const Trace& trace, CellId target) {
  const ConstView v = trace.tensor(target.tensor);
  if (target.row < 0 || target.col < 0 || target.row >= v.rows || target.col >= v.cols) {
    return fail(ErrorCode::kNotFound, "there is no such cell",
                std::string(name(target.tensor.stage)));
  }
  Matrix one = Matrix::Zero(v.rows, v.cols);
  one(target.row, target.col) = 1.0F;
  return backward(trace, target.tensor, one);
}

const Matrix* Gradients::whole(TensorId id) const noexcept {
  switch (id.stage) {
    case Stage::kEmbeddings: return &embeddings;
    case Stage::kSourceEmbeddings: return &source;
    case Stage::kPositions: return &learned;
    case Stage::kMask: return &mask;
    default: break;
  }
  if (id.layer < 0 || id.layer >= static_cast<int>(layers.size())) return nullptr;
  return layer_slot(layers[static_cast<std::size_t>(id.layer)], id.stage);
}

Matrix* Gradients::whole(TensorId id) noexcept {
  return const_cast<Matrix*>(std::as_const(*this).whole(id));
}

ConstView Gradients::tensor(TensorId id) const noexcept {
  if (id.layer < 0 || id.layer >= static_cast<int>(layers.size())) return {};
  const bool given = is_parameter(id.stage) || id.stage == Stage::kMask ||
                     id.stage == Stage::kPositions || id.stage == Stage::kSourcePositions;
  if (stages && !given) {
    id = stages->resolve(id);
    if (id.stage != Stage::kEmbeddings && id.stage != Stage::kSourceEmbeddings)
      return stages->tensor(id);
  }
  const Matrix* all = whole(id);
  if (all == nullptr) return {};
  const ConstView v = view(*all);
  if (!per_head(id.stage) || id.stage == Stage::kPositions) return v;
  const bool values = id.stage == Stage::kWv || id.stage == Stage::kBv;
  const int width = values ? value_width : key_width;
  if (v.empty() || id.head < 0 || (id.head + 1) * width > v.cols) return {};
  return v.block(0, id.head * width, v.rows, width);
}

}  // namespace ap
