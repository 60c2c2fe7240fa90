// .npz: a ZIP archive of .npy files. Written stored, as numpy.savez does; read stored or deflated
// (numpy.savez_compressed). First a list, for which of large members no more than the header is
// unpacked; then one member at a time, so that what is unpacked at once is bounded and the ratio of
// packing is not. A member that cannot be read is listed with the reason. Leaves out ZIP64.
// Format: PKWARE APPNOTE 6.3.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "io/arrays/npy.hpp"

namespace ap {

/// One file in an archive.
struct NpzMember {
  std::string name;    // without ".npy"
  NpyOutline outline;  // its `problem` is also what is wrong with the member itself
  std::size_t start = 0, packed = 0, size = 0;
  std::uint32_t crc = 0;
  bool deflated = false;
};
/// Unpacked bytes of one member.
inline constexpr std::size_t kMaxMember = std::size_t{256} << 20;

[[nodiscard]] Result<std::vector<NpzMember>> list_npz(std::span<const unsigned char> bytes,
                                                      std::string_view where);
/// The .npy file that a member is. `bytes`: the archive.
[[nodiscard]] Result<Bytes> unpack_npz(std::span<const unsigned char> bytes,
                                       const NpzMember& member, std::string_view where);

using NamedArrays = std::vector<std::pair<std::string, NpyArray>>;

/// Names without ".npy".
[[nodiscard]] Bytes write_npz(const NamedArrays& arrays);
/// All of it, no more than kMaxMember; the first member that cannot be read is an error.
[[nodiscard]] Result<NamedArrays> read_npz(std::span<const unsigned char> bytes,
                                           std::string_view where);

/// CRC-32 as ZIP and PNG use it.
[[nodiscard]] std::uint32_t crc32(std::span<const unsigned char> bytes) noexcept;

}  // namespace ap
