// The kernels of the baseline instruction set, the choice of the best table, and Scratch.
#include <array>
#include <bit>
#include <cstdlib>
#include <new>

#include "tensor/head_impl.hpp"
#include "tensor/kernels.hpp"
#include "tensor/simd.hpp"
#include "tensor/variant.hpp"

namespace ap {
namespace {

#if defined(__wasm_relaxed_simd__)
using Base = simd::WasmRelaxed;
#elif defined(__wasm_simd128__)
using Base = simd::Wasm128;
#else
using Base = simd::Generic128;
#endif

constexpr KernelTable kBase = simd::table<Base>();

bool cpu_has_avx2() noexcept {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
#else
  return false;
#endif
}

struct Tables {
  std::array<const KernelTable*, 2> all{};
  std::size_t count = 0;
  Tables() noexcept {
    if (avx2_kernels() != nullptr && cpu_has_avx2()) all[count++] = avx2_kernels();
    all[count++] = &kBase;
  }
};

const Tables& tables() noexcept {
  static const Tables found;
  return found;
}

const KernelTable*& current() noexcept {
  static const KernelTable* table = tables().all[0];
  return table;
}

}  // namespace

const KernelTable& base_kernels() noexcept { return kBase; }

std::span<const KernelTable* const> kernel_tables() noexcept {
  return {tables().all.data(), tables().count};
}

bool set_kernel_variant_for_tests(std::string_view variant) noexcept {
  for (const KernelTable* table : kernel_tables()) {
    if (table->name == variant) {
      current() = table;
      return true;
    }
  }
  return false;
}

GrowBuffer::~GrowBuffer() { std::free(data_); }

float* GrowBuffer::need(std::size_t floats) noexcept {
  if (floats > capacity_) {
    constexpr std::size_t kLine = 64;
    const std::size_t bytes = (floats * sizeof(float) + kLine - 1) / kLine * kLine;
    std::free(data_);
    data_ = static_cast<float*>(std::aligned_alloc(kLine, bytes));
    if (data_ == nullptr) std::abort();  // sizes are checked against the limit before any forward
    capacity_ = bytes / sizeof(float);
  }
  return data_;
}

Scratch::Scratch() : impl_(std::make_unique<Impl>()) {}
Scratch::~Scratch() = default;
Scratch::Scratch(Scratch&&) noexcept = default;
Scratch& Scratch::operator=(Scratch&&) noexcept = default;

std::size_t Scratch::bytes() const noexcept {
  return impl_->a_panels.bytes() + impl_->b_panels.bytes() + impl_->row.bytes() +
         impl_->key_panels.bytes() + impl_->value_panels.bytes();
}

std::string_view kernel_variant() noexcept { return current()->name; }

void gemm(ConstView a, ConstView b, View c, Scratch& scratch) noexcept {
  assert(a.rows == c.rows && a.cols == b.rows && b.cols == c.cols);
  current()->gemm(a, b, c, scratch);
}
void gemm_bt(ConstView a, ConstView b, View c, Scratch& scratch) noexcept {
  assert(a.rows == c.rows && a.cols == b.cols && b.rows == c.cols);
  current()->gemm_bt(a, b, c, scratch);
}
void gemm_at(ConstView a, ConstView b, View c, Scratch& scratch) noexcept {
  assert(a.cols == c.rows && a.rows == b.rows && b.cols == c.cols);
  current()->gemm_at(a, b, c, scratch);
}
void attention_head(const HeadInput& in, const HeadStages& out, Scratch& scratch) noexcept {
  assert(in.q.cols == in.k.cols && in.k.rows == in.v.rows);
  assert(out.scores.rows == in.q.rows && out.scores.cols == in.k.rows);
  assert(out.weights.rows == in.q.rows && out.weights.cols == in.k.rows);
  assert(out.out.rows == in.q.rows && out.out.cols == in.v.cols);
  current()->attention_head(in, out, scratch);
}
bool same_bits(const float* a, const float* b, int n) noexcept {
  // Not memcmp: in wasm it goes byte by byte. A chunk at a time is made vectors of; the first cell,
  // because matrices that differ everywhere are common.
  const auto bits = [](float x) { return std::bit_cast<std::uint32_t>(x); };
  if (n > 0 && bits(a[0]) != bits(b[0])) return false;
  constexpr int kChunk = 256;
  for (int i = 0; i < n; i += kChunk) {
    const int end = std::min(n, i + kChunk);
    std::uint32_t different = 0;
    for (int j = i; j < end; ++j) {
      different |= bits(a[j]) ^ bits(b[j]);
    }
    if (different != 0) return false;
  }
  return true;
}
void add_row(const float* x, float* y, int n) noexcept { current()->add_row(x, y, n); }
void scale_row(const float* x, float* y, int n, float s) noexcept {
  current()->scale_row(x, y, n, s);
}
void sum_row(const float* a, const float* b, float* y, int n) noexcept {
  current()->sum_row(a, b, y, n);
}
void softcap_row(const float* x, float* y, int n, float c) noexcept {
  current()->softcap_row(x, y, n, c);
}
void exp_row(const float* x, float* y, int n) noexcept { current()->exp_row(x, y, n); }
void softmax_row(const float* x, float* y, int n, float inv_temperature) noexcept {
  current()->softmax_row(x, y, n, inv_temperature);
}
float sum(const float* x, int n) noexcept { return current()->sum(x, n); }

}  // namespace ap
