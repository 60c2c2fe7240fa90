// From a family's table, a configuration and the tensors' shapes: all that is to be known of a
// model before its numbers are read.
#pragma once

#include "exchange/models/recognise.hpp"

namespace ap {

[[nodiscard]] Result<Spec> read_spec(const TensorNames& names, const Config& config,
                                     std::string_view where);

/// Our matrix of a slot: rows x cols, as Model has it.
struct SlotShape {
  std::int64_t rows = 1;
  std::int64_t cols = 0;
  int heads = 1;  // that its columns are made of
  bool vector = false;
};
[[nodiscard]] SlotShape slot_shape(Slot slot, const Spec& spec) noexcept;
/// Q, K and V side by side: their columns together, and where the slot's begin.
[[nodiscard]] std::int64_t fused_columns(const Spec& spec) noexcept;
[[nodiscard]] std::int64_t fused_offset(Slot slot, const Spec& spec) noexcept;
/// 0, 1, 2: of Q, K, V.
[[nodiscard]] int third_of(Slot slot) noexcept;

}  // namespace ap
