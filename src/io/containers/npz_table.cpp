#include "io/containers/npz_table.hpp"

#include <cstring>

#include "io/arrays/zip.hpp"

namespace ap {
namespace {

/// float64 as float32, rounded once.
Bytes narrowed(const NpyArray& array) {
  const Array floats = to_array(array);
  Bytes bytes(floats.data.size() * sizeof(float));
  if (!bytes.empty()) std::memcpy(bytes.data(), floats.data.data(), bytes.size());
  return bytes;
}

}  // namespace

Result<TensorTable> read_npz_table(std::span<const unsigned char> bytes, std::string_view where) {
  auto arrays = read_npz(bytes, where);
  if (!arrays) return std::unexpected(arrays.error());
  TensorTable table;
  for (auto& [key, array] : *arrays) {
    StoredTensor t{key, StoredType::kOther, std::string(name(array.dtype)), array.shape, {}};
    if (array.dtype == Dtype::kFloat64) {
      t.type = StoredType::kF32;
      t.data = SharedBytes::own(narrowed(array));
    } else {
      if (array.dtype == Dtype::kFloat32) t.type = StoredType::kF32;
      if (array.dtype == Dtype::kFloat16) t.type = StoredType::kF16;
      t.data = SharedBytes::own(std::move(array.data));
    }
    if (auto ok = table.add(std::move(t), where); !ok) return std::unexpected(ok.error());
  }
  return table;
}

}  // namespace ap
