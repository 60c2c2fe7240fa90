// Every stage of a trace as a named array: what npz, csv and json exports hold. Per-head stages are
// stacked, (heads, rows, cols); the others are (rows, cols). Stages that are off are left out.
#pragma once

#include <string>
#include <vector>

#include "attention/forward/trace.hpp"
#include "tensor/array.hpp"

namespace ap {

struct NamedTensor {
  std::string name;  // "embeddings", "layers.0.weights"
  int layer = 0;
  Stage stage = Stage::kEmbeddings;
  Array array;

  [[nodiscard]] int heads() const noexcept {
    return array.rank() == 3 ? static_cast<int>(array.shape[0]) : 1;
  }
};

/// In the order of the computation.
[[nodiscard]] std::vector<NamedTensor> named_tensors(const Trace& trace);
/// One stage of one layer, where it is off the one that it equals; kNotFound if there is none.
[[nodiscard]] Result<NamedTensor> named_tensor(const Trace& trace, int layer, Stage stage);

/// The shortest decimal that reads back as the same float; "nan", "inf", "-inf".
[[nodiscard]] std::string exact(float value);

}  // namespace ap
