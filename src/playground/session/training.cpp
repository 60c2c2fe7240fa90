#include "playground/session/training.hpp"

#include <utility>

#include "attention/forward/forward.hpp"

namespace ap {
namespace {

/// A sample needs its trace and, for the slopes, as much again.
constexpr std::uint64_t kMaxTrainingBytes = kMaxTraceBytes / 2;

Input input_of(const Document& document, const Example& example) {
  Input input;
  input.embeddings = example.query.embeddings;
  if (document.cross) input.source = example.source.embeddings;
  return input;
}

RowTarget row_target(const Target& t) {
  RowTarget out{.tensor = {t.layer, t.stage, t.head}, .row = t.row, .values = t.values};
  if (t.stage == Stage::kWeights) {  // shares as parts of their sum
    const double sum = t.values->cast<double>().sum();
    out.values = share((t.values->cast<double>() / sum).cast<float>());
  }
  return out;
}

Result<Sample> make_sample(const Model& model, Input input, const std::vector<Target>& targets,
                           const std::string& where) {
  Sample sample{.input = std::move(input), .targets = {}};
  const Trace trace = forward(model, sample.input);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    sample.targets.push_back(row_target(targets[i]));
    if (auto ok = check_target(trace, sample.targets.back()); !ok) {
      return fail(ok.error().code, ok.error().message, where + "[" + std::to_string(i) + "]");
    }
  }
  return sample;
}

Result<void> check_memory(const Document& d) {
  std::uint64_t bytes = 0;
  const auto count = [&](const std::vector<Target>& targets, int queries, int sources) {
    if (!targets.empty()) bytes += trace_bytes(d.model, queries, sources, d.cross);
  };
  count(d.learning.targets, d.query.size(), d.cross ? d.source.size() : d.query.size());
  for (const Example& e : d.learning.examples) {
    count(e.targets, e.query.size(), d.cross ? e.source.size() : e.query.size());
  }
  if (bytes <= kMaxTrainingBytes) return {};
  return fail(ErrorCode::kTooLarge,
              "training these sentences takes " + std::to_string(2 * bytes / 1'000'000) +
                  " MB; the most is " + std::to_string(2 * kMaxTrainingBytes / 1'000'000) + " MB",
              "learning.examples");
}

/// Cells that stay, as places in the whole matrix. Rows count from the first token that is not
/// cached; training takes the whole sentence.
std::vector<int> kept_cells(const Document& d, TensorId id, const Matrix& whole) {
  std::vector<int> kept;
  if (!d.locked_cells) return kept;
  const auto cols = static_cast<int>(whole.cols());
  const bool values = id.stage == Stage::kWv || id.stage == Stage::kBv;
  const int width = values ? d.model.value_width : d.model.key_width;
  const bool headed = per_head(id.stage) && id.stage != Stage::kPositions;
  const int first = id.stage == Stage::kEmbeddings ? d.cached : 0;
  for (const CellId& cell : *d.locked_cells) {
    if (cell.tensor.stage != id.stage || cell.tensor.layer != id.layer) continue;
    kept.push_back((cell.row + first) * cols + (headed ? cell.tensor.head * width : 0) + cell.col);
  }
  return kept;
}

std::vector<Learnable> learnables(const Document& d) {
  std::vector<Learnable> list;
  const auto add = [&](TensorId id) {
    const SharedMatrix whole = parameter(d, id);
    const bool unset = !whole && id.stage == Stage::kTemperature;
    if ((!whole && !unset) || d.locked.contains({id.layer, id.stage})) return;
    list.push_back({id, whole ? kept_cells(d, id, *whole) : std::vector<int>{}});
  };
  const bool shown = !d.learning.targets.empty();
  if (d.learning.embeddings && shown) add({0, Stage::kEmbeddings, 0});
  if (d.learning.embeddings && shown && d.cross) add({0, Stage::kSourceEmbeddings, 0});
  if (d.model.positions.kind == PositionKind::kLearned) add({0, Stage::kPositions, 0});
  for (int l = 0; l < static_cast<int>(d.model.layers.size()); ++l) {
    for (int s = 0; s < kStageCount; ++s) {
      const auto stage = static_cast<Stage>(s);
      if (before_layers(stage) || !is_parameter(stage)) continue;
      if (stage == Stage::kTemperature && !d.learning.temperature) continue;
      add({l, stage, 0});
    }
  }
  return list;
}

}  // namespace

Result<Training> make_training(const Document& d) {
  if (!has_targets(d)) {
    return fail(ErrorCode::kNotFound, "nothing to learn yet: paint a target row first",
                "learning.targets");
  }
  if (auto ok = check_memory(d); !ok) return std::unexpected(ok.error());
  std::vector<Learnable> learn = learnables(d);
  if (learn.empty()) {
    return fail(ErrorCode::kNotEditable, "every matrix is locked: unlock one to let it learn",
                "locked");
  }
  std::vector<Sample> samples;
  const auto add = [&](Input input, const std::vector<Target>& targets,
                       const std::string& where) -> Result<void> {
    if (targets.empty()) return {};
    auto sample = make_sample(d.model, std::move(input), targets, where);
    if (!sample) return std::unexpected(std::move(sample).error());
    samples.push_back(std::move(*sample));
    return {};
  };
  if (auto ok = add(ap::input_of(d), d.learning.targets, "learning.targets"); !ok) {
    return std::unexpected(ok.error());
  }
  for (std::size_t i = 0; i < d.learning.examples.size(); ++i) {
    const Example& e = d.learning.examples[i];
    const std::string where = "learning.examples[" + std::to_string(i) + "].targets";
    if (auto ok = add(input_of(d, e), e.targets, where); !ok) return std::unexpected(ok.error());
  }
  const Learning& l = d.learning;
  const TrainOptions options{.optimizer = {.kind = l.optimizer,
                                           .rate = l.rate,
                                           .momentum = l.momentum,
                                           .weight_decay = l.weight_decay},
                             .batch = l.batch,
                             .seed = l.seed};
  return Training(d.model, std::move(samples), std::move(learn), options);
}

Result<Gradients> loss_gradient(const Document& document) {
  Document open = document;  // what is locked has a slope too
  open.locked.clear();
  auto training = make_training(open);
  if (!training) return std::unexpected(std::move(training).error());
  Gradients slopes = training->gradients();
  if (document.learning.targets.empty()) {  // of another sentence
    slopes.embeddings.resize(0, 0);
    slopes.source.resize(0, 0);
    slopes.mask.resize(0, 0);
    slopes.stages.reset();
  }
  return slopes;
}

}  // namespace ap
