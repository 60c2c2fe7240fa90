// The kernels behind a small C interface for the bench page; one build for each variant.
#include <emscripten/emscripten.h>

#include <memory>

#include "common/forward.hpp"
#include "common/peak.hpp"

namespace {

#if defined(__wasm_relaxed_simd__)
using V = ap::simd::WasmRelaxed;
#else
using V = ap::simd::Wasm128;
#endif

std::unique_ptr<ap::bench::Forward> forward;
std::unique_ptr<ap::Matrix> gemm_a, gemm_b, gemm_c;
ap::Scratch gemm_scratch;
float sink;

}  // namespace

extern "C" {

EMSCRIPTEN_KEEPALIVE void forward_make(int t, int d, int h) {
  forward.reset();
  forward = std::make_unique<ap::bench::Forward>(t, d, h);
}
EMSCRIPTEN_KEEPALIVE void forward_free() { forward.reset(); }
EMSCRIPTEN_KEEPALIVE void forward_run() { forward->run(); }
EMSCRIPTEN_KEEPALIVE double forward_flops() { return forward->flops(); }
EMSCRIPTEN_KEEPALIVE double forward_bytes() { return static_cast<double>(forward->trace_bytes()); }
EMSCRIPTEN_KEEPALIVE double forward_scratch() {
  return static_cast<double>(forward->scratch.bytes());
}
/// x w_q w_k w_v w_o q k v concat output, then for each head scores, scaled, weights.
EMSCRIPTEN_KEEPALIVE float* forward_data(int tensor) {
  ap::Matrix* fixed[] = {&forward->x, &forward->w_q, &forward->w_k, &forward->w_v, &forward->w_o,
                         &forward->q, &forward->k,   &forward->v,   &forward->concat,
                         &forward->output};
  if (tensor < 10) return fixed[tensor]->data();
  const auto h = static_cast<std::size_t>((tensor - 10) / 3);
  switch ((tensor - 10) % 3) {
    case 0: return forward->scores[h].data();
    case 1: return forward->scaled[h].data();
    default: return forward->weights[h].data();
  }
}

EMSCRIPTEN_KEEPALIVE void gemm_make(int m, int k, int n) {
  gemm_a = std::make_unique<ap::Matrix>(ap::Matrix::Zero(m, k));
  gemm_b = std::make_unique<ap::Matrix>(ap::Matrix::Zero(k, n));
  gemm_c = std::make_unique<ap::Matrix>(ap::Matrix::Zero(m, n));
}
EMSCRIPTEN_KEEPALIVE float* gemm_data(int which) {
  return which == 0 ? gemm_a->data() : which == 1 ? gemm_b->data() : gemm_c->data();
}
EMSCRIPTEN_KEEPALIVE void gemm_run() {
  ap::gemm(ap::view(std::as_const(*gemm_a)), ap::view(std::as_const(*gemm_b)), ap::view(*gemm_c),
           gemm_scratch);
}

EMSCRIPTEN_KEEPALIVE void peak_chains(int rounds) {
  sink = ap::bench::Peak<V>::chains(rounds, 0.5F);
}
EMSCRIPTEN_KEEPALIVE double peak_chains_flops(int rounds) {
  return rounds * ap::bench::Peak<V>::kChainFlops;
}
EMSCRIPTEN_KEEPALIVE void peak_fed(int rounds) {
  alignas(64) static float kilobyte[256];
  for (int i = 0; i < 256; ++i) kilobyte[i] = 0.001F * static_cast<float>(i);
  sink = ap::bench::Peak<V>::fed(rounds, kilobyte);
}
EMSCRIPTEN_KEEPALIVE double peak_fed_flops(int rounds) {
  return rounds * ap::bench::Peak<V>::kFedFlops * ap::bench::Peak<V>::kFedStepsPerRound;
}
EMSCRIPTEN_KEEPALIVE float peak_sink() { return sink; }

}  // extern "C"
