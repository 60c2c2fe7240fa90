// GGUF, versions 2 and 3, little-endian: key-values and tensors of a model of llama.cpp, from the
// whole file's bytes. Tensors are F32, F16, BF16, Q8_0 or Q4_0; others are listed, not computed
// with. Leaves out version 1, big-endian files, files in parts and arrays of arrays. Format:
// github.com/ggml-org/ggml, docs/gguf.md.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "io/containers/stored.hpp"

namespace ap {

/// One value. Arrays of numbers and of true and false are held as doubles.
using GgufValue =
    std::variant<bool, double, std::string, std::vector<double>, std::vector<std::string>>;

struct Gguf {
  std::map<std::string, GgufValue, std::less<>> values;
  TensorTable tensors;

  /// Null where the key is absent or of another type.
  template <class T>
  [[nodiscard]] const T* find(std::string_view key) const noexcept {
    const auto at = values.find(key);
    return at == values.end() ? nullptr : std::get_if<T>(&at->second);
  }
};

[[nodiscard]] bool is_gguf(std::span<const unsigned char> bytes) noexcept;
/// The tensors' bytes stay where they are, kept alive by `file.owner`.
[[nodiscard]] Result<Gguf> read_gguf(const SharedBytes& file, std::string_view where);

}  // namespace ap
