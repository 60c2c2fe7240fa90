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

constexpr std::array<unsigned char, 6> kMagic{0x93, 'N', 'U', 'M', 'P', 'Y'};

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
  }
  return 0.0F;
}

/// Bytes that shape and dtype need, or none if that is no size_t.
bool byte_count(const NpyHeader& header, std::size_t& bytes) {
  std::uint64_t size = item_size(header.dtype);
  const bool empty = std::ranges::find(header.shape, 0) != header.shape.end();
  for (const std::int64_t d : header.shape) {
    if (!empty && __builtin_mul_overflow(size, static_cast<std::uint64_t>(d), &size)) return false;
  }
  if (empty) size = 0;
  bytes = static_cast<std::size_t>(size);
  return size <= std::numeric_limits<std::size_t>::max() / 2;
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
  constexpr std::array<std::string_view, 6> kNames{"float32", "float16", "float64",
                                                   "bool",    "int32",   "int64"};
  return kNames[static_cast<std::size_t>(dtype)];
}

std::size_t item_size(Dtype dtype) noexcept {
  constexpr std::array<std::size_t, 6> kSizes{4, 2, 8, 1, 4, 8};
  return kSizes[static_cast<std::size_t>(dtype)];
}

Result<NpyArray> read_npy(std::span<const unsigned char> bytes, std::string_view where) {
  const auto bad = [&](std::string message, ErrorCode code = ErrorCode::kParse) {
    return fail(code, std::move(message), std::string(where));
  };
  if (bytes.size() < 10 || !std::equal(kMagic.begin(), kMagic.end(), bytes.begin())) {
    return bad("is not an .npy file");
  }
  const int version = bytes[6];
  if (version < 1 || version > 3) {
    return bad("is of .npy version " + std::to_string(version) + "; 1 to 3 are known",
               ErrorCode::kUnsupported);
  }
  std::size_t start = version == 1 ? 10 : 12;
  if (bytes.size() < start) return bad("ends within its header");
  std::size_t length = bytes[8] + (std::size_t{bytes[9]} << 8);
  if (version > 1) length += (std::size_t{bytes[10]} << 16) + (std::size_t{bytes[11]} << 24);
  if (length > kMaxNpyHeader) {
    return bad("has a header of " + std::to_string(length) + " bytes; the limit is " +
                   std::to_string(kMaxNpyHeader),
               ErrorCode::kTooLarge);
  }
  if (bytes.size() - start < length) return bad("ends within its header");
  const std::string text(bytes.begin() + static_cast<std::ptrdiff_t>(start),
                         bytes.begin() + static_cast<std::ptrdiff_t>(start + length));
  auto header = parse_npy_header(text, where);
  if (!header) return std::unexpected(header.error());

  const std::span<const unsigned char> data = bytes.subspan(start + length);
  std::size_t needed = 0;
  if (!byte_count(*header, needed))
    return bad("shape " + shape_text(header->shape) + " is too large", ErrorCode::kTooLarge);
  if (data.size() != needed) {
    return bad("shape " + shape_text(header->shape) + " of " + std::string(name(header->dtype)) +
               " needs " + std::to_string(needed) + " bytes, there are " +
               std::to_string(data.size()));
  }
  NpyArray array{header->dtype, std::move(header->shape), {}};
  const std::size_t size = item_size(array.dtype);
  array.data = header->fortran_order && array.shape.size() > 1
                   ? from_fortran(data, array.shape, size)
                   : Bytes(data.begin(), data.end());
  if (header->big_endian && size > 1) {
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
  Bytes bytes(kMagic.begin(), kMagic.end());
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
  if (array.dtype != Dtype::kInt32 && array.dtype != Dtype::kInt64) {
    return fail(ErrorCode::kUnsupported,
                "is " + std::string(name(array.dtype)) + ", needs int64 or int32",
                std::string(where));
  }
  std::vector<std::int64_t> out(array.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = array.dtype == Dtype::kInt32 ? item<std::int32_t>(array.data.data(), i)
                                          : item<std::int64_t>(array.data.data(), i);
  }
  return out;
}

Result<Array> to_additive_mask(const NpyArray& array, std::string_view where) {
  if (array.dtype == Dtype::kInt32 || array.dtype == Dtype::kInt64) {
    return fail(
        ErrorCode::kUnsupported,
        "is " + std::string(name(array.dtype)) + "; needs bool (true = attend) or floats (added)",
        std::string(where));
  }
  Array out = to_array(array);
  if (array.dtype == Dtype::kBool) {
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
