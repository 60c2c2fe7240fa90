#include "playground/lessons/sequence.hpp"

#include <cmath>

#include "base/rng.hpp"

namespace ap {
namespace {

/// Rows times matrices, counting every multiply-add that is done.
struct Counter {
  double multiply_adds = 0;

  /// out += x w
  void product(const float* x, const Matrix& w, float* out) {
    for (Eigen::Index j = 0; j < w.cols(); ++j) {
      for (Eigen::Index i = 0; i < w.rows(); ++i) {
        out[j] += x[i] * w(i, j);
        ++multiply_adds;
      }
    }
  }
};

Matrix random_matrix(Eigen::Index width, std::uint64_t seed) {
  Rng rng(seed);
  Matrix m(width, width);
  const float spread = 1.0F / std::sqrt(static_cast<float>(width));
  for (Eigen::Index i = 0; i < m.size(); ++i) m.data()[i] = spread * rng.normal();
  return m;
}

Matrix recurrent(const Matrix& x, Counter& count) {
  const Matrix w = random_matrix(x.cols(), 1);
  const Matrix u = 0.9F * random_matrix(x.cols(), 2);
  Matrix h = Matrix::Zero(x.rows(), x.cols());
  for (Eigen::Index t = 0; t < x.rows(); ++t) {
    count.product(x.row(t).data(), w, h.row(t).data());
    if (t > 0) count.product(h.row(t - 1).data(), u, h.row(t).data());
    h.row(t) = h.row(t).array().tanh();
  }
  return h;
}

Matrix convolution(Matrix x, Counter& count, int layers) {
  for (int layer = 0; layer < layers; ++layer) {
    Matrix y = Matrix::Zero(x.rows(), x.cols());
    for (int k = -1; k <= 1; ++k) {
      const Matrix w = random_matrix(x.cols(), static_cast<std::uint64_t>(10 * layer + k + 2));
      for (Eigen::Index t = 0; t < x.rows(); ++t) {
        const Eigen::Index from = t + k;
        if (from >= 0 && from < x.rows()) count.product(x.row(from).data(), w, y.row(t).data());
      }
    }
    x = y.array().tanh();
  }
  return x;
}

Matrix attended(const Matrix& x, Counter& count) {
  Matrix parts[3];
  for (std::uint64_t i = 0; i < 3; ++i) {
    parts[i] = Matrix::Zero(x.rows(), x.cols());
    const Matrix w = random_matrix(x.cols(), 20 + i);
    for (Eigen::Index t = 0; t < x.rows(); ++t)
      count.product(x.row(t).data(), w, parts[i].row(t).data());
  }
  const Matrix keys = parts[1].transpose();
  const float scale = 1.0F / std::sqrt(static_cast<float>(x.cols()));
  Matrix mixed = Matrix::Zero(x.rows(), x.cols());
  Matrix row(1, x.rows());
  for (Eigen::Index t = 0; t < x.rows(); ++t) {
    row.setZero();
    count.product(parts[0].row(t).data(), keys, row.data());
    row = (scale * (row.array() - row.maxCoeff())).exp();
    row /= row.sum();
    count.product(row.data(), parts[2], mixed.row(t).data());
  }
  const Matrix o = random_matrix(x.cols(), 23);
  Matrix y = Matrix::Zero(x.rows(), x.cols());
  for (Eigen::Index t = 0; t < x.rows(); ++t)
    count.product(mixed.row(t).data(), o, y.row(t).data());
  return y;
}

}  // namespace

std::optional<SequenceRun> run_sequence(std::string_view kind, const Matrix& x) {
  constexpr int kLayers = 2;
  const auto run = [&](const Matrix& in, Counter& count) {
    return kind == "rnn"   ? recurrent(in, count)
           : kind == "cnn" ? convolution(in, count, kLayers)
                           : attended(in, count);
  };
  if (kind != "rnn" && kind != "cnn" && kind != "attention") return std::nullopt;
  // Plain loops: what would take longer than a moment is not run.
  if (x.rows() == 0 || x.rows() > 256 || x.cols() > 128) return std::nullopt;
  SequenceRun result;
  Counter count;
  const Matrix y = run(x, count);
  result.multiply_adds = count.multiply_adds;
  result.depth = kind == "rnn" ? static_cast<double>(x.rows()) : kind == "cnn" ? kLayers : 1;
  const Eigen::Index last = x.rows() - 1;
  const auto moved = [&](Eigen::Index word) {
    Matrix other = x;
    other.row(word) *= -1;
    Counter ignored;
    return static_cast<double>((run(other, ignored).row(last) - y.row(last)).norm());
  };
  const double own = moved(last);
  result.reach = own > 0 ? moved(0) / own : 0;
  return result;
}

}  // namespace ap
