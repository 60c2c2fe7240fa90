// Tensors as a model's file has them: name, type, shape and the bytes where they lie, without a
// copy. Every container (GGUF, safetensors whole or in shards, llama2.c, npz) becomes one
// TensorTable. Blocks: github.com/ggml-org/ggml, block_q8_0 and block_q4_0. Leaves out the other
// block types.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace ap {

/// Bytes and what keeps them alive: a file that was read once, shared by all its tensors.
struct SharedBytes {
  std::shared_ptr<const void> owner;
  std::span<const unsigned char> bytes;

  [[nodiscard]] SharedBytes part(std::uint64_t offset, std::uint64_t size) const noexcept {
    return {owner, bytes.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(size))};
  }
  /// Takes the bytes over.
  [[nodiscard]] static SharedBytes own(std::vector<unsigned char> bytes);
};

enum class StoredType : std::uint8_t {
  kF32,
  kF16,
  kBF16,
  kQ8_0,   // 32 numbers: a half scale d, then 32 int8 q; d q
  kQ4_0,   // 32 numbers: a half scale d, then 16 bytes of two q each; d (q - 8)
  kOther,  // integers and what cannot be computed with: buffers, ids
};
/// "F32", ..., "other".
[[nodiscard]] std::string_view name(StoredType type) noexcept;
/// Numbers in one block, and its bytes; 1 and the item's size where there are no blocks.
struct BlockSize {
  int numbers = 1;
  int bytes = 0;
};
[[nodiscard]] BlockSize block_size(StoredType type) noexcept;
/// Bytes of a tensor of this type and shape (outermost first); kShape where rows are no whole
/// blocks, kTooLarge where they cannot be counted.
[[nodiscard]] Result<std::uint64_t> stored_bytes(StoredType type,
                                                 std::span<const std::int64_t> shape,
                                                 std::string_view where);

struct StoredTensor {
  std::string name;
  StoredType type = StoredType::kOther;
  std::string dtype;                // as the file calls it
  std::vector<std::int64_t> shape;  // row-major, the outermost first
  SharedBytes data;

  [[nodiscard]] std::int64_t size() const noexcept;  // numbers
};

/// The tensors by name, and where they came from.
class TensorTable {
 public:
  /// kParse for a name that is already there.
  [[nodiscard]] Result<void> add(StoredTensor tensor, std::string_view where);
  [[nodiscard]] const StoredTensor* find(std::string_view name) const noexcept;
  [[nodiscard]] const std::map<std::string, StoredTensor, std::less<>>& tensors() const noexcept {
    return tensors_;
  }

 private:
  std::map<std::string, StoredTensor, std::less<>> tensors_;
};

/// `count` numbers from number `first` on as floats, exactly; both multiples of the block's length.
void decode(const StoredTensor& tensor, std::int64_t first, std::int64_t count,
            float* out) noexcept;

}  // namespace ap
