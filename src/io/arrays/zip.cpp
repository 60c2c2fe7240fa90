#include "io/arrays/zip.hpp"

#include <algorithm>
#include <array>

#include "io/arrays/deflate.hpp"

namespace ap {
namespace {

constexpr std::uint32_t kLocal = 0x04034B50, kCentral = 0x02014B50, kEnd = 0x06054B50;
constexpr std::uint32_t kDeflated = 8;
constexpr std::size_t kLocalSize = 30, kCentralSize = 46, kEndSize = 22;
/// Unpacked bytes of an archive that is not stored as it is.
constexpr std::size_t kMaxUnpacked = std::size_t{64} << 20;
constexpr unsigned kFirstDay = (1U << 5) | 1U;  // 1980-01-01: the same bytes every time

void put(Bytes& out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<unsigned char>(value >> (8 * i)));
}

std::uint32_t get(std::span<const unsigned char> in, std::size_t at, int bytes) {
  std::uint32_t value = 0;
  for (int i = 0; i < bytes; ++i)
    value |= std::uint32_t{in[at + static_cast<std::size_t>(i)]} << (8 * i);
  return value;
}

/// The fields that local and central headers share.
void put_member(Bytes& out, std::uint32_t crc, std::size_t size, const std::string& file) {
  put(out, 20, 2);     // version needed
  put(out, 0x800, 2);  // names are UTF-8
  put(out, 0, 2);      // stored
  put(out, 0, 2);
  put(out, kFirstDay, 2);
  put(out, crc, 4);
  put(out, static_cast<std::uint32_t>(size), 4);
  put(out, static_cast<std::uint32_t>(size), 4);
  put(out, static_cast<std::uint32_t>(file.size()), 2);
  put(out, 0, 2);  // no extra field
}

/// One member of the central directory at `at`, which it moves on.
Result<std::pair<std::string, NpyArray>> read_member(std::span<const unsigned char> bytes,
                                                     std::size_t& at, std::size_t& room,
                                                     std::string_view where) {
  const auto bad = [&](const char* what, ErrorCode code = ErrorCode::kParse) {
    return fail(code, what, std::string(where));
  };
  if (bytes.size() - at < kCentralSize || get(bytes, at, 4) != kCentral)
    return bad("the archive's directory is damaged");
  const std::uint32_t method = get(bytes, at + 10, 2), crc = get(bytes, at + 16, 4);
  const std::size_t packed = get(bytes, at + 20, 4), size = get(bytes, at + 24, 4),
                    name_size = get(bytes, at + 28, 2);
  const std::size_t rest = name_size + get(bytes, at + 30, 2) + get(bytes, at + 32, 2);
  const std::size_t local = get(bytes, at + 42, 4);
  if (bytes.size() - at - kCentralSize < rest) return bad("the archive's directory is damaged");
  std::string file(reinterpret_cast<const char*>(bytes.data()) + at + kCentralSize, name_size);
  at += kCentralSize + rest;
  if (file.ends_with(".npy")) file.resize(file.size() - 4);
  // Names are only shown, never opened; still, none of these is an array's. A last dot would make
  // ".." of the name it is written under.
  if (file.empty() || file.front() == '/' || file.back() == '.' ||
      file.find("..") != std::string::npos || std::ranges::any_of(file, [](char c) {
        return c == '\\' || static_cast<unsigned char>(c) < 0x20;
      })) {
    return bad("a member has a name that is a path elsewhere");
  }
  if (method != 0 && method != kDeflated) {
    return bad("is compressed in a way other than numpy's", ErrorCode::kUnsupported);
  }
  if (method == 0 && packed != size) return bad("the archive's directory is damaged");
  if (bytes.size() < kLocalSize || local > bytes.size() - kLocalSize ||
      get(bytes, local, 4) != kLocal) {
    return bad("a member's header is damaged");
  }
  const std::size_t start =
      local + kLocalSize + get(bytes, local + 26, 2) + get(bytes, local + 28, 2);
  if (start > bytes.size() || bytes.size() - start < packed) return bad("a member is cut off");
  // Members may share their bytes or pack them beyond belief: what they unpack to is bounded.
  if (size > room)
    return bad("unpacks to more than numbers of this size would", ErrorCode::kTooLarge);
  room -= size;
  auto data = bytes.subspan(start, packed);
  std::string unpacked;
  if (method == kDeflated) {
    auto done = inflate({reinterpret_cast<const char*>(data.data()), data.size()}, size);
    if (!done || done->size() != size) return bad("a member's packed bytes are damaged");
    unpacked = std::move(*done);
    data = {reinterpret_cast<const unsigned char*>(unpacked.data()), unpacked.size()};
  }
  if (crc32(data) != crc) return bad("a member's checksum does not fit");
  auto array = read_npy(data, std::string(where) + ":" + file + ".npy");
  if (!array) return std::unexpected(array.error());
  return std::pair(std::move(file), std::move(*array));
}

}  // namespace

std::uint32_t crc32(std::span<const unsigned char> bytes) noexcept {
  static constexpr auto kTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t c = i;
      for (int k = 0; k < 8; ++k) c = (c & 1U) != 0 ? 0xEDB88320U ^ (c >> 1) : c >> 1;
      table[i] = c;
    }
    return table;
  }();
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const unsigned char b : bytes) crc = kTable[(crc ^ b) & 0xFFU] ^ (crc >> 8);
  return crc ^ 0xFFFFFFFFU;
}

Bytes write_npz(const NamedArrays& arrays) {
  Bytes out, directory;
  for (const auto& [name, array] : arrays) {
    const std::string file = name + ".npy";
    const Bytes data = write_npy(array);
    const std::uint32_t crc = crc32(data);
    const std::size_t offset = out.size();
    put(out, kLocal, 4);
    put_member(out, crc, data.size(), file);
    out.insert(out.end(), file.begin(), file.end());
    out.insert(out.end(), data.begin(), data.end());
    put(directory, kCentral, 4);
    put(directory, 20, 2);  // made by
    put_member(directory, crc, data.size(), file);
    put(directory, 0, 2);  // comment
    put(directory, 0, 2);  // disk
    put(directory, 0, 2);  // attributes
    put(directory, 0, 4);
    put(directory, static_cast<std::uint32_t>(offset), 4);
    directory.insert(directory.end(), file.begin(), file.end());
  }
  const auto start = static_cast<std::uint32_t>(out.size());
  out.insert(out.end(), directory.begin(), directory.end());
  put(out, kEnd, 4);
  put(out, 0, 4);  // one disk
  put(out, static_cast<std::uint32_t>(arrays.size()), 2);
  put(out, static_cast<std::uint32_t>(arrays.size()), 2);
  put(out, static_cast<std::uint32_t>(directory.size()), 4);
  put(out, start, 4);
  put(out, 0, 2);
  return out;
}

Result<NamedArrays> read_npz(std::span<const unsigned char> bytes, std::string_view where) {
  const auto bad = [&](const char* what, ErrorCode code = ErrorCode::kParse) {
    return fail(code, what, std::string(where));
  };
  if (bytes.size() < kEndSize) return bad("is not an .npz file");
  // The end record is last, but for a comment of at most 65535 bytes.
  std::size_t end = bytes.size() - kEndSize;
  const std::size_t lowest = end > 65535 ? end - 65535 : 0;
  while (end > lowest && get(bytes, end, 4) != kEnd) --end;
  if (get(bytes, end, 4) != kEnd) return bad("is not an .npz file");
  const std::uint32_t count = get(bytes, end + 10, 2), start = get(bytes, end + 16, 4);
  if (count == 0xFFFFU || start == 0xFFFFFFFFU)
    return bad("is a ZIP64 archive", ErrorCode::kUnsupported);
  NamedArrays arrays;
  std::size_t at = start;
  std::size_t room =
      std::max(bytes.size(), std::min(kMaxUnpacked, (std::size_t{1} << 20) + 200 * bytes.size()));
  for (std::uint32_t i = 0; i < count; ++i) {
    if (at > bytes.size()) return bad("the archive's directory is damaged");
    auto member = read_member(bytes, at, room, where);
    if (!member) return std::unexpected(member.error());
    arrays.push_back(std::move(*member));
  }
  return arrays;
}

}  // namespace ap
