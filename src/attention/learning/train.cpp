#include "attention/learning/train.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "attention/forward/forward.hpp"
#include "attention/model/layer_slot.hpp"

namespace ap {

struct Training::Parameter {
  Learnable what;
  std::shared_ptr<Matrix> now;    // what the model holds; written only while nobody else has it
  std::shared_ptr<Matrix> spare;  // the one before
  Matrix m, v;                    // moments
};

struct Training::Pass {
  Sample sample;
  Trace trace;
  Backward backward;
  Loss loss;
};

namespace {

bool is_input(Stage stage) {
  return stage == Stage::kEmbeddings || stage == Stage::kSourceEmbeddings;
}

SharedMatrix* place_of(Model& model, Input& input, TensorId id) {
  switch (id.stage) {
    case Stage::kEmbeddings: return &input.embeddings;
    case Stage::kSourceEmbeddings: return &input.source;
    case Stage::kPositions: return &model.positions.learned;
    default: return layer_slot(model.layers[static_cast<std::size_t>(id.layer)], id.stage);
  }
}

void add(const Matrix& from, Matrix& to) noexcept {
  add_row(from.data(), to.data(), static_cast<int>(to.size()));
}

/// All that belongs to the model; embeddings and mask are each sample's own.
void add(const Gradients& from, Gradients& to) noexcept {
  add(from.learned, to.learned);
  for (std::size_t l = 0; l < to.layers.size(); ++l) {
    for (int s = 0; s < kStageCount; ++s) {
      const auto stage = static_cast<Stage>(s);
      if (const Matrix* m = layer_slot(from.layers[l], stage))
        add(*m, *layer_slot(to.layers[l], stage));
    }
  }
}

}  // namespace

Training::Training(Model model, std::vector<Sample> samples, std::vector<Learnable> learn,
                   const TrainOptions& options)
    : model_(std::move(model)), options_(options) {
  for (Sample& sample : samples) {
    Pass pass;
    pass.sample = std::move(sample);
    passes_.push_back(std::move(pass));
  }
  for (Learnable& what : learn) {
    inputs_ = inputs_ || is_input(what.id.stage);
    SharedMatrix& place = *place_of(model_, passes_[0].sample.input, what.id);
    if (!place) place = share(Matrix::Ones(1, model_.heads));  // temperatures that nobody set
    Parameter p;
    p.what = std::move(what);
    p.now = std::make_shared<Matrix>(*place);
    place = p.now;
    parameters_.push_back(std::move(p));
  }
  restart();
}

Training::~Training() = default;
Training::Training(Training&&) noexcept = default;
Training& Training::operator=(Training&&) noexcept = default;

int Training::count() const noexcept { return static_cast<int>(parameters_.size()); }

TensorId Training::id(int parameter) const noexcept {
  return parameters_[static_cast<std::size_t>(parameter)].what.id;
}

SharedMatrix Training::value(int parameter) const noexcept {
  return parameters_[static_cast<std::size_t>(parameter)].now;
}

void Training::set_value(int parameter, const Matrix& value) {
  Parameter& p = parameters_[static_cast<std::size_t>(parameter)];
  p.now = std::make_shared<Matrix>(value);
  *place_of(model_, passes_[0].sample.input, p.what.id) = p.now;
  measured_.reset();
}

void Training::restart() {
  steps_ = 0;
  next_ = 0;
  order_.clear();
  shuffle_.emplace(options_.seed);
  measured_.reset();
  for (Parameter& p : parameters_) {
    p.m.setZero(p.now->rows(), p.now->cols());
    p.v.setZero(p.now->rows(), p.now->cols());
  }
}

Loss Training::forward(Pass& pass) {
  update(pass.trace, model_, pass.sample.input, scratch_);
  Loss loss;
  for (const RowTarget& target : pass.sample.targets) loss.add(row_loss(pass.trace, target));
  return loss;
}

Loss Training::measure() {
  if (measured_) return *measured_;
  Loss all;
  std::size_t rows = 0;
  for (Pass& pass : passes_) {
    all.add(forward(pass));
    rows += pass.sample.targets.size();
  }
  all.value /= static_cast<double>(std::max<std::size_t>(rows, 1));
  measured_ = all;
  return all;
}

/// The samples of the next step: all, or the next of a seeded order that is dealt anew when used
/// up.
void Training::choose() {
  const std::size_t count = passes_.size();
  chosen_.resize(count);
  std::iota(chosen_.begin(), chosen_.end(), 0);
  const auto batch = static_cast<std::size_t>(options_.batch);
  if (batch == 0 || batch >= count) return;
  if (order_.empty() || next_ + batch > count) {
    order_ = chosen_;
    for (std::size_t i = count; i-- > 1;) {
      std::swap(order_[i], order_[shuffle_->below(static_cast<std::uint32_t>(i + 1))]);
    }
    next_ = 0;
  }
  const auto first = order_.begin() + static_cast<std::ptrdiff_t>(next_);
  chosen_.assign(first, first + static_cast<std::ptrdiff_t>(batch));
  next_ += batch;
}

/// The slopes of the chosen samples, summed into those of the first of them.
Gradients& Training::backward(bool inputs) {
  std::size_t rows = 0;
  for (const int i : chosen_) rows += passes_[static_cast<std::size_t>(i)].sample.targets.size();
  const double factor = 1.0 / static_cast<double>(std::max<std::size_t>(rows, 1));
  Gradients* sum = nullptr;
  for (const int i : chosen_) {
    Pass& pass = passes_[static_cast<std::size_t>(i)];
    update(pass.trace, model_, pass.sample.input, scratch_);
    pass.backward.begin(pass.trace, inputs && i == 0);
    for (const RowTarget& target : pass.sample.targets) {
      loss_back(pass.trace, target, factor, pass.backward);
    }
    pass.backward.run(scratch_);
    Gradients& slopes = pass.backward.gradients();
    if (sum == nullptr) {
      sum = &slopes;
    } else {
      add(slopes, *sum);
    }
  }
  return *sum;
}

void Training::descend(Parameter& p, const Matrix& slope, const OptimizerStep& step) {
  if (!p.spare || p.spare.use_count() > 1) p.spare = std::make_shared<Matrix>(*p.now);
  optimize(step, p.now->data(), slope.data(), p.m.data(), p.v.data(), p.spare->data(),
           static_cast<int>(slope.size()));
  for (const int cell : p.what.kept) p.spare->data()[cell] = p.now->data()[cell];
  if (p.what.id.stage == Stage::kTemperature) *p.spare = p.spare->cwiseMax(kMinTemperature);
  std::swap(p.now, p.spare);
  *place_of(model_, passes_[0].sample.input, p.what.id) = p.now;
}

void Training::step() {
  choose();
  Gradients& sum = backward(inputs_);
  const bool first_chosen = std::ranges::find(chosen_, 0) != chosen_.end();
  const OptimizerStep step = optimizer_step(options_.optimizer, ++steps_);
  for (Parameter& p : parameters_) {
    const bool own = is_input(p.what.id.stage);
    if (own && !first_chosen) continue;
    Gradients& slopes = own ? passes_[0].backward.gradients() : sum;
    descend(p, *slopes.whole(p.what.id), step);
  }
  measured_.reset();
}

Gradients Training::gradients() {
  chosen_.resize(passes_.size());
  std::iota(chosen_.begin(), chosen_.end(), 0);
  Gradients& sum = backward(true);
  Pass& first = passes_.front();
  double rows = 0;
  for (const Pass& pass : passes_) rows += static_cast<double>(pass.sample.targets.size());
  // The way back took the softmax in one step with the loss: by the weights themselves it is
  // -target / w.
  for (const RowTarget& target : first.sample.targets) {
    if (target.tensor.stage != Stage::kWeights) continue;
    const ConstView w = first.trace.tensor(target.tensor);
    float* slope = first.backward.cotangent(target.tensor).row(target.row);
    for (int j = 0; j < w.cols; ++j) {
      if (w(target.row, j) > 0)
        slope[j] -= target.values->data()[j] / static_cast<float>(rows) / w(target.row, j);
    }
  }
  first.backward.keep_stages();
  return sum;
}

}  // namespace ap
