#include "io/arrays/npy.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>

#include "io/arrays/half.hpp"
#include "io/arrays/npy_header.hpp"

namespace ap {
namespace {

static_assert(std::endian::native == std::endian::little, "arrays are copied as they are");

template <class T>
T item(const unsigned char* data, std::size_t index) noexcept {
  T value;
  std::memcpy(&value, data + index * sizeof(T), sizeof(T));
  return value;
}

float item_as_float(const NpyArray& a, std::size_t i) noexcept {
  const unsigned char* data = a.data.data();
  switch (a.dtype) {
    case Dtype::kFloat32: return item<float>(data, i);
    case Dtype::kFloat16: return float_from_half(item<std::uint16_t>(data, i));
    case Dtype::kFloat64: return static_cast<float>(item<double>(data, i));
    case Dtype::kBool: return data[i] != 0 ? 1.0F : 0.0F;
    case Dtype::kInt32: return static_cast<float>(item<std::int32_t>(data, i));
    case Dtype::kInt64: return static_cast<float>(item<std::int64_t>(data, i));
    case Dtype::kBfloat16: return float_from_bfloat16(item<std::uint16_t>(data, i));
    case Dtype::kInt8: return static_cast<float>(item<std::int8_t>(data, i));
    case Dtype::kInt16: return static_cast<float>(item<std::int16_t>(data, i));
    case Dtype::kUint8: return static_cast<float>(data[i]);
    case Dtype::kUint16: return static_cast<float>(item<std::uint16_t>(data, i));
    case Dtype::kUint32: return static_cast<float>(item<std::uint32_t>(data, i));
    case Dtype::kUint64: return static_cast<float>(item<std::uint64_t>(data, i));
  }
  return 0.0F;
}

/// False for what int64 does not hold.
bool item_as_integer(const NpyArray& a, std::size_t i, std::int64_t& out) noexcept {
  const unsigned char* data = a.data.data();
  switch (a.dtype) {
    case Dtype::kInt64: out = item<std::int64_t>(data, i); return true;
    case Dtype::kUint32: out = item<std::uint32_t>(data, i); return true;
    case Dtype::kUint64: out = item<std::int64_t>(data, i); return out >= 0;
    case Dtype::kInt32: out = item<std::int32_t>(data, i); return true;
    // A float has every smaller integer.
    default: out = static_cast<std::int64_t>(item_as_float(a, i)); return true;
  }
}

/// Column-major bytes in row-major order: the last index runs fastest.
Bytes from_fortran(std::span<const unsigned char> data, const std::vector<std::int64_t>& shape,
                   std::size_t size) {
  Bytes out(data.size());
  const std::size_t rank = shape.size();
  std::array<std::size_t, kMaxNpyDimensions> index{}, step{1};
  for (std::size_t d = 1; d < rank; ++d)
    step[d] = step[d - 1] * static_cast<std::size_t>(shape[d - 1]);
  std::size_t from = 0;
  for (std::size_t to = 0; to < data.size(); to += size) {
    std::memcpy(out.data() + to, data.data() + from * size, size);
    for (std::size_t d = rank; d-- > 0;) {
      from += step[d];
      if (++index[d] < static_cast<std::size_t>(shape[d])) break;
      from -= step[d] * index[d];
      index[d] = 0;
    }
  }
  return out;
}

}  // namespace

std::string_view name(Dtype dtype) noexcept {
  constexpr std::array<std::string_view, 13> kNames{
      "float32", "float16", "float64", "bool",   "int32",  "int64", "bfloat16",
      "int8",    "int16",   "uint8",   "uint16", "uint32", "uint64"};
  return kNames[static_cast<std::size_t>(dtype)];
}

std::size_t item_size(Dtype dtype) noexcept {
  constexpr std::array<std::size_t, 13> kSizes{4, 2, 8, 1, 4, 8, 2, 1, 2, 1, 2, 4, 8};
  return kSizes[static_cast<std::size_t>(dtype)];
}

bool is_integer(Dtype dtype) noexcept {
  return dtype == Dtype::kInt32 || dtype == Dtype::kInt64 || dtype > Dtype::kBfloat16;
}

Result<NpyArray> read_npy(std::span<const unsigned char> bytes, std::string_view where) {
  auto front = read_npy_front(bytes, where);
  if (!front) return std::unexpected(front.error());
  NpyHeader& header = front->header;
  if (!header.known)
    return fail(ErrorCode::kUnsupported, "header: " + describe_npy_type(header).second,
                std::string(where));
  const std::size_t size = item_size(header.dtype);
  const auto data = npy_items(bytes, *front, size, name(header.dtype), where);
  if (!data) return std::unexpected(data.error());
  NpyArray array{header.dtype, std::move(header.shape), {}};
  array.data = header.fortran_order && array.shape.size() > 1
                   ? from_fortran(*data, array.shape, size)
                   : Bytes(data->begin(), data->end());
  if (header.big_endian && size > 1) {
    for (std::size_t i = 0; i < array.data.size(); i += size) {
      std::reverse(array.data.begin() + static_cast<std::ptrdiff_t>(i),
                   array.data.begin() + static_cast<std::ptrdiff_t>(i + size));
    }
  }
  return array;
}

Bytes write_npy(const NpyArray& array) {
  std::string header = npy_header_text(array.dtype, array.shape);
  constexpr std::size_t kStart = 10;
  // Data begins at a multiple of 64, so that it can be mapped.
  header.append(63 - (kStart + header.size()) % 64, ' ');
  header += '\n';
  Bytes bytes(kNpyMagic.begin(), kNpyMagic.end());
  bytes.reserve(kStart + header.size() + array.data.size());
  bytes.push_back(1);
  bytes.push_back(0);
  bytes.push_back(static_cast<unsigned char>(header.size() & 0xFFU));
  bytes.push_back(static_cast<unsigned char>(header.size() >> 8));
  bytes.insert(bytes.end(), header.begin(), header.end());
  bytes.insert(bytes.end(), array.data.begin(), array.data.end());
  return bytes;
}

Array to_array(const NpyArray& array) {
  Array out{array.shape, std::vector<float>(array.size())};
  if (array.dtype == Dtype::kFloat32) {
    if (!array.data.empty()) std::memcpy(out.data.data(), array.data.data(), array.data.size());
    return out;
  }
  for (std::size_t i = 0; i < out.data.size(); ++i) out.data[i] = item_as_float(array, i);
  return out;
}

Result<std::vector<std::int64_t>> to_integers(const NpyArray& array, std::string_view where) {
  if (!is_integer(array.dtype)) {
    return fail(ErrorCode::kUnsupported,
                "is " + std::string(name(array.dtype)) + ", needs int64 or int32",
                std::string(where));
  }
  std::vector<std::int64_t> out(array.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (!item_as_integer(array, i, out[i]))
      return fail(ErrorCode::kRange, "a number is too large", std::string(where));
  }
  return out;
}

Result<Array> to_additive_mask(const NpyArray& array, std::string_view where) {
  Array out = to_array(array);
  const bool integers = is_integer(array.dtype);
  const auto zero_or_one = [](float x) { return x == 0.0F || x == 1.0F; };
  const bool attend =
      !out.data.empty() && std::all_of(out.data.begin(), out.data.end(), zero_or_one);
  if (integers && !attend) {
    return fail(ErrorCode::kUnsupported,
                "is " + std::string(name(array.dtype)) +
                    "; needs bool (true = attend), 0 and 1, or floats (added)",
                std::string(where));
  }
  if (integers || array.dtype == Dtype::kBool) {
    for (float& x : out.data) x = x != 0.0F ? 0.0F : -std::numeric_limits<float>::infinity();
  }
  return out;
}

NpyArray to_npy(const Array& array, Dtype dtype) {
  NpyArray out{dtype, array.shape, Bytes(array.data.size() * item_size(dtype))};
  if (dtype == Dtype::kFloat16) {
    for (std::size_t i = 0; i < array.data.size(); ++i) {
      const std::uint16_t half = half_from_float(array.data[i]);
      std::memcpy(out.data.data() + 2 * i, &half, 2);
    }
    return out;
  }
  out.dtype = Dtype::kFloat32;
  out.data.resize(array.data.size() * sizeof(float));
  if (!out.data.empty()) std::memcpy(out.data.data(), array.data.data(), out.data.size());
  return out;
}

}  // namespace ap
