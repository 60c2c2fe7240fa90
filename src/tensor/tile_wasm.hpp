// Tiles of tile_wasm.S, for those vector types and sizes that have one there.
#pragma once

#include <cstddef>

#include "tensor/simd.hpp"

namespace ap::simd {

/// Where kThere, run() does what Tile<V, kRows, kRegs>::run does for a packed A, for whole tiles.
template <class V, int kRows, int kRegs>
struct HandTiles {
  static constexpr bool kThere = false;
};

#if defined(AP_HAND_TILES)

/// C as `down` x `across` whole tiles, row-major, rows `stride` floats apart.
struct TileGrid {
  float* c;
  std::ptrdiff_t stride;
  int down;
  int across;
};

using HandTile = void(const float* strip, const float* panel, int depth, float* c, int stride,
                      int first, int count, int strip_step, int panel_step, int c_step);
extern "C" HandTile ap_tiles_3x12, ap_tiles_4x8, ap_tiles_6x8;

template <class V, int kRows, int kRegs, HandTile kTile>
struct HandTilesBy {
  static constexpr bool kThere = true;

  /// One panel stays while strips pass, or several stay while one strip does.
  static void run(const float* strips, const float* panels, int depth, const TileGrid& to,
                  bool first) noexcept {
    constexpr int kFloat = sizeof(float);
    constexpr int kWidth = kRegs * V::kLanes;
    const int stride = static_cast<int>(to.stride) * kFloat;
    const int strip = depth * kRows;
    if (to.across == 1) {
      kTile(strips, panels, depth, to.c, stride, first, to.down, 0, -depth * kWidth * kFloat,
            kRows * stride);
    } else {
      for (int i = 0; i < to.down; ++i) {
        kTile(strips + i * strip, panels, depth, to.c + i * kRows * to.stride, stride, first,
              to.across, -strip * kFloat, 0, kWidth * kFloat);
      }
    }
  }
};

#if defined(__wasm_relaxed_simd__)
template <>
struct HandTiles<WasmRelaxed, 6, 2> : HandTilesBy<WasmRelaxed, 6, 2, ap_tiles_6x8> {};
#else
template <>
struct HandTiles<Wasm128, 3, 3> : HandTilesBy<Wasm128, 3, 3, ap_tiles_3x12> {};
template <>
struct HandTiles<Wasm128, 4, 2> : HandTilesBy<Wasm128, 4, 2, ap_tiles_4x8> {};
#endif

#endif

}  // namespace ap::simd
