#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstring>

#include "base/rng.hpp"
#include "io/arrays/npy.hpp"

using namespace ap;

namespace {

Bytes file(std::string header, const Bytes& data, int version = 1) {
  Bytes out{0x93, 'N', 'U', 'M', 'P', 'Y', static_cast<unsigned char>(version), 0};
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) {
    out.push_back(static_cast<unsigned char>(header.size() >> (8 * i)));
  }
  out.insert(out.end(), header.begin(), header.end());
  out.insert(out.end(), data.begin(), data.end());
  return out;
}

template <class T>
Bytes bytes_of(std::initializer_list<T> values) {
  Bytes out(values.size() * sizeof(T));
  std::memcpy(out.data(), values.begin(), out.size());
  return out;
}

void refused(const Bytes& bytes, ErrorCode code, std::string_view part) {
  const auto got = read_npy(bytes, "x.npy");
  REQUIRE_FALSE(got);
  CHECK(got.error().code == code);
  CHECK(got.error().where == "x.npy");
  INFO(got.error().message);
  CHECK(got.error().message.find(part) != std::string::npos);
}

const Bytes kSix = bytes_of<float>({0, 1, 2, 3, 4, 5});
const std::string kGood = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }  \n";

}  // namespace

TEST_CASE("arrays of every type are read") {
  const auto read = [](const char* descr, const Bytes& data) {
    const auto got = read_npy(
        file(std::string("{'descr': '") + descr + "', 'fortran_order': False, 'shape': (2,)}",
             data),
        "x");
    REQUIRE(got);
    return to_array(*got).data;
  };
  const std::vector<float> want{1, -2};
  CHECK(read("<f4", bytes_of<float>({1, -2})) == want);
  CHECK(read("<f8", bytes_of<double>({1, -2})) == want);
  CHECK(read("<f2", {0x00, 0x3C, 0x00, 0xC0}) == want);
  CHECK(read("<i4", bytes_of<std::int32_t>({1, -2})) == want);
  CHECK(read("<i8", bytes_of<std::int64_t>({1, -2})) == want);
  CHECK(read(">i4", {0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFE}) == want);
  CHECK(read("|b1", {1, 0}) == std::vector<float>{1, 0});
  CHECK(read("|i1", {1, 0xFE}) == want);
  CHECK(read("<i2", bytes_of<std::int16_t>({1, -2})) == want);
  CHECK(read(">i2", {0, 1, 0xFF, 0xFE}) == want);
  CHECK(read(">i8", {0, 0, 0, 0, 0, 0, 0, 1, 255, 255, 255, 255, 255, 255, 255, 0xFE}) == want);
  CHECK(read("<V2", {0x80, 0x3F, 0x00, 0xC0}) == want);  // bfloat16, as ml_dtypes saves it
  CHECK(read("|V2", {0x80, 0x3F, 0x00, 0xC0}) == want);
  CHECK(read(">f2", {0x3C, 0x00, 0xC0, 0x00}) == want);
  const std::vector<float> large{1, 250};
  CHECK(read("|u1", {1, 250}) == large);
  CHECK(read("<u1", {1, 250}) == large);
  CHECK(read("<u2", bytes_of<std::uint16_t>({1, 250})) == large);
  CHECK(read("<u4", bytes_of<std::uint32_t>({1, 250})) == large);
  CHECK(read(">u4", {0, 0, 0, 1, 0, 0, 0, 250}) == large);
  CHECK(read("<u8", bytes_of<std::uint64_t>({1, 250})) == large);
}

TEST_CASE("integers of any size come back whole, or are said to be too large") {
  const auto ints = [](const char* descr, const Bytes& data) {
    const auto got = read_npy(
        file(std::string("{'descr': '") + descr + "', 'fortran_order': False, 'shape': (1,)}",
             data),
        "x");
    REQUIRE(got);
    CHECK(is_integer(got->dtype));
    return to_integers(*got, "n");
  };
  CHECK(ints("<u4", bytes_of<std::uint32_t>({4294967295U}))->front() == 4294967295);
  CHECK(ints("<i8", bytes_of<std::int64_t>({INT64_MIN}))->front() == INT64_MIN);
  CHECK(ints("<i2", bytes_of<std::int16_t>({-32768}))->front() == -32768);
  CHECK(ints("|u1", {255})->front() == 255);
  CHECK(ints("<u8", bytes_of<std::uint64_t>({1ULL << 63})).error().code == ErrorCode::kRange);
}

TEST_CASE("a header of Python 2 is read") {
  const auto got = read_npy(
      file("{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 3L), }  \n", kSix), "x");
  REQUIRE(got);
  CHECK(got->shape == std::vector<std::int64_t>{2, 3});
}

TEST_CASE("what is no number is outlined by its type and shape, with the reason") {
  const auto outline = [](const char* descr) {
    const auto got = outline_npy(
        file(std::string("{'descr': ") + descr + ", 'fortran_order': False, 'shape': (3,)}", {}),
        "x");
    REQUIRE(got);
    CHECK(got->shape == std::vector<std::int64_t>{3});
    return *got;
  };
  CHECK(outline("'<f4'").problem.empty());
  CHECK(outline("'<f4'").dtype == "float32");
  CHECK(outline("'<U5'").dtype == "str");
  CHECK(outline("'<U5'").text);
  CHECK(outline("'|S5'").text);
  CHECK(outline("'|O'").dtype == "object");
  CHECK(outline("'|O'").problem.find("objects") != std::string::npos);
  CHECK(outline("[('a', '<f4'), ('b', [('c', '|S2')], (2,))]").dtype == "record");
  CHECK(outline("'<M8[ns]'").dtype == "<M8[ns]");
  CHECK(outline("'<c8'").problem.find("<c8") != std::string::npos);
}

TEST_CASE("lists of texts are read as texts") {
  const auto texts = [](const char* descr, const char* shape, const Bytes& data) {
    return read_npy_texts(file(std::string("{'descr': '") + descr +
                                   "', 'fortran_order': False, 'shape': " + shape + "}",
                               data),
                          "x");
  };
  using Words = std::vector<std::string>;
  CHECK(*texts("|S2", "(2,)", {'a', 'b', 'c', 0}) == Words{"ab", "c"});
  CHECK(*texts("<U1", "(2,)", {0xE9, 0, 0, 0, 0x42, 0xF6, 1, 0}) == Words{"é", "🙂"});
  CHECK(*texts(">U1", "(1,)", {0, 0, 0, 0xE9}) == Words{"é"});
  CHECK(*texts("<U0", "(9223372036854775807,)", {}) == Words{});
  CHECK_FALSE(texts("<U1", "(1, 1)", {0xE9, 0, 0, 0}));
  CHECK_FALSE(texts("<U1", "(2,)", {0xE9, 0, 0, 0}));
  CHECK_FALSE(texts("<f4", "(1,)", {0, 0, 0, 0}));
}

TEST_CASE("header versions, key order, quotes and a scalar") {
  for (const int version : {1, 2, 3}) {
    const auto got = read_npy(file(kGood, kSix, version), "x");
    REQUIRE(got);
    CHECK(got->shape == std::vector<std::int64_t>{2, 3});
  }
  const auto other = read_npy(
      file("{\"shape\": (), 'fortran_order': False, 'descr': \"<f4\"}", bytes_of<float>({7})), "x");
  REQUIRE(other);
  CHECK(other->shape.empty());
  CHECK(to_array(*other).data == std::vector<float>{7});
  const auto empty = read_npy(
      file("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4611686018427387904)}", {}), "x");
  REQUIRE(empty);
  CHECK(empty->size() == 0);
}

TEST_CASE("Fortran order is turned into rows") {
  const auto flat =
      read_npy(file("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3)}", kSix), "x");
  REQUIRE(flat);
  CHECK(to_array(*flat).data == std::vector<float>{0, 2, 4, 1, 3, 5});
  const auto deep = read_npy(file("{'descr': '<i8', 'fortran_order': True, 'shape': (2, 1, 2)}",
                                  bytes_of<std::int64_t>({1, 2, 3, 4})),
                             "x");
  REQUIRE(deep);
  CHECK(*to_integers(*deep, "x") == std::vector<std::int64_t>{1, 3, 2, 4});
}

TEST_CASE("what is written is read back, its data at a multiple of 64") {
  for (const Dtype dtype : {Dtype::kFloat32, Dtype::kFloat16}) {
    const Array array{{2, 1, 3}, {0.5F, -1, 2, 3, 1024, -0.25F}};
    const Bytes bytes = write_npy(to_npy(array, dtype));
    CHECK((bytes.size() - 6 * item_size(dtype)) % 64 == 0);
    const auto got = read_npy(bytes, "x");
    REQUIRE(got);
    CHECK(got->dtype == dtype);
    CHECK(got->shape == array.shape);
    CHECK(to_array(*got).data == array.data);
  }
}

TEST_CASE("masks become numbers to add") {
  const auto mask = to_additive_mask({Dtype::kBool, {2}, {1, 0}}, "m");
  REQUIRE(mask);
  CHECK(mask->data[0] == 0.0F);
  CHECK(mask->data[1] == -INFINITY);
  CHECK_FALSE(to_additive_mask({Dtype::kInt32, {0}, {}}, "m"));
  // 0 and 1 alone are as booleans, whatever their size; other whole numbers could mean either.
  const auto attend = to_additive_mask({Dtype::kInt32, {2}, {1, 0, 0, 0, 0, 0, 0, 0}}, "m");
  REQUIRE(attend);
  CHECK(attend->data[0] == 0.0F);
  CHECK(attend->data[1] == -INFINITY);
  CHECK_FALSE(to_additive_mask({Dtype::kInt32, {2}, {1, 0, 0, 0, 2, 0, 0, 0}}, "m"));
  CHECK_FALSE(to_integers({Dtype::kFloat32, {0}, {}}, "n"));
}

TEST_CASE("files that are not right are refused with the reason") {
  refused({}, ErrorCode::kParse, "not an .npy");
  refused(file(kGood, kSix, 9), ErrorCode::kUnsupported, "version 9");
  Bytes cut = file(kGood, kSix);
  cut.resize(40);
  refused(cut, ErrorCode::kParse, "within its header");
  refused(file(kGood, bytes_of<float>({1})), ErrorCode::kParse, "needs 24 bytes, there are 4");
  refused(file(kGood, Bytes(25)), ErrorCode::kParse, "there are 25");
  const auto header = [](const char* text) { return file(text, {}); };
  refused(header("{'descr': '<f4', 'fortran_order': False}"), ErrorCode::kParse, "needs descr");
  refused(header("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': ()}"),
          ErrorCode::kParse, "twice");
  refused(header("{'descr': '<c8', 'fortran_order': False, 'shape': ()}"), ErrorCode::kUnsupported,
          "<c8");
  refused(header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': ()}"),
          ErrorCode::kUnsupported, "records");
  refused(header("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}"), ErrorCode::kParse,
          "whole number");
  refused(header("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296, 4)}"),
          ErrorCode::kTooLarge, "too large");
  refused(header("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}"),
          ErrorCode::kParse, "whole number");
  refused(header("{'descr': '<f4', 'fortran_order': maybe, 'shape': ()}"), ErrorCode::kParse,
          "True or False");
  refused(header("{'descr': '<f4"), ErrorCode::kParse, "does not end");
  refused(header("{'x': 1}"), ErrorCode::kParse, "unknown key");
  Bytes long_header = file(kGood, {}, 2);
  long_header[10] = 0x10;
  refused(long_header, ErrorCode::kTooLarge, "limit");
}

TEST_CASE("no bytes crash it, and what is read fits its bytes") {
  Rng rng(5);
  const Bytes good = file(kGood, kSix);
  for (int i = 0; i < 20000; ++i) {
    Bytes bad = good;
    for (std::uint32_t n = 1 + rng.below(6); n > 0; --n) {
      bad[rng.below(static_cast<std::uint32_t>(bad.size()))] =
          static_cast<unsigned char>(rng.below(256));
    }
    bad.resize(rng.below(8) == 0 ? rng.below(static_cast<std::uint32_t>(bad.size())) : bad.size());
    const auto got = read_npy(bad, "x");
    if (got) REQUIRE(got->data.size() <= bad.size());
  }
}
