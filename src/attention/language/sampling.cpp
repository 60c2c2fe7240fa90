#include "attention/language/sampling.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ap {
namespace {

double shifted_sum(ConstView logits, double top, double inverse) noexcept {
  double sum = 0.0;
  for (int j = 0; j < logits.cols; ++j) {
    sum += std::exp((static_cast<double>(logits(0, j)) - top) * inverse);
  }
  return sum;
}

/// The ids of the n largest, largest first.
std::vector<int> best(ConstView logits, int n) {
  std::vector<int> ids(static_cast<std::size_t>(logits.cols));
  std::iota(ids.begin(), ids.end(), 0);
  n = std::clamp(n, 0, logits.cols);
  std::ranges::partial_sort(ids, ids.begin() + n, [&](int a, int b) {
    return logits(0, a) != logits(0, b) ? logits(0, a) > logits(0, b) : a < b;
  });
  ids.resize(static_cast<std::size_t>(n));
  return ids;
}

}  // namespace

Result<void> validate(const Sampling& s) {
  if (!(s.temperature >= 0.0F && s.temperature <= 100.0F)) {
    return fail(ErrorCode::kRange, "the temperature must be 0 (the likeliest) to 100",
                "temperature");
  }
  if (s.top_k < 0) return fail(ErrorCode::kRange, "top-k must be 0 (all) or more", "top_k");
  if (!(s.top_p > 0.0F && s.top_p <= 1.0F)) {
    return fail(ErrorCode::kRange, "top-p must be above 0 and at most 1 (all)", "top_p");
  }
  return {};
}

int largest(ConstView logits) noexcept {
  int id = 0;
  for (int j = 1; j < logits.cols; ++j) {
    if (logits(0, j) > logits(0, id)) id = j;
  }
  return id;
}

std::vector<Candidate> likeliest(ConstView logits, int n) {
  std::vector<Candidate> found;
  if (logits.empty()) return found;
  const double top = logits(0, largest(logits));
  const double sum = shifted_sum(logits, top, 1.0);
  for (const int id : best(logits, n)) {
    const float logit = logits(0, id);
    found.push_back({id, logit, std::exp(static_cast<double>(logit) - top) / sum});
  }
  return found;
}

int choose(ConstView logits, const Sampling& sampling, Rng& rng) {
  if (sampling.temperature <= 0.0F) return largest(logits);
  const double inverse = 1.0 / static_cast<double>(sampling.temperature);
  const std::vector<int> ids = best(logits, sampling.top_k > 0 ? sampling.top_k : logits.cols);
  const double top = logits(0, ids[0]);
  std::vector<double> shares;
  shares.reserve(ids.size());
  double sum = 0.0;
  for (const int id : ids) {
    shares.push_back(std::exp((static_cast<double>(logits(0, id)) - top) * inverse));
    sum += shares.back();
  }
  // The fewest, largest first, that reach the share top_p.
  double held = 0.0;
  std::size_t count = 0;
  const double wanted = static_cast<double>(sampling.top_p) * sum;
  while (count < shares.size() && (count == 0 || held < wanted)) held += shares[count++];
  double at = static_cast<double>(rng.uniform()) * held;
  for (std::size_t i = 0; i + 1 < count; ++i) {
    if (at < shares[i]) return ids[i];
    at -= shares[i];
  }
  return ids[count - 1];
}

}  // namespace ap
