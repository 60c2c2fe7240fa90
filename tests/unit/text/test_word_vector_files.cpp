// Word vector files that are not what they should be: an error or a usable object, never a crash
// (the sanitizer build is what makes this count).
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/rng.hpp"
#include "text/word_vectors.hpp"

namespace {

using ap::ErrorCode;
using ap::WordVectors;
using Bytes = std::vector<unsigned char>;

Bytes core_file() {
  std::ifstream in("assets/words-core.bin", std::ios::binary);
  REQUIRE(in.good());
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

void put_u32(Bytes& bytes, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<unsigned char>(value >> (8 * i));
}

/// `words` of one scale, codes 1, 2, 3, ...
Bytes file_of(const std::vector<std::string>& words) {
  const std::size_t n = words.size();
  Bytes bytes(24);
  std::memcpy(bytes.data(), "APWV", 4);
  std::string text;
  for (const auto& word : words) text += word;
  put_u32(bytes, 4, 1);
  put_u32(bytes, 8, static_cast<std::uint32_t>(n));
  put_u32(bytes, 12, 100);
  put_u32(bytes, 16, static_cast<std::uint32_t>(n));
  put_u32(bytes, 20, static_cast<std::uint32_t>(text.size()));
  bytes.resize(24 + n * 104);
  for (std::size_t i = 0; i < n; ++i) put_u32(bytes, 24 + 4 * i, 0x3f000000);  // 0.5F
  for (std::size_t i = 0; i < n * 100; ++i) {
    bytes[24 + 4 * n + i] = static_cast<unsigned char>(i + 1);
  }
  for (const auto& word : words) bytes.push_back(static_cast<unsigned char>(word.size()));
  bytes.insert(bytes.end(), text.begin(), text.end());
  return bytes;
}

ErrorCode code_of(const Bytes& bytes) {
  const auto vectors = WordVectors::parse(bytes);
  REQUIRE_FALSE(vectors.has_value());
  CHECK_FALSE(vectors.error().message.empty());
  return vectors.error().code;
}

void use(const WordVectors& vectors) {
  std::vector<float> row(WordVectors::kWidth, 1.0F);
  bool right = true;
  for (int i = 0; i < vectors.size(); ++i) {
    vectors.copy_vector(i, row.data(), WordVectors::kWidth);
    for (const float v : row) right = right && std::isfinite(v);
    right = right && !vectors.word(i).empty();
  }
  REQUIRE(right);
  for (const auto& n : vectors.nearest(row.data(), WordVectors::kWidth, 3)) {
    REQUIRE((n.index >= 0 && n.index < vectors.size() && std::isfinite(n.cosine)));
  }
  (void)vectors.find("cat");
}

TEST_CASE("a small file is read as written", "[text][vectors]") {
  const auto vectors = WordVectors::parse(file_of({"a", "bc", "é"}));
  REQUIRE(vectors.has_value());
  CHECK(vectors->size() == 3);
  CHECK(vectors->find("É") == 2);
  CHECK(vectors->word(1) == "bc");
  float out[3] = {};
  vectors->copy_vector(1, out, 3);
  CHECK(out[0] == 50.5F);
  CHECK(out[2] == 51.5F);
  vectors->copy_vector(1, out, 1);
  const auto empty = WordVectors::parse(file_of({}));
  REQUIRE(empty.has_value());
  CHECK(empty->size() == 0);
  CHECK_FALSE(empty->find("a").has_value());
  CHECK(empty->nearest(out, 3, 5).empty());
}

TEST_CASE("each fault has its code", "[text][vectors]") {
  const Bytes good = file_of({"a", "bc"});
  Bytes bad = good;
  bad[0] = 'X';
  CHECK(code_of(bad) == ErrorCode::kParse);
  bad = good;
  put_u32(bad, 4, 2);
  CHECK(code_of(bad) == ErrorCode::kUnsupported);
  bad = good;
  put_u32(bad, 8, 0xffffffff);
  CHECK(code_of(bad) == ErrorCode::kTooLarge);
  bad = good;
  put_u32(bad, 12, 99);
  CHECK(code_of(bad) == ErrorCode::kUnsupported);
  bad = good;
  put_u32(bad, 16, 3);
  CHECK(code_of(bad) == ErrorCode::kParse);
  bad = good;
  put_u32(bad, 20, 0xffffffff);
  CHECK(code_of(bad) == ErrorCode::kParse);
  bad = good;
  put_u32(bad, 24, 0x7fc00000);  // NaN
  CHECK(code_of(bad) == ErrorCode::kNotFinite);
  put_u32(bad, 24, 0xbf800000);  // -1
  CHECK(code_of(bad) == ErrorCode::kRange);
  put_u32(bad, 24, 0x7f000000);  // 1.7e38
  CHECK(code_of(bad) == ErrorCode::kRange);
  bad = good;
  bad.push_back(0);
  CHECK(code_of(bad) == ErrorCode::kParse);
  CHECK(code_of(file_of({"a", "b", "a"})) == ErrorCode::kParse);
  CHECK(code_of(file_of({"a", ""})) == ErrorCode::kParse);
  CHECK(code_of(file_of({"a", "\xff"})) == ErrorCode::kParse);
}

TEST_CASE("a file cut short anywhere is refused", "[text][vectors]") {
  const Bytes whole = core_file();
  int read = 0;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    // A copy of its own, so that a read past the end is seen.
    const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    read += WordVectors::parse(part).has_value() ? 1 : 0;
  }
  CHECK(read == 0);
}

TEST_CASE("flipped bytes give an error or a usable object", "[text][vectors]") {
  const Bytes whole = core_file();
  ap::Rng rng(2026);
  int refused = 0;
  for (int round = 0; round < 1500; ++round) {
    Bytes bytes = whole;
    // The header, the lengths and the words are where a flip can matter; a third each.
    const auto size = static_cast<std::uint32_t>(bytes.size());
    const std::uint32_t first = round % 3 == 0 ? 0 : round % 3 == 1 ? size - 1500 : 0;
    const std::uint32_t range = round % 3 == 0 ? 24 : round % 3 == 1 ? 1500 : size;
    for (std::uint32_t flips = 1 + rng.below(3); flips > 0; --flips) {
      bytes[first + rng.below(range)] ^= static_cast<unsigned char>(1 + rng.below(255));
    }
    const auto vectors = WordVectors::parse(bytes);
    refused += vectors.has_value() ? 0 : 1;
    if (vectors) use(*vectors);
  }
  CHECK(refused > 500);
}

}  // namespace
