#include "io/arrays/safetensors.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "io/arrays/half.hpp"
#include "playground/json/read.hpp"

namespace ap {
namespace {

using Json = nlohmann::json;

template <class T>
T load(const unsigned char* at) noexcept {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}
template <class T>
float cast(const unsigned char* at) noexcept {
  return static_cast<float>(load<T>(at));
}
/// One sign, four exponent and three mantissa bits; 0x7F alone is NaN, nothing is infinite.
float float_from_e4m3(const unsigned char* at) noexcept {
  const unsigned exponent = (*at >> 3) & 15U, mantissa = *at & 7U;
  const float size = (*at & 0x7FU) == 0x7FU ? std::numeric_limits<float>::quiet_NaN()
                     : exponent == 0        ? static_cast<float>(mantissa) * 0x1p-9F
                                            : std::ldexp(static_cast<float>(8U + mantissa),
                                                         static_cast<int>(exponent) - 10);
  return (*at & 0x80U) != 0 ? -size : size;
}

struct Kind {
  std::string_view name;
  std::uint64_t bytes;
  float (*number)(const unsigned char*) noexcept;
};
constexpr std::array<Kind, 16> kKinds{
    {{"F32", 4, load<float>},
     {"F16", 2,
      [](const unsigned char* at) noexcept { return float_from_half(load<std::uint16_t>(at)); }},
     {"BF16", 2,
      [](const unsigned char* at) noexcept {
        return float_from_bfloat16(load<std::uint16_t>(at));
      }},
     {"F64", 8, cast<double>},
     {"BOOL", 1, [](const unsigned char* at) noexcept { return *at != 0 ? 1.0F : 0.0F; }},
     {"U8", 1, cast<std::uint8_t>},
     {"I8", 1, cast<std::int8_t>},
     {"I16", 2, cast<std::int16_t>},
     {"U16", 2, cast<std::uint16_t>},
     {"I32", 4, cast<std::int32_t>},
     {"U32", 4, cast<std::uint32_t>},
     {"I64", 8, cast<std::int64_t>},
     {"U64", 8, cast<std::uint64_t>},
     {"F8_E4M3", 1, float_from_e4m3},
     // The upper half of a binary16.
     {"F8_E5M2", 1,
      [](const unsigned char* at) noexcept {
        return float_from_half(static_cast<std::uint16_t>(*at << 8));
      }},
     {"F8_E8M0", 1, [](const unsigned char* at) noexcept {
        return *at == 255 ? std::numeric_limits<float>::quiet_NaN() : std::ldexp(1.0F, *at - 127);
      }}}};

const Kind* kind_of(std::string_view name) noexcept {
  const auto* it = std::ranges::find(kKinds, name, &Kind::name);
  return it == kKinds.end() ? nullptr : it;
}

/// Runs nearer than this are read in one piece: a request costs more than the bytes between.
constexpr std::uint64_t kGap = 32768;
constexpr std::size_t kMaxRank = 8, kMaxListedRank = 32;
constexpr std::int64_t kMaxWindow = std::int64_t{64} << 20;

bool whole(const Json& json, std::uint64_t& out) {
  if (!json.is_number_unsigned()) return false;
  out = json.get_ref<const Json::number_unsigned_t&>();
  return true;
}

/// One entry; its offset is still that within the data.
Result<SafeTensor> read_entry(const std::string& name, const Json& json, std::string_view where) {
  const auto bad = [&](std::string message, ErrorCode code = ErrorCode::kParse) {
    return fail(code, "tensor '" + name.substr(0, 80) + "' " + message, std::string(where));
  };
  if (!json.is_object() || json.size() != 3 || !json.contains("dtype") || !json.contains("shape") ||
      !json.contains("data_offsets")) {
    return bad("needs dtype, shape and data_offsets");
  }
  const Json& dtype = json["dtype"];
  const Json& shape = json["shape"];
  const Json& offsets = json["data_offsets"];
  if (!dtype.is_string()) return bad("has no dtype");
  SafeTensor tensor;
  tensor.name = name;
  tensor.dtype = dtype.get_ref<const std::string&>();
  const Kind* kind = kind_of(tensor.dtype);
  if (!shape.is_array() || shape.size() > kMaxListedRank)
    return bad("has no shape of at most 32 dimensions");
  std::uint64_t bytes = kind != nullptr ? kind->bytes : 1;
  for (const Json& item : shape) {
    std::uint64_t d = 0;
    if (!whole(item, d)) return bad("has a dimension that is no whole number");
    // Also where a later 0 would make the product small: such a shape is meant to deceive.
    if (d > (std::uint64_t{1} << 62) ||
        __builtin_mul_overflow(bytes, std::max<std::uint64_t>(d, 1), &bytes)) {
      return bad("has a shape that is too large", ErrorCode::kTooLarge);
    }
    tensor.shape.push_back(static_cast<std::int64_t>(d));
  }
  if (std::ranges::find(tensor.shape, 0) != tensor.shape.end()) bytes = 0;
  std::uint64_t begin = 0, end = 0;
  if (!offsets.is_array() || offsets.size() != 2 || !whole(offsets[0], begin) ||
      !whole(offsets[1], end) || begin > end) {
    return bad("has data_offsets that are not [begin, end]");
  }
  if (kind == nullptr) bytes = end - begin;  // whatever an item of it takes
  if (end - begin != bytes) {
    return bad("of shape " + shape_text(tensor.shape) + " needs " + std::to_string(bytes) +
               " bytes, not " + std::to_string(end - begin));
  }
  tensor.offset = begin;
  tensor.bytes = bytes;
  return tensor;
}

/// The window lies in the matrix, and its numbers can be read. Gives the file offset of cell (0, 0)
/// of its matrix.
Result<std::uint64_t> check_window(const SafeTensor& tensor, const Window& w) {
  if (!readable(tensor))
    return fail(ErrorCode::kUnsupported, unreadable_because(tensor), tensor.name);
  const Extent extent = matrix_extent(tensor.shape);
  const auto inside = [](std::int64_t first, std::int64_t count, std::int64_t limit) {
    return first >= 0 && count >= 0 && first <= limit && count <= limit - first;
  };
  if (!inside(w.row, w.rows, extent.rows) || !inside(w.col, w.cols, extent.cols)) {
    return fail(ErrorCode::kShape, "the window does not lie in " + shape_text(tensor.shape),
                tensor.name);
  }
  if (w.rows > kMaxWindow || w.cols > kMaxWindow || w.rows * w.cols > kMaxWindow) {
    return fail(ErrorCode::kTooLarge,
                "more than 64 million numbers at once; choose one head, or a slice", tensor.name);
  }
  const auto index = matrix_index(tensor.shape, w, tensor.name);
  if (!index) return std::unexpected(index.error());
  const auto cells =
      static_cast<std::uint64_t>(extent.rows) * static_cast<std::uint64_t>(extent.cols);
  return tensor.offset + *index * cells * kind_of(tensor.dtype)->bytes;
}

}  // namespace

bool readable(const SafeTensor& tensor) noexcept {
  return kind_of(tensor.dtype) != nullptr && tensor.shape.size() <= kMaxRank;
}

std::string unreadable_because(const SafeTensor& tensor) {
  if (readable(tensor)) return {};
  if (tensor.shape.size() > kMaxRank) return "more than 8 dimensions cannot be read";
  return "numbers of type " + tensor.dtype.substr(0, 20) +
         " cannot be read; use float32, float16 or bfloat16";
}

Result<std::uint64_t> safetensors_header_bytes(std::span<const unsigned char> prefix,
                                               std::uint64_t file_size, std::string_view where) {
  const auto bad = [&](std::string message, ErrorCode code = ErrorCode::kParse) {
    return fail(code, std::move(message), std::string(where));
  };
  if (prefix.size() < kSafetensorsPrefix || file_size < kSafetensorsPrefix)
    return bad("is not a .safetensors file");
  const auto length = load<std::uint64_t>(prefix.data());
  if (length > file_size - kSafetensorsPrefix) return bad("ends within its header");
  if (length > kMaxSafetensorsHeader) {
    return bad("has a header of " + std::to_string(length >> 20) + " MB; the limit is 16 MB",
               ErrorCode::kTooLarge);
  }
  return length;
}

Result<std::vector<SafeTensor>> read_safetensors_header(std::string_view text,
                                                        std::uint64_t file_size,
                                                        std::string_view where) {
  const auto bad = [&](std::string message) {
    return fail(ErrorCode::kParse, std::move(message), std::string(where));
  };
  if (text.empty() || text.front() != '{') return bad("is not a .safetensors file");
  const auto json = parse_json(text);
  if (!json)
    return bad("header: " + json.error().message +
               (json.error().where.empty() ? "" : ", " + json.error().where));
  if (!json->is_object()) return bad("is not a .safetensors file");
  std::vector<SafeTensor> tensors;
  for (auto item = json->begin(); item != json->end(); ++item) {
    if (item.key() == "__metadata__") continue;
    auto tensor = read_entry(item.key(), item.value(), where);
    if (!tensor) return std::unexpected(tensor.error());
    tensors.push_back(std::move(*tensor));
  }
  // Every byte belongs to one tensor: no holes, no overlaps, nothing after the last.
  std::ranges::stable_sort(tensors, [](const SafeTensor& a, const SafeTensor& b) {
    return a.offset != b.offset ? a.offset < b.offset : a.bytes < b.bytes;
  });
  const std::uint64_t start = kSafetensorsPrefix + text.size();
  std::uint64_t at = 0;
  for (SafeTensor& tensor : tensors) {
    if (tensor.offset != at) {
      return bad("tensor '" + tensor.name.substr(0, 80) + "' " +
                 (tensor.offset < at ? "overlaps the one before it" : "leaves a hole before it"));
    }
    if (tensor.bytes > file_size - start - at)
      return bad("tensor '" + tensor.name.substr(0, 80) + "' is cut off");
    at += tensor.bytes;
    tensor.offset += start;
  }
  if (at != file_size - start)
    return bad("has " + std::to_string(file_size - start - at) + " bytes that belong to no tensor");
  return tensors;
}

Extent matrix_extent(const std::vector<std::int64_t>& shape) noexcept {
  if (shape.empty()) return {1, 1};
  if (shape.size() == 1) return {1, shape[0]};
  return {shape[shape.size() - 2], shape.back()};
}

Result<std::uint64_t> matrix_index(const std::vector<std::int64_t>& shape, const Window& window,
                                   std::string_view where) {
  std::uint64_t index = 0;
  for (std::size_t d = 0; d + 2 < shape.size(); ++d) {
    const std::int64_t at = d < window.index.size() ? window.index[d] : 0;
    if (at < 0 || at >= shape[d]) {
      return fail(ErrorCode::kNotFound,
                  "index " + std::to_string(at) + " of dimension " + std::to_string(d) +
                      " is not below " + std::to_string(shape[d]),
                  std::string(where));
    }
    index = index * static_cast<std::uint64_t>(shape[d]) + static_cast<std::uint64_t>(at);
  }
  return index;
}

Result<std::vector<ByteRange>> byte_ranges(const SafeTensor& tensor, const Window& w) {
  const auto start = check_window(tensor, w);
  if (!start) return std::unexpected(start.error());
  const std::uint64_t item = kind_of(tensor.dtype)->bytes;
  const auto stride = static_cast<std::uint64_t>(matrix_extent(tensor.shape).cols) * item;
  const std::uint64_t run = static_cast<std::uint64_t>(w.cols) * item;
  std::vector<ByteRange> ranges;
  for (std::int64_t i = 0; i < w.rows && run > 0; ++i) {
    const std::uint64_t from = *start + static_cast<std::uint64_t>(w.row + i) * stride +
                               static_cast<std::uint64_t>(w.col) * item;
    if (!ranges.empty() && from - (ranges.back().offset + ranges.back().size) < kGap) {
      ranges.back().size = from + run - ranges.back().offset;
    } else {
      ranges.push_back({from, run, tensor.source});
    }
  }
  return ranges;
}

Result<Matrix> read_window(const SafeTensor& tensor, const Window& w,
                           std::span<const Bytes> pieces) {
  const auto ranges = byte_ranges(tensor, w);
  if (!ranges) return std::unexpected(ranges.error());
  if (pieces.size() != ranges->size())
    return fail(ErrorCode::kIo, "not all of it was read", tensor.name);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (pieces[i].size() != (*ranges)[i].size)
      return fail(ErrorCode::kIo, "not all of it was read", tensor.name);
  }
  const auto start = check_window(tensor, w);
  const Kind& kind = *kind_of(tensor.dtype);
  const std::uint64_t item = kind.bytes;
  const auto stride = static_cast<std::uint64_t>(matrix_extent(tensor.shape).cols) * item;
  Matrix out(static_cast<int>(w.rows), static_cast<int>(w.cols));
  float* to = out.data();
  std::size_t piece = 0;
  for (std::int64_t i = 0; i < w.rows && w.cols > 0; ++i) {
    const std::uint64_t from = *start + static_cast<std::uint64_t>(w.row + i) * stride +
                               static_cast<std::uint64_t>(w.col) * item;
    while (from >= (*ranges)[piece].offset + (*ranges)[piece].size) ++piece;
    const unsigned char* at =
        pieces[piece].data() + static_cast<std::size_t>(from - (*ranges)[piece].offset);
    for (std::int64_t j = 0; j < w.cols; ++j, at += item) *to++ = kind.number(at);
  }
  return out;
}

}  // namespace ap
