#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstring>

#include "base/rng.hpp"
#include "io/arrays/half.hpp"
#include "io/arrays/safetensors.hpp"

using namespace ap;

namespace {

using Shape = std::vector<std::int64_t>;

Bytes prefix(std::uint64_t length) {
  Bytes out(8);
  std::memcpy(out.data(), &length, 8);
  return out;
}

std::string message(const Error& error) { return error.where + ": " + error.message; }

/// `header` and so many bytes after it.
std::string refused(const std::string& header, std::uint64_t bytes) {
  const auto got = read_safetensors_header(header, 8 + header.size() + bytes, "m.safetensors");
  return got ? "no error" : message(got.error());
}

std::string one(const char* dtype, const char* shape, const char* offsets) {
  return std::string(R"({"a":{"dtype":")") + dtype + R"(","shape":)" + shape +
         R"(,"data_offsets":)" + offsets + "}}";
}

std::string shape_json(const Shape& shape) {
  std::string out = "[";
  for (const std::int64_t d : shape) out += (out.size() > 1 ? "," : "") + std::to_string(d);
  return out + "]";
}

/// One number in a type, exactly.
void append(Bytes& out, std::string_view dtype, float value) {
  const auto put = [&](auto x) {
    unsigned char raw[sizeof x];
    std::memcpy(raw, &x, sizeof x);
    out.insert(out.end(), raw, raw + sizeof x);
  };
  if (dtype == "F32") put(value);
  if (dtype == "F64") put(static_cast<double>(value));
  if (dtype == "F16") put(half_from_float(value));
  if (dtype == "BF16") {
    std::uint32_t bits = 0;
    std::memcpy(&bits, &value, 4);
    put(static_cast<std::uint16_t>(bits >> 16));
  }
  if (dtype == "I8") put(static_cast<std::int8_t>(value));
  if (dtype == "U8" || dtype == "BOOL") put(static_cast<std::uint8_t>(value));
  if (dtype == "I16") put(static_cast<std::int16_t>(value));
  if (dtype == "U16") put(static_cast<std::uint16_t>(value));
  if (dtype == "I32") put(static_cast<std::int32_t>(value));
  if (dtype == "U32") put(static_cast<std::uint32_t>(value));
}

struct File {
  Bytes bytes;
  std::vector<SafeTensor> tensors;
};

File file_of(const std::string& header, const Bytes& data) {
  File file{prefix(header.size()), {}};
  file.bytes.insert(file.bytes.end(), header.begin(), header.end());
  file.bytes.insert(file.bytes.end(), data.begin(), data.end());
  const auto length = safetensors_header_bytes(file.bytes, file.bytes.size(), "m");
  REQUIRE(length);
  REQUIRE(*length == header.size());
  auto tensors = read_safetensors_header(header, file.bytes.size(), "m");
  INFO((tensors ? "" : message(tensors.error())));
  REQUIRE(tensors);
  file.tensors = std::move(*tensors);
  return file;
}

/// The window's numbers, from its byte ranges alone.
Matrix window_of(const File& file, const SafeTensor& tensor, const Window& w) {
  const auto ranges = byte_ranges(tensor, w);
  REQUIRE(ranges);
  std::vector<Bytes> pieces;
  for (const ByteRange& r : *ranges) {
    REQUIRE(r.offset + r.size <= file.bytes.size());
    const auto from = file.bytes.begin() + static_cast<std::ptrdiff_t>(r.offset);
    pieces.emplace_back(from, from + static_cast<std::ptrdiff_t>(r.size));
  }
  const auto got = read_window(tensor, w, pieces);
  REQUIRE(got);
  return *got;
}

}  // namespace

TEST_CASE("tensors are listed in the order of the file, metadata left out") {
  const File f = file_of(
      R"({"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2],"data_offsets":[2,10]},)"
      R"("a":{"dtype":"BF16","shape":[1,1],"data_offsets":[0,2]}})",
      Bytes(10));
  REQUIRE(f.tensors.size() == 2);
  CHECK(f.tensors[0].name == "a");
  CHECK(f.tensors[0].dtype == "BF16");
  CHECK(f.tensors[0].shape == Shape{1, 1});
  CHECK(f.tensors[0].offset == f.bytes.size() - 10);
  CHECK(f.tensors[1].name == "b");
  CHECK(f.tensors[1].bytes == 8);
  CHECK(file_of("{}", {}).tensors.empty());
}

TEST_CASE("any window of any shape and type is read from its bytes alone") {
  constexpr std::string_view kTypes[] = {"F32", "F16", "BF16", "F64", "BOOL", "U8",
                                         "I8",  "I16", "U16",  "I32", "U32"};
  constexpr std::uint64_t kSizes[] = {4, 2, 2, 8, 1, 1, 1, 2, 2, 4, 4};
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Rng rng(seed);
    const std::uint32_t type = rng.below(11);
    Shape shape(rng.below(5));
    std::int64_t count = 1;
    // Now and then rows so long that they are read one by one.
    for (std::int64_t& d : shape) count *= d = 1 + rng.below(6);
    if (seed % 25 == 0) {
      shape = {3, 20'000};
      count = 60'000;
    }
    Bytes data;
    std::vector<float> values;
    for (std::int64_t i = 0; i < count; ++i) {
      values.push_back(
          static_cast<float>(rng.below(kTypes[type] == "BOOL" ? 2 : 100)));  // exact in every type
      append(data, kTypes[type], values.back());
    }
    const std::uint64_t bytes = static_cast<std::uint64_t>(count) * kSizes[type];
    REQUIRE(data.size() == bytes);
    data.insert(data.begin(), 3, 0xAA);  // another tensor before it, so that nothing is aligned
    const File f =
        file_of(R"({"pad":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"x":{"dtype":")" +
                    std::string(kTypes[type]) + R"(","shape":)" + shape_json(shape) +
                    R"(,"data_offsets":[3,)" + std::to_string(3 + bytes) + "]}}",
                data);
    const SafeTensor& tensor = f.tensors.back();
    const Extent extent = matrix_extent(shape);
    Window w;
    std::int64_t matrix = 0;
    for (std::size_t d = 0; d + 2 < shape.size(); ++d) {
      w.index.push_back(rng.below(static_cast<std::uint32_t>(shape[d])));
      matrix = matrix * shape[d] + w.index.back();
    }
    w.row = rng.below(static_cast<std::uint32_t>(extent.rows));
    w.col = rng.below(static_cast<std::uint32_t>(extent.cols));
    w.rows = 1 + rng.below(static_cast<std::uint32_t>(extent.rows - w.row));
    w.cols = 1 + rng.below(static_cast<std::uint32_t>(extent.cols - w.col));
    CAPTURE(seed, shape, kTypes[type], w.row, w.col, w.rows, w.cols);
    const Matrix got = window_of(f, tensor, w);
    REQUIRE((got.rows() == w.rows && got.cols() == w.cols));
    for (std::int64_t i = 0; i < w.rows; ++i) {
      for (std::int64_t j = 0; j < w.cols; ++j) {
        const std::int64_t at = (matrix * extent.rows + w.row + i) * extent.cols + w.col + j;
        REQUIRE(got(static_cast<int>(i), static_cast<int>(j)) ==
                values[static_cast<std::size_t>(at)]);
      }
    }
  }
}

TEST_CASE("a slice of a large matrix reads little more than the slice") {
  const SafeTensor tensor{"w", "F32", {4096, 4096}, 1000, 4096ULL * 4096 * 4};
  const auto columns = byte_ranges(tensor, {{}, 0, 64, 4096, 64});
  REQUIRE(columns);
  std::uint64_t all = 0;
  for (const ByteRange& r : *columns) all += r.size;
  CHECK(all <= tensor.bytes);
  const SafeTensor wide{"w", "F32", {64, 1 << 20}, 1000, (64ULL << 20) * 4};
  const auto far = byte_ranges(wide, {{}, 0, 64, 64, 64});
  REQUIRE(far);
  REQUIRE(far->size() == 64);
  CHECK((*far)[1].size == 256);
  CHECK((*far)[1].offset == 1000 + (1ULL << 22) + 256);
}

TEST_CASE("windows that are not there, and numbers of types that are not read") {
  const SafeTensor t{"w", "F32", {2, 3, 4}, 0, 96};
  const auto why = [](const SafeTensor& tensor, const Window& w) {
    const auto got = byte_ranges(tensor, w);
    return got ? "no error" : message(got.error());
  };
  CHECK(why(t, {{0}, 0, 0, 3, 4}) == "no error");
  CHECK(why(t, {{2}, 0, 0, 3, 4}) == "w: index 2 of dimension 0 is not below 2");
  CHECK(why(t, {{0}, 1, 0, 3, 4}) == "w: the window does not lie in (2, 3, 4)");
  CHECK(why(t, {{0}, -1, 0, 1, 1}) == "w: the window does not lie in (2, 3, 4)");
  CHECK(why(t, {{0}, 0, INT64_MAX, 1, 2}) == "w: the window does not lie in (2, 3, 4)");
  CHECK(why({"w", "F4", {2}, 0, 1}, {{}, 0, 0, 1, 1}) ==
        "w: numbers of type F4 cannot be read; use float32, float16 or bfloat16");
  CHECK(why({"w", "F32", Shape(9, 1), 0, 4}, {{}, 0, 0, 1, 1}) ==
        "w: more than 8 dimensions cannot be read");
  const auto cut = read_window(t, {{0}, 0, 0, 3, 4}, std::vector<Bytes>{Bytes(47)});
  REQUIRE_FALSE(cut);
  CHECK(cut.error().message == "not all of it was read");
}

TEST_CASE("a tensor of any type stands beside those that are read") {
  const File f = file_of(
      R"({"a":{"dtype":"F4","shape":[4],"data_offsets":[0,2]},)"
      R"("scalar":{"dtype":"F32","shape":[],"data_offsets":[2,6]},)"
      R"("none":{"dtype":"F32","shape":[0,5],"data_offsets":[6,6]},)"
      R"("deep":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[6,7]},)"
      R"("long":{"dtype":"I64","shape":[2],"data_offsets":[7,23]}})",
      {0, 0, 0, 0, 0x80, 0x3F, 9, 1, 0, 0, 0, 0, 0, 0, 0, 0xFE, 255, 255, 255, 255, 255, 255, 255});
  REQUIRE(f.tensors.size() == 5);
  const auto named = [&](std::string_view name) -> const SafeTensor& {
    return *std::ranges::find(f.tensors, name, &SafeTensor::name);
  };
  CHECK_FALSE(readable(named("a")));
  CHECK(unreadable_because(named("a")).starts_with("numbers of type F4"));
  CHECK_FALSE(readable(named("deep")));
  CHECK(unreadable_because(named("scalar")).empty());
  CHECK(window_of(f, named("scalar"), {{}, 0, 0, 1, 1})(0, 0) == 1.0F);
  CHECK(window_of(f, named("none"), {{}, 0, 0, 0, 5}).size() == 0);
  const Matrix two = window_of(f, named("long"), {{}, 0, 0, 1, 2});
  CHECK((two(0, 0) == 1.0F && two(0, 1) == -2.0F));
}

TEST_CASE("floats of eight bits have the values of their formats") {
  const auto value = [](const char* dtype, unsigned char byte) {
    const File f = file_of(one(dtype, "[1]", "[0,1]"), {byte});
    return window_of(f, f.tensors[0], {{}, 0, 0, 1, 1})(0, 0);
  };
  // The OCP specification's table: greatest, smallest normal, smallest subnormal, NaN.
  CHECK(value("F8_E4M3", 0x7E) == 448.0F);
  CHECK(value("F8_E4M3", 0x08) == 0x1p-6F);
  CHECK(value("F8_E4M3", 0x81) == -0x1p-9F);
  CHECK(std::isnan(value("F8_E4M3", 0xFF)));
  CHECK(value("F8_E5M2", 0x7B) == 57344.0F);
  CHECK(value("F8_E5M2", 0x04) == 0x1p-14F);
  CHECK(value("F8_E5M2", 0x01) == 0x1p-16F);
  CHECK(value("F8_E5M2", 0xFC) == -INFINITY);
  CHECK(value("F8_E8M0", 0) == 0x1p-127F);
  CHECK(value("F8_E8M0", 254) == 0x1p127F);
  CHECK(std::isnan(value("F8_E8M0", 255)));
}

TEST_CASE("headers that lie are refused with the reason") {
  const auto bytes = [](const Bytes& file, std::uint64_t size) {
    const auto got = safetensors_header_bytes(file, size, "m.safetensors");
    return got ? "no error" : message(got.error());
  };
  CHECK(bytes(Bytes(7), 7) == "m.safetensors: is not a .safetensors file");
  CHECK(bytes(prefix(9), 16) == "m.safetensors: ends within its header");
  CHECK(bytes(prefix(~0ULL - 7), 16) == "m.safetensors: ends within its header");
  CHECK(bytes(prefix(200ULL << 20), 1ULL << 40) ==
        "m.safetensors: has a header of 200 MB; the limit is 16 MB");
  const std::string at = "m.safetensors: tensor 'a' ";
  CHECK(refused(one("F32", "[1]", "[0,4]"), 4) == "no error");
  CHECK(refused(one("F32", "[1]", "[4,0]"), 4) ==
        at + "has data_offsets that are not [begin, end]");
  CHECK(refused(one("F32", "[1]", "[-4,0]"), 4) ==
        at + "has data_offsets that are not [begin, end]");
  CHECK(refused(one("F32", "[1]", "[4,8]"), 8) == at + "leaves a hole before it");
  CHECK(refused(one("F32", "[1]", "[0,4]"), 8) ==
        "m.safetensors: has 4 bytes that belong to no tensor");
  CHECK(refused(one("F32", "[2]", "[0,8]"), 4) == at + "is cut off");
  CHECK(refused(one("F32", "[2]", "[0,4]"), 4) == at + "of shape (2,) needs 8 bytes, not 4");
  CHECK(refused(one("Q7", "[1]", "[0,4]"), 3) == at + "is cut off");
  CHECK(refused(one("F32", "[1.5]", "[0,4]"), 4) == at + "has a dimension that is no whole number");
  CHECK(refused(one("F32", "[4294967296,4294967296]", "[0,0]"), 0) ==
        at + "has a shape that is too large");
  CHECK(refused(one("F64", "[4611686018427387904,4,0]", "[0,0]"), 0) ==
        at + "has a shape that is too large");
  CHECK(refused(R"({"a":{"dtype":"F32"}})", 0) == at + "needs dtype, shape and data_offsets");
  CHECK(
      refused(
          R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
          8) == "m.safetensors: tensor 'b' overlaps the one before it");
  CHECK(refused("[1]", 0) == "m.safetensors: is not a .safetensors file");
  CHECK(refused(R"({"a":)", 0).starts_with("m.safetensors: header: "));
  CHECK(refused(std::string(100'000, '['), 0) == "m.safetensors: is not a .safetensors file");
}
