#include "attention/learning/loss.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace ap {
namespace {

double temperature_of(const Trace& trace, TensorId id) {
  return static_cast<double>(trace.model.temperature(id.layer, id.head));
}

/// log sum exp of z / temperature: the log weight of key j is z_j / temperature less this.
double log_total(const float* z, int n, double temperature) {
  const double top = static_cast<double>(*std::max_element(z, z + n));
  double sum = 0.0;
  for (int j = 0; j < n; ++j) sum += std::exp((static_cast<double>(z[j]) - top) / temperature);
  return top / temperature + std::log(sum);
}

}  // namespace

void Loss::add(const Loss& other) noexcept {
  value += other.value;
  // Not max: a NaN must stay.
  if (!(other.error <= error)) error = other.error;
}

Result<void> check_target(const Trace& trace, const RowTarget& target) {
  const ConstView v = trace.tensor(target.tensor);
  const std::string where(name(target.tensor.stage));
  if (v.empty()) return fail(ErrorCode::kNotFound, "the model has no such matrix", where);
  if (target.row < 0 || target.row >= v.rows) {
    return fail(ErrorCode::kNotFound,
                "no row " + std::to_string(target.row) + ": there are " + std::to_string(v.rows),
                where);
  }
  const auto size = target.values ? static_cast<int>(target.values->size()) : 0;
  if (size != v.cols) {
    return fail(ErrorCode::kShape,
                std::to_string(size) + " numbers for a row of " + std::to_string(v.cols), where);
  }
  if (target.tensor.stage != Stage::kWeights) return {};
  const TensorId scores{target.tensor.layer, Stage::kMasked, target.tensor.head};
  const float* z = trace.tensor(scores).row(target.row);
  for (int j = 0; j < size; ++j) {
    if (target.values->data()[j] == 0.0F || z[j] > -INFINITY) continue;
    return fail(ErrorCode::kRange,
                "row " + std::to_string(target.row) + " is to look at token " + std::to_string(j) +
                    ", which the mask hides from it: clear the mask there, or set that share to 0",
                where);
  }
  return {};
}

Loss row_loss(const Trace& trace, const RowTarget& target) {
  Loss loss;
  const ConstView v = trace.tensor(target.tensor);
  const float* y = v.row(target.row);
  const float* t = target.values->data();
  const auto differ = [&loss](float a, float b) {
    const float d = std::abs(a - b);
    if (!(d <= loss.error)) loss.error = d;
  };
  for (int j = 0; j < v.cols; ++j) differ(y[j], t[j]);
  if (target.tensor.stage != Stage::kWeights) {
    for (int j = 0; j < v.cols; ++j) {
      const double d = static_cast<double>(y[j]) - static_cast<double>(t[j]);
      loss.value += d * d / v.cols;
    }
    return loss;
  }
  const TensorId scores{target.tensor.layer, Stage::kMasked, target.tensor.head};
  const float* z = trace.tensor(scores).row(target.row);
  const double temperature = temperature_of(trace, target.tensor);
  const double total = log_total(z, v.cols, temperature);
  for (int j = 0; j < v.cols; ++j) {
    const double share = t[j];
    if (share > 0.0) loss.value += share * (std::log(share) - z[j] / temperature + total);
  }
  return loss;
}

void loss_back(const Trace& trace, const RowTarget& target, double factor, Backward& pass) {
  const TensorId id = target.tensor;
  const ConstView v = trace.tensor(id);
  const float* y = v.row(target.row);
  const float* t = target.values->data();
  if (id.stage != Stage::kWeights) {
    float* d = pass.cotangent(id).row(target.row);
    for (int j = 0; j < v.cols; ++j) {
      const double slope = 2.0 * (static_cast<double>(y[j]) - static_cast<double>(t[j])) / v.cols;
      d[j] += static_cast<float>(factor * slope);
    }
    return;
  }
  // Through the softmax at once: d/dz = (weights - target) / temperature, finite where a weight is
  // 0.
  const TensorId scores{id.layer, Stage::kMasked, id.head};
  const float* z = trace.tensor(scores).row(target.row);
  float* d = pass.cotangent(scores).row(target.row);
  // With no mask, `masked` is a stage before the place where one would be added.
  const bool before_mask = trace.resolve(scores).stage != Stage::kMasked;
  const double temperature = temperature_of(trace, id);
  double by_temperature = 0.0;
  double centre = 0.0;  // as in softmax_back
  for (int j = 0; j < v.cols; ++j) {
    if (y[j] != 0.0F) centre += static_cast<double>(y[j]) * z[j];
  }
  for (int j = 0; j < v.cols; ++j) {
    const double slope =
        factor * (static_cast<double>(y[j]) - static_cast<double>(t[j])) / temperature;
    d[j] += static_cast<float>(slope);
    if (before_mask) pass.gradients().mask(target.row, j) += static_cast<float>(slope);
    if (std::isfinite(z[j]))
      by_temperature -= slope * (static_cast<double>(z[j]) - centre) / temperature;
  }
  pass.gradients().layers[static_cast<std::size_t>(id.layer)].temperature(0, id.head) +=
      static_cast<float>(by_temperature);
}

}  // namespace ap
