#include "attention/model/position.hpp"

#include <bit>
#include <cmath>
#include <cstdlib>
#include <numbers>

namespace ap {

double position_angle(int position, int pair, int width, double base) noexcept {
  return position * std::pow(base, -2.0 * pair / width);
}

double rotary_angle(int position, int pair, int width, const Positions& p) noexcept {
  const double angle = position_angle(position, pair, width, p.base);
  if (p.scaling == RopeScaling::kNone) return angle;
  const double slow = angle / static_cast<double>(p.factor);
  if (p.scaling == RopeScaling::kLinear) return slow;
  // How often the original context turns this pair around.
  const double turns =
      p.original_context * position_angle(1, pair, width, p.base) * 0.5 * std::numbers::inv_pi;
  const double low = p.low_frequency;
  const double high = p.high_frequency;
  if (turns < low) return slow;
  if (turns > high) return angle;
  const double kept = (turns - low) / (high - low);
  return (1.0 - kept) * slow + kept * angle;
}

float sinusoid(int position, int dim, int width, double base) noexcept {
  const double angle = position_angle(position, dim / 2, width, base);
  return static_cast<float>(dim % 2 == 0 ? std::sin(angle) : std::cos(angle));
}

double alibi_slope(int head, int heads) noexcept {
  const int below = static_cast<int>(std::bit_floor(static_cast<unsigned>(heads)));
  if (head < below) return std::exp2(-8.0 * (head + 1) / below);
  return std::exp2(-8.0 * (2 * (head - below) + 1) / (2 * below));
}

float alibi_bias(int query, int key, double slope) noexcept {
  return static_cast<float>(-slope * std::abs(query - key));
}

RotaryPair rotary_pair(int pair, int rotary_width, bool interleaved) noexcept {
  if (interleaved) return {2 * pair, 2 * pair + 1};
  return {pair, pair + rotary_width / 2};
}

void rotate_row(const float* x, float* y, int width, int rotary_width, bool interleaved,
                const float* cos, const float* sin) noexcept {
  for (int pair = 0; pair < rotary_width / 2; ++pair) {
    const auto [a, b] = rotary_pair(pair, rotary_width, interleaved);
    const float first = x[a] * cos[pair] - x[b] * sin[pair];
    const float second = x[a] * sin[pair] + x[b] * cos[pair];
    y[a] = first;
    y[b] = second;
  }
  for (int j = rotary_width; j < width; ++j) y[j] = x[j];
}

}  // namespace ap
