#include "ui/sheet/target_brush.hpp"

#include <algorithm>
#include <cmath>

#include "base/late.hpp"

namespace ap::ui {
namespace {

/// Divided by its sum; a row of zeros stays.
void to_shares(Matrix& row) {
  const double sum = row.cast<double>().sum();
  if (sum > 0) row = (row.cast<double>() / sum).cast<float>();
}

action::SetTarget set_target(const Document& d, CellId cell, Matrix values) {
  return {Stage::kWeights,
          cell.tensor.layer,
          cell.tensor.head,
          cell.row + d.cached,
          0,
          std::move(values),
          {}};
}

}  // namespace

AP_LATE const Target* find_target(const Document& document, TensorId id, int row) {
  const int head = id.stage == Stage::kWeights ? id.head : 0;
  for (const Target& t : document.learning.targets) {
    if (t.stage == id.stage && t.layer == id.layer && t.head == head &&
        t.row == row + document.cached) {
      return &t;
    }
  }
  return nullptr;
}

Action clear_target(const Document& document, TensorId id, int row) {
  const int head = id.stage == Stage::kWeights ? id.head : 0;
  return action::ClearTarget{id.stage, id.layer, head, row + document.cached, 0};
}

Matrix painted_shares(const Document& document, CellId cell) {
  const Target* target = find_target(document, cell.tensor, cell.row);
  if (target == nullptr || !target->values) return {};
  Matrix row = *target->values;
  to_shares(row);
  return row;
}

bool hidden_key(const Trace& trace, CellId cell) {
  const ConstView masked = trace.tensor({cell.tensor.layer, Stage::kMasked, cell.tensor.head});
  return cell.row < masked.rows && cell.col < masked.cols && hides(masked(cell.row, cell.col));
}

void TargetStroke::begin(bool erase) {
  erase_ = erase;
  rows_.clear();
}

TargetStroke::Row& TargetStroke::row_of(const Document& document, CellId cell, int keys) {
  for (Row& row : rows_) {
    if (row.row == cell.row) return row;
  }
  Row row{cell.row, painted_shares(document, cell),
          std::vector<bool>(static_cast<std::size_t>(keys))};
  if (row.start.size() == 0) row.start = Matrix::Zero(1, keys);
  rows_.push_back(std::move(row));
  return rows_.back();
}

AP_LATE std::optional<Action> TargetStroke::touch(const Document& document, const Trace& trace,
                                                  CellId cell) {
  const ConstView weights = trace.tensor(cell.tensor);
  if (cell.tensor.stage != Stage::kWeights || cell.row < 0 || cell.row >= weights.rows ||
      cell.col < 0 || cell.col >= weights.cols || (!erase_ && hidden_key(trace, cell))) {
    return std::nullopt;
  }
  Row& row = row_of(document, cell, weights.cols);
  const auto place = static_cast<std::size_t>(cell.col);
  if (row.touched[place]) return std::nullopt;
  row.touched[place] = true;
  Matrix values = row.start;
  for (int j = 0; j < weights.cols; ++j) {
    if (!row.touched[static_cast<std::size_t>(j)]) continue;
    values(0, j) = erase_ ? 0 : values(0, j) + kStroke;
  }
  if (values.sum() > 0) {
    to_shares(values);
    return set_target(document, cell, std::move(values));
  }
  if (find_target(document, cell.tensor, cell.row) == nullptr) return std::nullopt;
  return clear_target(document, cell.tensor, cell.row);
}

AP_LATE Result<Action> typed_share(const Document& document, const Trace& trace, CellId cell,
                                   float share) {
  if (!(share >= 0 && share <= 1)) {
    return fail(ErrorCode::kRange, "a share is between 0 and 1");
  }
  if (hidden_key(trace, cell) && share > 0) {
    return fail(ErrorCode::kRange, "the mask hides this word from this row");
  }
  const ConstView weights = trace.tensor(cell.tensor);
  Matrix values = painted_shares(document, cell);
  if (values.size() == 0) values = as_eigen(weights.block(cell.row, 0, 1, weights.cols));
  values(0, cell.col) = 0;
  to_shares(values);
  if (values.sum() > 0) {
    values *= 1 - share;
  } else if (share < 1) {
    int others = 0;
    for (int j = 0; j < weights.cols; ++j) {
      if (j == cell.col || hidden_key(trace, {cell.tensor, cell.row, j})) continue;
      values(0, j) = 1;
      ++others;
    }
    if (others == 0)
      return fail(ErrorCode::kRange, "it is the only word of its row: its share is 1");
    values *= (1 - share) / static_cast<float>(others);
  }
  values(0, cell.col) = share;
  return set_target(document, cell, std::move(values));
}

AP_LATE std::vector<TargetMark> target_marks(const Document& document, int layer, int head,
                                             std::vector<Matrix>& shares) {
  std::vector<TargetMark> marks;
  shares.clear();
  shares.reserve(document.learning.targets.size());
  for (const Target& t : document.learning.targets) {
    const int row = t.row - document.cached;
    const bool weights = t.stage == Stage::kWeights;
    if (t.layer != layer || row < 0 || (weights && t.head != head)) continue;
    const TensorId id{t.layer, t.stage, weights ? t.head : 0};
    if (!weights) {
      marks.push_back({id, row, {}, t.word.empty() ? std::string_view("numbers") : t.word});
      continue;
    }
    shares.push_back(painted_shares(document, {id, row, 0}));
    marks.push_back({id, row, view(std::as_const(shares.back())), {}});
  }
  return marks;
}

}  // namespace ap::ui
