// The kernels of one instruction set as a table, and the buffers behind Scratch. Internal to
// tensor/: callers use kernels.hpp; tests use the override below to run every table this machine
// can.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "tensor/kernels.hpp"

namespace ap {

/// 64-byte aligned floats that only ever grow; the contents are lost when they do.
class GrowBuffer {
 public:
  GrowBuffer() = default;
  ~GrowBuffer();
  GrowBuffer(const GrowBuffer&) = delete;
  GrowBuffer& operator=(const GrowBuffer&) = delete;
  [[nodiscard]] float* need(std::size_t floats) noexcept;
  [[nodiscard]] std::size_t bytes() const noexcept { return capacity_ * sizeof(float); }

 private:
  float* data_ = nullptr;
  std::size_t capacity_ = 0;
};

struct Scratch::Impl {
  GrowBuffer a_panels;    // one block of A, tile rows interleaved
  GrowBuffer b_panels;    // one block of B, tile columns contiguous
  GrowBuffer row;         // running sums of a row product
  GrowBuffer key_panels;  // a head's keys, transposed, while its queries pass
  GrowBuffer value_panels;
};

struct KernelTable {
  std::string_view name;
  bool fused;  // madd rounds once
  void (*gemm)(ConstView a, ConstView b, View c, Scratch& scratch) noexcept;
  void (*gemm_bt)(ConstView a, ConstView b, View c, Scratch& scratch) noexcept;
  void (*gemm_at)(ConstView a, ConstView b, View c, Scratch& scratch) noexcept;
  void (*attention_head)(const HeadInput& in, const HeadStages& out, Scratch& scratch) noexcept;
  void (*add_row)(const float* x, float* y, int n) noexcept;
  void (*scale_row)(const float* x, float* y, int n, float s) noexcept;
  void (*sum_row)(const float* a, const float* b, float* y, int n) noexcept;
  void (*softcap_row)(const float* x, float* y, int n, float c) noexcept;
  void (*exp_row)(const float* x, float* y, int n) noexcept;
  void (*softmax_row)(const float* x, float* y, int n, float inv_temperature) noexcept;
  float (*sum)(const float* x, int n) noexcept;
};

/// The variant that every CPU this was compiled for can run.
[[nodiscard]] const KernelTable& base_kernels() noexcept;
/// AVX2 with FMA; null where it is not compiled in. The caller checks the CPU.
[[nodiscard]] const KernelTable* avx2_kernels() noexcept;

/// All tables that run on this machine, best first.
[[nodiscard]] std::span<const KernelTable* const> kernel_tables() noexcept;
/// Makes the named table the one behind kernels.hpp; false if this machine has none of that name.
bool set_kernel_variant_for_tests(std::string_view variant) noexcept;

}  // namespace ap
