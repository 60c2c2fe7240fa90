// Tiles of tile_wasm.S, for those vector types and sizes that have one there.
#pragma once

#include <cstddef>

#include "tensor/simd.hpp"

namespace ap::simd {

/// Where kThere, run() is Tile<V, kRows, kRegs>::run for a packed A and a whole tile of C; stride
/// in floats.
template <class V, int kRows, int kRegs>
struct HandTile {
  static constexpr bool kThere = false;
};

#if defined(AP_HAND_TILES)
extern "C" void ap_tile_3x12(const float* strip, const float* panel, int depth, float* c,
                             int stride, int first) noexcept;
template <>
struct HandTile<Wasm128, 3, 3> {
  static constexpr bool kThere = true;
  static AP_INLINE void run(const float* strip, const float* panel, int depth, float* c,
                            std::ptrdiff_t stride, bool first) noexcept {
    constexpr int kFloat = sizeof(float);
    ap_tile_3x12(strip, panel, depth, c, static_cast<int>(stride) * kFloat, first ? 1 : 0);
  }
};
#endif

}  // namespace ap::simd
