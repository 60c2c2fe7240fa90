// The header of an .npy file: a Python literal such as
// {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
// A type that is no number is no error here: its name stands in `descr`.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "io/arrays/npy.hpp"

namespace ap {

struct NpyHeader {
  Dtype dtype = Dtype::kFloat32;
  std::string descr;  // as written; "record" for a list of fields
  bool known = true;  // dtype is what descr says
  bool big_endian = false;
  bool fortran_order = false;
  std::vector<std::int64_t> shape;
};

inline constexpr std::array<unsigned char, 6> kNpyMagic{0x93, 'N', 'U', 'M', 'P', 'Y'};

/// A file's header, and where its items begin.
struct NpyFront {
  NpyHeader header;
  std::size_t start = 0;
};
[[nodiscard]] Result<NpyFront> read_npy_front(std::span<const unsigned char> bytes,
                                              std::string_view where);
/// The part of `bytes` that holds the items, if it is as long as they are, `size` bytes each.
[[nodiscard]] Result<std::span<const unsigned char>> npy_items(std::span<const unsigned char> bytes,
                                                               const NpyFront& front,
                                                               std::size_t size,
                                                               std::string_view type,
                                                               std::string_view where);
/// What a type that is no number is called, and what to do about it.
[[nodiscard]] std::pair<std::string, std::string> describe_npy_type(const NpyHeader& header);

[[nodiscard]] Result<NpyHeader> parse_npy_header(std::string_view text, std::string_view where);
[[nodiscard]] std::string npy_header_text(Dtype dtype, const std::vector<std::int64_t>& shape);

}  // namespace ap
