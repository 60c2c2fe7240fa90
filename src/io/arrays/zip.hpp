// .npz: a ZIP archive of .npy files. Written stored, as numpy.savez does; read stored or deflated
// (numpy.savez_compressed, up to 64 MB unpacked). ZIP64 is refused with a clear error.
// Format: PKWARE APPNOTE 6.3.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "io/arrays/npy.hpp"

namespace ap {

using NamedArrays = std::vector<std::pair<std::string, NpyArray>>;

/// Names without ".npy".
[[nodiscard]] Bytes write_npz(const NamedArrays& arrays);
[[nodiscard]] Result<NamedArrays> read_npz(std::span<const unsigned char> bytes,
                                           std::string_view where);

/// CRC-32 as ZIP and PNG use it.
[[nodiscard]] std::uint32_t crc32(std::span<const unsigned char> bytes) noexcept;

}  // namespace ap
