// NumPy's .npy format, versions 1 to 3, as bytes <-> values: no files here. Reads little- and
// big-endian floats of 16, 32 and 64 bits, bfloat16 (ml_dtypes writes it as V2), integers of 8 to
// 64 bits, bool and, as words, text; in C or Fortran order, headers of Python 2 too. Writes version
// 1, C order, little-endian. Safe on any bytes: nothing is allocated that the bytes do not hold.
// Format: numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "tensor/array.hpp"

namespace ap {

using Bytes = std::vector<unsigned char>;

enum class Dtype {
  kFloat32,
  kFloat16,
  kFloat64,
  kBool,
  kInt32,
  kInt64,
  kBfloat16,
  kInt8,
  kInt16,
  kUint8,
  kUint16,
  kUint32,
  kUint64
};
/// "float32", "bool", ...
[[nodiscard]] std::string_view name(Dtype dtype) noexcept;
[[nodiscard]] std::size_t item_size(Dtype dtype) noexcept;
/// Signed or not; bool is none.
[[nodiscard]] bool is_integer(Dtype dtype) noexcept;

/// Row-major, little-endian.
struct NpyArray {
  Dtype dtype = Dtype::kFloat32;
  std::vector<std::int64_t> shape;
  Bytes data;

  [[nodiscard]] std::size_t size() const noexcept { return data.size() / item_size(dtype); }
};

inline constexpr std::size_t kMaxNpyHeader = 65536;
inline constexpr std::size_t kMaxNpyDimensions = 32;

/// `where` names the source in errors: a file name, an option.
[[nodiscard]] Result<NpyArray> read_npy(std::span<const unsigned char> bytes,
                                        std::string_view where);
[[nodiscard]] Bytes write_npy(const NpyArray& array);

/// What the header alone says, for lists. `bytes` may end anywhere after it.
struct NpyOutline {
  std::string dtype;  // "float32", "str", "object", "record", or as the file writes it
  std::vector<std::int64_t> shape;
  std::string problem;  // why it cannot be read as numbers; empty: it can
  bool text = false;    // read_npy_texts reads it
  bool boolean = false;
};
[[nodiscard]] Result<NpyOutline> outline_npy(std::span<const unsigned char> bytes,
                                             std::string_view where);
/// A list of texts (NumPy's U and S, of one dimension at most).
[[nodiscard]] Result<std::vector<std::string>> read_npy_texts(std::span<const unsigned char> bytes,
                                                              std::string_view where);

/// Any dtype as floats (bool 0 and 1; float64 and the integers rounded).
[[nodiscard]] Array to_array(const NpyArray& array);
/// Integers only; kRange for what int64 does not hold.
[[nodiscard]] Result<std::vector<std::int64_t>> to_integers(const NpyArray& array,
                                                            std::string_view where);
/// An attention mask as what is added to scores: bool true = attend = 0, false = -inf; floats as
/// they are. Integers of 0 and 1 are as booleans; others are refused: they could mean either.
[[nodiscard]] Result<Array> to_additive_mask(const NpyArray& array, std::string_view where);

/// Floats as float32, or rounded to float16.
[[nodiscard]] NpyArray to_npy(const Array& array, Dtype dtype = Dtype::kFloat32);

}  // namespace ap
