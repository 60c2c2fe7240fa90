#include "attention/language/predictor.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

namespace ap {

Result<Predictor> Predictor::open(Model model) {
  if (!model.language) {
    return fail(ErrorCode::kUnsupported, "this model has no table of tokens and no head", "model");
  }
  if (auto ok = validate(model); !ok) return std::unexpected(ok.error());
  return Predictor(std::move(model));
}

std::span<const int> Predictor::ids() const noexcept {
  return input_.ids ? std::span<const int>(*input_.ids) : std::span<const int>();
}

int Predictor::context() const noexcept {
  const Positions& p = model_.positions;
  if (p.kind != PositionKind::kLearned) return 0;
  return static_cast<int>(p.learned->rows()) - p.offset;
}

Result<void> Predictor::follow(Input input, std::vector<int> rows) {
  const std::uint64_t logits = static_cast<std::uint64_t>(rows.size()) * 8U *
                               static_cast<std::uint64_t>(model_.language->vocabulary());
  if (logits > kMaxTraceBytes) {
    return fail(ErrorCode::kTooLarge,
                std::to_string(rows.size()) + " rows of logits need " +
                    std::to_string(logits / 1'000'000) + " MB; ask for fewer rows",
                "logits");
  }
  input.logit_rows = std::make_shared<const std::vector<int>>(std::move(rows));
  input_ = std::move(input);
  update(trace_, model_, input_, scratch_);
  return {};
}

Result<void> Predictor::set_ids(std::vector<int> ids) {
  Input next{.interventions = input_.interventions};
  next.ids = std::make_shared<const std::vector<int>>(std::move(ids));
  if (auto ok = validate_input(model_, next); !ok) return ok;
  return follow(std::move(next), {});
}

Result<void> Predictor::set_model(Model model) {
  if (!model.language) {
    return fail(ErrorCode::kUnsupported, "this model has no table of tokens and no head", "model");
  }
  if (auto ok = validate_shapes(model); !ok) return ok;
  if (input_.ids) {
    if (auto ok = validate_input(model, input_); !ok) return ok;
  }
  model_ = std::move(model);
  if (!input_.ids) return {};
  return follow(input_, input_.logit_rows ? *input_.logit_rows : std::vector<int>());
}

Result<void> Predictor::set_interventions(std::vector<Intervention> list) {
  Input next = input_;
  next.interventions =
      list.empty() ? nullptr : std::make_shared<const std::vector<Intervention>>(std::move(list));
  if (!input_.ids) {
    input_ = std::move(next);
    return {};
  }
  if (auto ok = validate_input(model_, next); !ok) return ok;
  std::vector<int> rows = next.logit_rows ? *next.logit_rows : std::vector<int>();
  return follow(std::move(next), std::move(rows));
}

Result<int> Predictor::row_at(int row) const {
  const int tokens = input_.queries();
  if (row == -1) row = tokens - 1;
  if (row >= 0 && row < tokens) return row;
  return fail(ErrorCode::kNotFound,
              tokens == 0 ? "there is no text yet: nothing comes next"
                          : "the text has the rows 0 to " + std::to_string(tokens - 1),
              "row");
}

Result<ConstView> Predictor::logits(int row) {
  const Result<int> at = row_at(row);
  if (!at) return std::unexpected(at.error());
  if (trace_.logits.find(*at) < 0) {
    if (auto ok = follow(input_, {*at}); !ok) return std::unexpected(ok.error());
  }
  return trace_.row({0, Stage::kLogits, 0}, *at);
}

Result<ConstView> Predictor::probabilities(int row) {
  if (auto ok = logits(row); !ok) return ok;
  return trace_.row({0, Stage::kProbabilities, 0}, *row_at(row));
}

Result<ConstView> Predictor::all_logits() {
  std::vector<int> rows(static_cast<std::size_t>(input_.queries()));
  std::iota(rows.begin(), rows.end(), 0);
  if (auto ok = follow(input_, std::move(rows)); !ok) return std::unexpected(ok.error());
  return trace_.tensor({0, Stage::kLogits, 0});
}

Result<std::vector<int>> Predictor::generate(const Generation& how,
                                             const std::function<bool(int)>& each) {
  if (auto ok = validate(how.sampling); !ok) return std::unexpected(ok.error());
  if (!model_.causal) {
    return fail(ErrorCode::kUnsupported,
                "this model fills masks and does not write on: ask it for the rows of its masks",
                "model");
  }
  Rng rng(how.seed);
  std::vector<int> fresh;
  for (int i = 0; i < how.tokens; ++i) {
    const Result<ConstView> row = logits(-1);
    if (!row) return std::unexpected(row.error());
    const int id = choose(*row, how.sampling, rng);
    const bool full = context() > 0 && input_.queries() >= context();
    if (!full) {
      std::vector<int> longer = *input_.ids;
      longer.push_back(id);
      if (auto ok = set_ids(std::move(longer)); !ok) return std::unexpected(ok.error());
    }
    fresh.push_back(id);
    if (full || std::ranges::find(how.stop, id) != how.stop.end()) break;
    if (each && !each(id)) break;
  }
  return fresh;
}

}  // namespace ap
