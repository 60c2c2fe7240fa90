// What the fuzz targets share. A target calls a reader with any bytes; libFuzzer and the sanitizers
// see to crashes, leaks, time (-timeout) and memory (-rss_limit_mb).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

namespace ap::fuzz {

inline std::string_view text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}
inline std::span<const unsigned char> bytes(const std::uint8_t* data, std::size_t size) {
  return {data, size};
}

/// What must hold whatever the input; a violation is a crash to libFuzzer.
inline void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace ap::fuzz

#define AP_FUZZ_TARGET(data, size) \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
