// The measured computation on bare kernels: multi-head attention forward, four projections, every stage
// kept. No model, mask or trace: what is timed is the tensor layer.
#pragma once

#include <cmath>
#include <vector>

#include "tensor/kernels.hpp"

namespace ap::bench {

struct Forward {
  Forward(int t, int d, int h)
      : rows(t), heads(h), width(d / h), scale(1.0F / std::sqrt(static_cast<float>(d / h))) {
    for (Matrix* m : {&x, &q, &k, &v, &concat, &output}) *m = Matrix::Zero(t, d);
    for (Matrix* m : {&w_q, &w_k, &w_v, &w_o}) *m = Matrix::Zero(d, d);
    for (auto* stage : {&scores, &scaled, &weights}) {
      stage->assign(static_cast<std::size_t>(h), Matrix::Zero(t, t));
    }
  }

  void run() noexcept {
    gemm(read(x), read(w_q), view(q), scratch);
    gemm(read(x), read(w_k), view(k), scratch);
    gemm(read(x), read(w_v), view(v), scratch);
    for (int h = 0; h < heads; ++h) {
      const auto i = static_cast<std::size_t>(h);
      const HeadInput in{head(q, h), head(k, h), head(v, h), scale};
      HeadStages out;
      out.scores = view(scores[i]);
      out.scaled = view(scaled[i]);
      out.weights = view(weights[i]);
      out.out = view(concat).block(0, h * width, rows, width);
      attention_head(in, out, scratch);
    }
    gemm(read(concat), read(w_o), view(output), scratch);
  }

  /// Multiply-adds counted twice; softmax not counted.
  [[nodiscard]] double flops() const {
    const double t = rows, d = static_cast<double>(heads) * width;
    return 8.0 * t * d * d + 4.0 * t * t * d;
  }
  [[nodiscard]] std::size_t trace_bytes() const {
    const auto t = static_cast<std::size_t>(rows);
    const auto d = static_cast<std::size_t>(heads) * static_cast<std::size_t>(width);
    return (6 * t * d + 4 * d * d + 3 * static_cast<std::size_t>(heads) * t * t) * sizeof(float);
  }

  int rows, heads, width;
  float scale;
  Matrix x, w_q, w_k, w_v, w_o, q, k, v, concat, output;
  std::vector<Matrix> scores, scaled, weights;
  Scratch scratch;

 private:
  static ConstView read(const Matrix& m) { return view(m); }
  [[nodiscard]] ConstView head(const Matrix& m, int h) const {
    return view(m).block(0, h * width, rows, width);
  }
};

}  // namespace ap::bench
