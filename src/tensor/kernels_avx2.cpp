// The kernels for x86 with AVX2 and FMA. Compiled for that instruction set whatever the build's
// flags; everything that others might share inline is included before the switch.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

#include "tensor/variant.hpp"

#if defined(__x86_64__) && !defined(__wasm__)

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx2,fma")
#endif

#include "tensor/head_impl.hpp"
#include "tensor/simd_avx2.hpp"

namespace ap {

static constexpr KernelTable kAvx2 = simd::table<simd::Avx2>();

const KernelTable* avx2_kernels() noexcept { return &kAvx2; }

}  // namespace ap

#if defined(__clang__)
#pragma clang attribute pop
#endif

#else

namespace ap {
const KernelTable* avx2_kernels() noexcept { return nullptr; }
}  // namespace ap

#endif
