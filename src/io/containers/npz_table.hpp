// .npz as a TensorTable: float64 and the integers become float32 where that is what they are for.
#pragma once

#include "io/containers/stored.hpp"

namespace ap {

[[nodiscard]] Result<TensorTable> read_npz_table(std::span<const unsigned char> bytes,
                                                 std::string_view where);

}  // namespace ap
