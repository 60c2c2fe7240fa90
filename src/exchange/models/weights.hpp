// The numbers of a model: every part of a family's table as a matrix of ours, checked for its shape
// and for numbers that are none, and which tensors were of no use.
#pragma once

#include "exchange/models/spec.hpp"

namespace ap {

struct Weights {
  /// Parameters of the model, by slot; of the layers one a layer. Null: not there.
  std::map<Slot, std::vector<SharedMatrix>> matrices;
  std::vector<std::string> unused;  // tensors' names, buffers left out
  std::string stored;               // "F32", "F16 and F32": what the used tensors are stored as
  [[nodiscard]] SharedMatrix find(Slot slot, int layer = 0) const;
};

/// Bytes of all matrices as float32.
[[nodiscard]] std::uint64_t weight_bytes(const TensorNames& names, const Spec& spec);
[[nodiscard]] Result<Weights> read_weights(const TensorNames& names, const Spec& spec,
                                           std::string_view where);

}  // namespace ap
