#include "io/arrays/zip.hpp"

#include <algorithm>
#include <array>

#include "io/arrays/deflate.hpp"

namespace ap {
namespace {

constexpr std::uint32_t kLocal = 0x04034B50, kCentral = 0x02014B50, kEnd = 0x06054B50;
constexpr std::uint32_t kDeflated = 8, kEncryptedFlag = 1;
constexpr std::size_t kLocalSize = 30, kCentralSize = 46, kEndSize = 22;
/// Of a packed member that is only listed, so much is unpacked for its header.
constexpr std::size_t kFront = 1024;
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

/// Names are only shown and written again, never opened; still, none of these is an array's. A last
/// dot would make ".." of the name it is written under.
bool is_elsewhere(const std::string& file) {
  return file.empty() || file.front() == '/' || file.back() == '.' ||
         file.find("..") != std::string::npos || std::ranges::any_of(file, [](char c) {
           return c == '\\' || static_cast<unsigned char>(c) < 0x20;
         });
}

/// One member of the central directory at `at`, which it moves on; false if that is damaged.
bool read_directory(std::span<const unsigned char> bytes, std::size_t& at, NpzMember& member) {
  if (at > bytes.size() || bytes.size() - at < kCentralSize || get(bytes, at, 4) != kCentral)
    return false;
  const std::uint32_t flags = get(bytes, at + 8, 2), method = get(bytes, at + 10, 2);
  member.crc = get(bytes, at + 16, 4);
  member.packed = get(bytes, at + 20, 4);
  member.size = get(bytes, at + 24, 4);
  const std::size_t name_size = get(bytes, at + 28, 2);
  const std::size_t rest = name_size + get(bytes, at + 30, 2) + get(bytes, at + 32, 2);
  const std::size_t local = get(bytes, at + 42, 4);
  if (bytes.size() - at - kCentralSize < rest) return false;
  std::string file(reinterpret_cast<const char*>(bytes.data()) + at + kCentralSize, name_size);
  at += kCentralSize + rest;
  const bool array = file.ends_with(".npy");
  if (array) file.resize(file.size() - 4);
  member.deflated = method == kDeflated;
  std::string& problem = member.outline.problem;
  if (is_elsewhere(file)) {
    problem = "a member has a name that is a path elsewhere";
    std::ranges::replace_if(file, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, '?');
  } else if ((flags & kEncryptedFlag) != 0) {
    problem = "is encrypted";
  } else if (method != 0 && !member.deflated) {
    problem = "is compressed in a way other than numpy's";
  } else if (method == 0 && member.packed != member.size) {
    problem = "the archive's directory is damaged";
  } else if (bytes.size() < kLocalSize || local > bytes.size() - kLocalSize ||
             get(bytes, local, 4) != kLocal) {
    problem = "a member's header is damaged";
  } else {
    member.start = local + kLocalSize + get(bytes, local + 26, 2) + get(bytes, local + 28, 2);
    if (member.start > bytes.size() || bytes.size() - member.start < member.packed) {
      problem = "a member is cut off";
    } else if (!array && !file.ends_with('/')) {
      problem = "is no .npy file";
    }
  }
  member.name = std::move(file);
  return true;
}

std::string_view packed_text(std::span<const unsigned char> bytes, const NpzMember& member) {
  return {reinterpret_cast<const char*>(bytes.data()) + member.start, member.packed};
}

/// What its first bytes say; nothing is known yet of those after the header.
Result<NpyOutline> outline_front(std::span<const unsigned char> bytes, const NpzMember& member,
                                 std::string_view where) {
  if (!member.deflated) return outline_npy(bytes.subspan(member.start, member.packed), where);
  for (const std::size_t most : {kFront, kMaxNpyHeader + kFront}) {
    const std::string front = inflate_front(packed_text(bytes, member), most);
    auto outline =
        outline_npy({reinterpret_cast<const unsigned char*>(front.data()), front.size()}, where);
    if (outline || front.size() < most || most > kFront) return outline;
  }
  return fail(ErrorCode::kParse, "ends within its header", std::string(where));
}

/// Fills in the outline: from the whole member while `room` is left, else from its header.
void outline(std::span<const unsigned char> bytes, NpzMember& member, std::size_t& room,
             std::string_view where) {
  const auto found = [&]() -> Result<NpyOutline> {
    if (member.size > room) {
      room -= std::min(room, kFront);
      return outline_front(bytes, member, where);
    }
    room -= member.size;
    const auto data = unpack_npz(bytes, member, where);
    if (!data) return std::unexpected(data.error());
    auto whole = outline_npy(*data, where);
    if (!whole || !whole->problem.empty()) return whole;
    const auto array = read_npy(*data, where);
    if (!array) whole->problem = array.error().message;
    return whole;
  }();
  if (found) {
    member.outline = *found;
  } else {
    member.outline.problem = found.error().message;
  }
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

Result<std::vector<NpzMember>> list_npz(std::span<const unsigned char> bytes,
                                        std::string_view where) {
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
  std::vector<NpzMember> members;
  std::size_t at = start;
  // Members may share their bytes or pack them beyond belief: what is looked at in them is bounded.
  std::size_t room =
      std::max(bytes.size(), (std::size_t{1} << 20) + std::min(kMaxMember / 4, 200 * bytes.size()));
  for (std::uint32_t i = 0; i < count; ++i) {
    NpzMember member;
    if (!read_directory(bytes, at, member)) return bad("the archive's directory is damaged");
    if (member.name.ends_with('/') && member.outline.problem.empty()) continue;  // a folder
    if (member.outline.problem.empty())
      outline(bytes, member, room, std::string(where) + ":" + member.name + ".npy");
    members.push_back(std::move(member));
  }
  return members;
}

Result<Bytes> unpack_npz(std::span<const unsigned char> bytes, const NpzMember& member,
                         std::string_view where) {
  const auto bad = [&](const char* what, ErrorCode code = ErrorCode::kParse) {
    return fail(code, what, std::string(where));
  };
  const auto data = bytes.subspan(member.start, member.packed);
  Bytes out;
  if (member.deflated) {
    if (member.size > kMaxMember) return bad("unpacks to more than 256 MB", ErrorCode::kTooLarge);
    const auto done = inflate(packed_text(bytes, member), member.size);
    if (!done || done->size() != member.size) return bad("a member's packed bytes are damaged");
    out.assign(done->begin(), done->end());
  } else {
    out.assign(data.begin(), data.end());
  }
  if (crc32(out) != member.crc) return bad("a member's checksum does not fit");
  return out;
}

Result<NamedArrays> read_npz(std::span<const unsigned char> bytes, std::string_view where) {
  const auto members = list_npz(bytes, where);
  if (!members) return std::unexpected(members.error());
  NamedArrays arrays;
  std::size_t total = 0;
  for (const NpzMember& member : *members) {
    const std::string file = std::string(where) + ":" + member.name + ".npy";
    if (!member.outline.problem.empty())
      return fail(ErrorCode::kParse, member.outline.problem, file);
    total += member.deflated ? member.size : 0;
    if (total > kMaxMember) return fail(ErrorCode::kTooLarge, "unpacks to more than 256 MB", file);
    const auto data = unpack_npz(bytes, member, file);
    if (!data) return std::unexpected(data.error());
    auto array = read_npy(*data, file);
    if (!array) return std::unexpected(array.error());
    arrays.emplace_back(member.name, std::move(*array));
  }
  return arrays;
}

}  // namespace ap
