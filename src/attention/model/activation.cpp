#include "attention/model/activation.hpp"

#include <cmath>
#include <numbers>

namespace ap {
namespace {

double sigmoid(double x) noexcept { return 1.0 / (1.0 + std::exp(-x)); }

/// sqrt(2/pi) (x + 0.044715 x³), and its slope.
constexpr double kCube = 0.044715;
const double kRootTwoOverPi = std::sqrt(2.0 * std::numbers::inv_pi);
double inner(double x) noexcept { return kRootTwoOverPi * (x + kCube * x * x * x); }
double inner_slope(double x) noexcept { return kRootTwoOverPi * (1.0 + 3.0 * kCube * x * x); }

}  // namespace

double activation(MlpKind kind, double x) noexcept {
  switch (kind) {
    case MlpKind::kGelu: return 0.5 * x * (1.0 + std::erf(x / std::numbers::sqrt2));
    case MlpKind::kRelu: return x > 0.0 ? x : 0.0;
    case MlpKind::kSwiglu: return x / (1.0 + std::exp(-x));
    case MlpKind::kGeluTanh:
    case MlpKind::kGeglu: return 0.5 * x * (1.0 + std::tanh(inner(x)));
    case MlpKind::kGeluQuick: return x * sigmoid(1.702 * x);
    case MlpKind::kNone: break;
  }
  return x;
}

double activation_slope(MlpKind kind, double x) noexcept {
  switch (kind) {
    case MlpKind::kGelu:  // Phi(x) + x phi(x)
      return 0.5 * std::erfc(-x / std::numbers::sqrt2) +
             x * std::exp(-0.5 * x * x) * 0.5 * std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
    case MlpKind::kRelu: return x > 0.0 ? 1.0 : 0.0;
    case MlpKind::kSwiglu: {
      const double s = sigmoid(x);
      return s * (1.0 + x * (1.0 - s));
    }
    case MlpKind::kGeluTanh:
    case MlpKind::kGeglu: {
      const double t = std::tanh(inner(x));
      return 0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * inner_slope(x);
    }
    case MlpKind::kGeluQuick: {
      const double s = sigmoid(1.702 * x);
      return s + 1.702 * x * s * (1.0 - s);
    }
    case MlpKind::kNone: break;
  }
  return 1.0;
}

}  // namespace ap
