// GGUF: a file made here by hand is read back; every way to cut or spoil it is refused in words.
#include <bit>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstring>

#include "base/rng.hpp"
#include "io/arrays/half.hpp"
#include "io/containers/gguf.hpp"

using namespace ap;

namespace {

using Raw = std::vector<unsigned char>;

template <class T>
void put(Raw& out, T value) {
  unsigned char raw[sizeof value];
  std::memcpy(raw, &value, sizeof value);
  out.insert(out.end(), raw, raw + sizeof value);
}
void put_text(Raw& out, std::string_view text) {
  put<std::uint64_t>(out, text.size());
  out.insert(out.end(), text.begin(), text.end());
}

struct Tensor {
  std::string name;
  std::vector<std::uint64_t> dimensions;  // innermost first
  std::uint32_t type = 0;
  Raw data;
};

struct File {
  std::uint32_t version = 3;
  std::vector<Raw> values;
  std::vector<Tensor> tensors;

  void text(std::string_view key, std::string_view value) {
    Raw v;
    put_text(v, key);
    put<std::uint32_t>(v, 8);
    put_text(v, value);
    values.push_back(v);
  }
  template <class T>
  void number(std::string_view key, std::uint32_t type, T value) {
    Raw v;
    put_text(v, key);
    put<std::uint32_t>(v, type);
    put(v, value);
    values.push_back(v);
  }
  void texts(std::string_view key, const std::vector<std::string>& list) {
    Raw v;
    put_text(v, key);
    put<std::uint32_t>(v, 9);
    put<std::uint32_t>(v, 8);
    put<std::uint64_t>(v, list.size());
    for (const auto& t : list) put_text(v, t);
    values.push_back(v);
  }
  [[nodiscard]] Raw bytes(std::size_t alignment = 32) const {
    Raw out{'G', 'G', 'U', 'F'};
    put(out, version);
    put<std::uint64_t>(out, tensors.size());
    put<std::uint64_t>(out, values.size());
    for (const Raw& v : values) out.insert(out.end(), v.begin(), v.end());
    Raw data;
    for (const Tensor& t : tensors) {
      while (data.size() % alignment != 0) data.push_back(0);
      put_text(out, t.name);
      put<std::uint32_t>(out, static_cast<std::uint32_t>(t.dimensions.size()));
      for (const auto d : t.dimensions) put(out, d);
      put(out, t.type);
      put<std::uint64_t>(out, data.size());
      data.insert(data.end(), t.data.begin(), t.data.end());
    }
    while (out.size() % alignment != 0) out.push_back(0);
    out.insert(out.end(), data.begin(), data.end());
    return out;
  }
};

Raw random_bytes(std::size_t count, Rng& rng) {
  Raw out(count);
  for (auto& b : out) b = static_cast<unsigned char>(255.99F * rng.uniform());
  return out;
}

File sample() {
  Rng rng(7);
  File f;
  f.text("general.architecture", "llama");
  f.number<std::uint32_t>("llama.block_count", 4, 3);
  f.number<float>("llama.rope.freq_base", 6, 10000.0F);
  f.number<std::uint8_t>("tokenizer.ggml.add_bos_token", 7, 1);
  f.texts("tokenizer.ggml.tokens", {"<s>", "a",
                                    "\xE2\x96\x81"
                                    "b"});
  f.tensors.push_back({"x", {32, 3}, 0, random_bytes(32 * 3 * 4, rng)});
  f.tensors.push_back({"half", {5}, 1, random_bytes(10, rng)});
  f.tensors.push_back({"brain", {4, 2}, 30, random_bytes(16, rng)});
  Raw q8, q4;
  for (int b = 0; b < 4; ++b) {
    put(q8, half_from_float(0.01F * static_cast<float>(b + 1)));
    put(q4, half_from_float(-0.5F * static_cast<float>(b + 1)));
    for (const auto x : random_bytes(32, rng)) q8.push_back(x);
    for (const auto x : random_bytes(16, rng)) q4.push_back(x);
  }
  f.tensors.push_back({"q8", {64, 2}, 8, q8});
  f.tensors.push_back({"q4", {64, 2}, 2, q4});
  f.tensors.push_back({"k", {256, 1}, 12, random_bytes(144, rng)});
  return f;
}

std::string refused(const Raw& bytes) {
  const auto got = read_gguf(SharedBytes::own(bytes), "m.gguf");
  return got ? "no error" : got.error().where + ": " + got.error().message;
}
bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// Number i of 8-bit blocks, by the format's definition, in double.
double q8_number(const Raw& data, int i) {
  const unsigned char* block = data.data() + i / 32 * 34;
  std::uint16_t d;
  std::memcpy(&d, block, 2);
  return static_cast<double>(float_from_half(d)) * static_cast<std::int8_t>(block[2 + i % 32]);
}
double q4_number(const Raw& data, int i) {
  const unsigned char* block = data.data() + i / 32 * 18;
  std::uint16_t d;
  std::memcpy(&d, block, 2);
  const int in = i % 32;
  const int q = in < 16 ? block[2 + in] & 15 : block[2 + in - 16] >> 4;
  return static_cast<double>(float_from_half(d)) * (q - 8);
}

}  // namespace

TEST_CASE("a GGUF file is read back: values, shapes outermost first, bytes in place") {
  const File f = sample();
  const auto bytes = SharedBytes::own(f.bytes());
  const auto got = read_gguf(bytes, "m.gguf");
  REQUIRE(got.has_value());
  CHECK(*got->find<std::string>("general.architecture") == "llama");
  CHECK(*got->find<double>("llama.block_count") == 3.0);
  CHECK(*got->find<bool>("tokenizer.ggml.add_bos_token"));
  CHECK(got->find<std::vector<std::string>>("tokenizer.ggml.tokens")->size() == 3);
  CHECK(got->find<double>("general.architecture") == nullptr);
  REQUIRE(got->tensors.tensors().size() == f.tensors.size());
  const StoredTensor* x = got->tensors.find("x");
  REQUIRE(x != nullptr);
  CHECK(x->shape == std::vector<std::int64_t>{3, 32});
  CHECK(x->data.bytes.data() >= bytes.bytes.data());
  CHECK(std::memcmp(x->data.bytes.data(), f.tensors[0].data.data(), x->data.bytes.size()) == 0);
  CHECK(got->tensors.find("k")->type == StoredType::kOther);
  CHECK(got->tensors.find("k")->dtype == "Q4_K");
}

TEST_CASE("halves and blocks decode exactly") {
  const File f = sample();
  const auto got = read_gguf(SharedBytes::own(f.bytes()), "m.gguf");
  REQUIRE(got.has_value());
  float out[128];
  decode(*got->tensors.find("q8"), 0, 128, out);
  for (int i = 0; i < 128; ++i)
    CHECK(out[i] == static_cast<float>(q8_number(f.tensors[3].data, i)));
  decode(*got->tensors.find("q4"), 0, 128, out);
  for (int i = 0; i < 128; ++i)
    CHECK(out[i] == static_cast<float>(q4_number(f.tensors[4].data, i)));
  decode(*got->tensors.find("q8"), 64, 32, out);
  CHECK(out[0] == static_cast<float>(q8_number(f.tensors[3].data, 64)));
  decode(*got->tensors.find("brain"), 0, 8, out);
  for (int i = 0; i < 8; ++i) {
    std::uint16_t bits;
    std::memcpy(&bits, f.tensors[2].data.data() + 2 * i, 2);
    CHECK(std::bit_cast<std::uint32_t>(out[i]) == static_cast<std::uint32_t>(bits) << 16);
  }
}

TEST_CASE("an alignment of its own is believed") {
  File f = sample();
  f.number<std::uint32_t>("general.alignment", 4, 64);
  const auto got = read_gguf(SharedBytes::own(f.bytes(64)), "m.gguf");
  REQUIRE(got.has_value());
  CHECK(std::memcmp(got->tensors.find("q4")->data.bytes.data(), f.tensors[4].data.data(), 72) == 0);
}

TEST_CASE("a GGUF file that is cut off anywhere is refused") {
  const Raw whole = sample().bytes();
  // Of a tensor that cannot be computed with no bytes are asked for.
  const std::size_t needed = whole.size() - 144 - 32;
  for (std::size_t size = 0; size < needed; ++size) {
    const std::string message =
        refused(Raw(whole.begin(), whole.begin() + static_cast<long>(size)));
    INFO(size << " bytes: " << message);
    CHECK((has(message, "cut off") || has(message, "is not a GGUF file")));
  }
}

TEST_CASE("what a GGUF file cannot be is said") {
  File f = sample();
  f.version = 1;
  CHECK(has(refused(f.bytes()), "version 1"));
  f = sample();
  f.text("general.architecture", "llama");
  CHECK(has(refused(f.bytes()), "twice"));
  f = sample();
  f.tensors.push_back(f.tensors[0]);
  CHECK(has(refused(f.bytes()), "'x' is there twice"));
  f = sample();
  f.tensors[3].dimensions = {30, 2};
  CHECK(has(refused(f.bytes()), "multiples of 32"));
  f = sample();
  f.tensors[0].dimensions = {std::uint64_t{1} << 40, std::uint64_t{1} << 40};
  CHECK(has(refused(f.bytes()), "too large"));
  f = sample();
  f.number<std::uint32_t>("strange", 99, 0);
  CHECK(has(refused(f.bytes()), "unknown type 99"));
  f = sample();
  f.number<std::uint32_t>("general.alignment", 4, 0);
  CHECK(has(refused(f.bytes()), "alignment"));
  CHECK(has(refused({'P', 'K', 3, 4}), "is not a GGUF file"));
}
