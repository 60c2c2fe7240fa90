// safetensors, reading only: the header is checked whole (as the reference implementation does, and
// a little stricter), then any window of any tensor can be had from the bytes that it needs alone.
// A tensor of a type that is not known is listed, and its numbers are refused. Leaves out writing.
// Format: github.com/huggingface/safetensors, README "Format".
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "io/arrays/npy.hpp"
#include "tensor/matrix.hpp"

namespace ap {

/// Bytes before the header's text: its length.
inline constexpr std::size_t kSafetensorsPrefix = 8;
/// The format allows 100 MB; a header of 5000 tensors takes 0.5.
inline constexpr std::uint64_t kMaxSafetensorsHeader = std::uint64_t{16} << 20;

struct SafeTensor {
  std::string name;
  std::string dtype;  // "F32", "BF16", ...
  std::vector<std::int64_t> shape;
  std::uint64_t offset = 0;  // of its first byte in the file
  std::uint64_t bytes = 0;
  std::uint32_t source = 0;  // which file, of a model that is cut into several
};

/// The length of the header's text, from the file's first 8 bytes and its size.
[[nodiscard]] Result<std::uint64_t> safetensors_header_bytes(std::span<const unsigned char> prefix,
                                                             std::uint64_t file_size,
                                                             std::string_view where);
/// `text`: the header, after the prefix. In the order of the file.
[[nodiscard]] Result<std::vector<SafeTensor>> read_safetensors_header(std::string_view text,
                                                                      std::uint64_t file_size,
                                                                      std::string_view where);

/// Floats of 8 (E4M3, E5M2, E8M0), 16, 32 and 64 bits, BF16, integers and bool can be read as
/// floats.
[[nodiscard]] bool readable(const SafeTensor& tensor) noexcept;
/// Why not; empty where it can.
[[nodiscard]] std::string unreadable_because(const SafeTensor& tensor);

/// Part of a tensor as a matrix: the last two dimensions at one index of those before them; one
/// dimension alone is a row.
struct Window {
  std::vector<std::int64_t> index;  // of the leading dimensions; missing ones are 0
  std::int64_t row = 0;
  std::int64_t col = 0;
  std::int64_t rows = 0;
  std::int64_t cols = 0;
};
/// Rows and columns of the matrix that windows are cut from.
struct Extent {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
};
[[nodiscard]] Extent matrix_extent(const std::vector<std::int64_t>& shape) noexcept;
/// How many such matrices lie before it, or kNotFound.
[[nodiscard]] Result<std::uint64_t> matrix_index(const std::vector<std::int64_t>& shape,
                                                 const Window& window, std::string_view where);

struct ByteRange {
  std::uint64_t offset = 0;  // in the file
  std::uint64_t size = 0;
  std::uint32_t source = 0;
};
/// What must be read for a window: runs that are near one another in one piece.
[[nodiscard]] Result<std::vector<ByteRange>> byte_ranges(const SafeTensor& tensor,
                                                         const Window& window);
/// The window's numbers; `pieces`: the bytes of byte_ranges, in its order.
[[nodiscard]] Result<Matrix> read_window(const SafeTensor& tensor, const Window& window,
                                         std::span<const Bytes> pieces);

}  // namespace ap
