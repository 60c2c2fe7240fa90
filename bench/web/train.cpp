// Training behind a small C interface for the bench page: one layer of multi-head attention, all
// four projections learn, Adam, toward the mean square of every output row; one build for each
// variant.
#include "attention/learning/train.hpp"

#include <emscripten/emscripten.h>
#include <memory>

namespace {

struct Problem {
  ap::Matrix data[6];  // x, w_q, w_k, w_v, w_o, target
  int heads = 1;
  std::unique_ptr<ap::Training> training;
};
Problem problem;

}  // namespace

extern "C" {

EMSCRIPTEN_KEEPALIVE void train_make(int t, int d, int h) {
  problem = {};
  problem.heads = h;
  for (int i = 0; i < 6; ++i) problem.data[i] = ap::Matrix::Zero(i == 0 || i == 5 ? t : d, d);
}
EMSCRIPTEN_KEEPALIVE float* train_data(int which) { return problem.data[which].data(); }

EMSCRIPTEN_KEEPALIVE void train_start(float rate) {
  using namespace ap;
  Model model;
  model.width = static_cast<int>(problem.data[0].cols());
  model.heads = model.kv_heads = problem.heads;
  model.key_width = model.value_width = model.width / model.heads;
  model.layers.resize(1);
  Linear* maps[] = {&model.layers[0].q, &model.layers[0].k, &model.layers[0].v, &model.layers[0].o};
  for (int i = 0; i < 4; ++i) maps[i]->weight = share(problem.data[i + 1]);
  Sample sample;
  sample.input.embeddings = share(problem.data[0]);
  for (int i = 0; i < sample.input.queries(); ++i) {
    sample.targets.push_back({{0, Stage::kOutput, 0}, i, share(problem.data[5].row(i))});
  }
  std::vector<Learnable> learn;
  for (const Stage stage : {Stage::kWq, Stage::kWk, Stage::kWv, Stage::kWo})
    learn.push_back({{0, stage, 0}, {}});
  TrainOptions options;
  options.optimizer.rate = rate;
  std::vector<Sample> samples;
  samples.push_back(std::move(sample));
  problem.training =
      std::make_unique<Training>(std::move(model), std::move(samples), std::move(learn), options);
}
/// Steps, with the loss of each; the last loss.
EMSCRIPTEN_KEEPALIVE double train_run(int steps) {
  double loss = 0.0;
  for (int i = 0; i < steps; ++i) {
    loss = problem.training->measure().value;
    problem.training->step();
  }
  return loss;
}

}  // extern "C"
