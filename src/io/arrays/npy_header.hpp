// The header of an .npy file: a Python literal such as
// {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
#pragma once

#include <string_view>

#include "io/arrays/npy.hpp"

namespace ap {

struct NpyHeader {
  Dtype dtype = Dtype::kFloat32;
  bool big_endian = false;
  bool fortran_order = false;
  std::vector<std::int64_t> shape;
};

[[nodiscard]] Result<NpyHeader> parse_npy_header(std::string_view text, std::string_view where);
[[nodiscard]] std::string npy_header_text(Dtype dtype, const std::vector<std::int64_t>& shape);

}  // namespace ap
