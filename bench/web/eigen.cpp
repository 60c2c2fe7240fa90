// Eigen's own product on the same work, compiled to wasm with the same flags: what one gets without
// writing kernels.
#include <Eigen/Core>
#include <cmath>
#include <emscripten/emscripten.h>
#include <memory>
#include <vector>

namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

struct Forward {
  int heads = 0;
  Matrix x, w_q, w_k, w_v, w_o, q, k, v, concat, output;
  std::vector<Matrix> scores, scaled, weights;
};
Forward f;
Matrix a, b, c;

}  // namespace

extern "C" {

EMSCRIPTEN_KEEPALIVE void session_make(int t, int d, int h) {
  f = Forward{};
  f.heads = h;
  for (Matrix* m : {&f.x, &f.q, &f.k, &f.v, &f.concat, &f.output}) *m = Matrix::Zero(t, d);
  for (Matrix* m : {&f.w_q, &f.w_k, &f.w_v, &f.w_o}) *m = Matrix::Zero(d, d);
  for (auto* stage : {&f.scores, &f.scaled, &f.weights}) {
    stage->assign(static_cast<std::size_t>(h), Matrix::Zero(t, t));
  }
}
EMSCRIPTEN_KEEPALIVE void session_free() { f = Forward{}; }
EMSCRIPTEN_KEEPALIVE float* forward_data(int tensor) {
  Matrix* fixed[] = {&f.x, &f.w_q, &f.w_k, &f.w_v, &f.w_o, &f.q, &f.k, &f.v, &f.concat, &f.output};
  return fixed[tensor]->data();
}
EMSCRIPTEN_KEEPALIVE void session_full() {
  f.q.noalias() = f.x * f.w_q;
  f.k.noalias() = f.x * f.w_k;
  f.v.noalias() = f.x * f.w_v;
  const Eigen::Index width = f.q.cols() / f.heads;
  const float scale = 1.0F / std::sqrt(static_cast<float>(width));
  for (int h = 0; h < f.heads; ++h) {
    const auto i = static_cast<std::size_t>(h);
    f.scores[i].noalias() =
        f.q.middleCols(h * width, width) * f.k.middleCols(h * width, width).transpose();
    f.scaled[i] = f.scores[i] * scale;
    for (Eigen::Index r = 0; r < f.scaled[i].rows(); ++r) {
      const auto row = f.scaled[i].row(r).array();
      f.weights[i].row(r) = (row - row.maxCoeff()).exp();
      f.weights[i].row(r) /= f.weights[i].row(r).sum();
    }
    f.concat.middleCols(h * width, width).noalias() =
        f.weights[i] * f.v.middleCols(h * width, width);
  }
  f.output.noalias() = f.concat * f.w_o;
}

EMSCRIPTEN_KEEPALIVE void gemm_make(int m, int k, int n) {
  a = Matrix::Zero(m, k);
  b = Matrix::Zero(k, n);
  c = Matrix::Zero(m, n);
}
EMSCRIPTEN_KEEPALIVE float* gemm_data(int which) {
  return which == 0 ? a.data() : which == 1 ? b.data() : c.data();
}
EMSCRIPTEN_KEEPALIVE void gemm_run() { c.noalias() = a * b; }

}  // extern "C"
