// The core behind a small C interface for the bench page; one build for each variant.
#include <emscripten/emscripten.h>
#include <malloc.h>
#include <memory>
#include <string>

#include "common/peak.hpp"
#include "common/session.hpp"

namespace {

#if defined(__wasm_relaxed_simd__)
using V = ap::simd::WasmRelaxed;
#else
using V = ap::simd::Wasm128;
#endif

std::unique_ptr<ap::bench::Session> session;
std::unique_ptr<ap::Matrix> incoming;
std::unique_ptr<ap::Matrix> gemm_a, gemm_b, gemm_c;
ap::Scratch gemm_scratch;
float sink;

}  // namespace

extern "C" {

EMSCRIPTEN_KEEPALIVE void session_make(int t, int d, int h, int masked) {
  session.reset();
  session = std::make_unique<ap::bench::Session>(t, d, h, masked != 0);
}
EMSCRIPTEN_KEEPALIVE void session_free() { session.reset(); }
EMSCRIPTEN_KEEPALIVE void session_full() { session->full(); }
EMSCRIPTEN_KEEPALIVE void session_prepare_edit(int kind) { session->prepare_edit(kind); }
EMSCRIPTEN_KEEPALIVE void session_edit(int kind) { session->edit(kind); }
EMSCRIPTEN_KEEPALIVE int session_edit_is_exact(int kind) {
  return session->edit_is_exact(kind) ? 1 : 0;
}
EMSCRIPTEN_KEEPALIVE double session_flops() { return session->flops(); }
EMSCRIPTEN_KEEPALIVE double session_trace_bytes() {
  return static_cast<double>(session->trace().bytes());
}
EMSCRIPTEN_KEEPALIVE double session_given_bytes() {
  return static_cast<double>(session->given_bytes());
}
EMSCRIPTEN_KEEPALIVE double session_scratch_bytes() {
  return static_cast<double>(session->scratch_bytes());
}

/// What malloc has given out and not got back.
EMSCRIPTEN_KEEPALIVE double heap_in_use() { return static_cast<double>(mallinfo().uordblks); }
/// What is said to a model whose trace would pass the limit: 4096 tokens, 32 heads.
EMSCRIPTEN_KEEPALIVE const char* too_large() {
  static std::string text;
  ap::Model model;
  model.width = 64;
  model.heads = model.kv_heads = 32;
  model.key_width = model.value_width = 2;
  const ap::SharedMatrix square = ap::share(ap::Matrix::Zero(64, 64));
  ap::Layer layer;
  for (ap::Linear* w : {&layer.q, &layer.k, &layer.v, &layer.o}) w->weight = square;
  model.layers.push_back(layer);
  ap::Input input;
  input.embeddings = ap::share(ap::Matrix::Zero(4096, 64));
  const auto valid = ap::validate(model, input);
  text = valid ? "" : valid.error().message;
  return text.c_str();
}

/// x, w_q, w_k, w_v, w_o from the page: memory to fill, then taken over.
EMSCRIPTEN_KEEPALIVE float* incoming_make(int rows, int cols) {
  incoming = std::make_unique<ap::Matrix>(rows, cols);
  return incoming->data();
}
EMSCRIPTEN_KEEPALIVE void incoming_take(int which) { session->set(which, std::move(*incoming)); }
EMSCRIPTEN_KEEPALIVE void session_refresh() { session->refresh(); }
EMSCRIPTEN_KEEPALIVE const float* session_weights() {
  return session->trace().layers[0].weights.data();
}
EMSCRIPTEN_KEEPALIVE const float* session_output() {
  return session->trace().layers[0].projected.data();
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

EMSCRIPTEN_KEEPALIVE void peak_run(int rounds) { sink = ap::bench::Peak<V>::run(rounds); }
EMSCRIPTEN_KEEPALIVE double peak_flops(int rounds) {
  return rounds * ap::bench::Peak<V>::kRoundFlops;
}
EMSCRIPTEN_KEEPALIVE float peak_sink() { return sink; }

}  // extern "C"
