#include "io/containers/stored.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "io/arrays/half.hpp"

namespace ap {
namespace {

constexpr int kBlock = 32;

std::uint16_t half_at(const unsigned char* at) noexcept {
  std::uint16_t bits;
  std::memcpy(&bits, at, sizeof bits);
  return bits;
}

void decode_q8(const unsigned char* at, std::int64_t blocks, float* out) noexcept {
  for (std::int64_t b = 0; b < blocks; ++b, at += 2 + kBlock, out += kBlock) {
    const float d = float_from_half(half_at(at));
    for (int i = 0; i < kBlock; ++i)
      out[i] = d * static_cast<float>(static_cast<std::int8_t>(at[2 + i]));
  }
}

/// The low halves of the 16 bytes are the first 16 numbers, the high halves the rest.
void decode_q4(const unsigned char* at, std::int64_t blocks, float* out) noexcept {
  for (std::int64_t b = 0; b < blocks; ++b, at += 2 + kBlock / 2, out += kBlock) {
    const float d = float_from_half(half_at(at));
    for (int i = 0; i < kBlock / 2; ++i) {
      out[i] = d * static_cast<float>((at[2 + i] & 0x0F) - 8);
      out[i + kBlock / 2] = d * static_cast<float>((at[2 + i] >> 4) - 8);
    }
  }
}

}  // namespace

SharedBytes SharedBytes::own(std::vector<unsigned char> bytes) {
  const auto owner = std::make_shared<const std::vector<unsigned char>>(std::move(bytes));
  return {owner, *owner};
}

std::string_view name(StoredType type) noexcept {
  switch (type) {
    case StoredType::kF32: return "F32";
    case StoredType::kF16: return "F16";
    case StoredType::kBF16: return "BF16";
    case StoredType::kQ8_0: return "Q8_0";
    case StoredType::kQ4_0: return "Q4_0";
    case StoredType::kOther: return "other";
  }
  return "other";
}

BlockSize block_size(StoredType type) noexcept {
  switch (type) {
    case StoredType::kF32: return {1, 4};
    case StoredType::kF16: return {1, 2};
    case StoredType::kBF16: return {1, 2};
    case StoredType::kQ8_0: return {kBlock, 2 + kBlock};
    case StoredType::kQ4_0: return {kBlock, 2 + kBlock / 2};
    case StoredType::kOther: return {1, 0};
  }
  return {};
}

Result<std::uint64_t> stored_bytes(StoredType type, std::span<const std::int64_t> shape,
                                   std::string_view where) {
  const BlockSize block = block_size(type);
  std::uint64_t numbers = 1;
  for (const std::int64_t d : shape) {
    if (d < 0 || d > (std::int64_t{1} << 40) ||
        __builtin_mul_overflow(numbers, static_cast<std::uint64_t>(d), &numbers) ||
        numbers > (std::uint64_t{1} << 60)) {
      return fail(ErrorCode::kTooLarge, "has a shape that is too large", std::string(where));
    }
  }
  const std::int64_t row = shape.empty() ? 1 : shape.back();
  if (row % block.numbers != 0) {
    return fail(ErrorCode::kShape,
                "has rows of " + std::to_string(row) + " numbers; " + std::string(name(type)) +
                    " needs multiples of " + std::to_string(block.numbers),
                std::string(where));
  }
  std::uint64_t bytes = 0;
  if (__builtin_mul_overflow(numbers / static_cast<std::uint64_t>(block.numbers),
                             static_cast<std::uint64_t>(block.bytes), &bytes))
    return fail(ErrorCode::kTooLarge, "has a shape that is too large", std::string(where));
  return bytes;
}

std::int64_t StoredTensor::size() const noexcept {
  std::int64_t n = 1;
  for (const std::int64_t d : shape) n *= d;
  return n;
}

Result<void> TensorTable::add(StoredTensor tensor, std::string_view where) {
  std::string key = tensor.name;
  const auto [at, added] = tensors_.try_emplace(std::move(key), std::move(tensor));
  if (!added) {
    return fail(ErrorCode::kParse, "tensor '" + at->first.substr(0, 80) + "' is there twice",
                std::string(where));
  }
  return {};
}

const StoredTensor* TensorTable::find(std::string_view name) const noexcept {
  const auto at = tensors_.find(name);
  return at == tensors_.end() ? nullptr : &at->second;
}

void decode(const StoredTensor& tensor, std::int64_t first, std::int64_t count,
            float* out) noexcept {
  const BlockSize block = block_size(tensor.type);
  assert(first % block.numbers == 0 && count % block.numbers == 0);
  const std::int64_t blocks = count / block.numbers;
  const unsigned char* at = tensor.data.bytes.data() + first / block.numbers * block.bytes;
  switch (tensor.type) {
    case StoredType::kF32: std::memcpy(out, at, static_cast<std::size_t>(count) * 4); return;
    case StoredType::kF16:
      for (std::int64_t i = 0; i < count; ++i) out[i] = float_from_half(half_at(at + 2 * i));
      return;
    case StoredType::kBF16:
      for (std::int64_t i = 0; i < count; ++i) out[i] = float_from_bfloat16(half_at(at + 2 * i));
      return;
    case StoredType::kQ8_0: decode_q8(at, blocks, out); return;
    case StoredType::kQ4_0: decode_q4(at, blocks, out); return;
    case StoredType::kOther: std::fill_n(out, count, 0.0F); return;
  }
}

}  // namespace ap
