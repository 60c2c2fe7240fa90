#include <catch2/catch_test_macros.hpp>

#include "base/rng.hpp"
#include "io/arrays/deflate.hpp"

using namespace ap;

namespace {

std::string bytes(std::initializer_list<int> list) {
  std::string out;
  for (const int b : list) out += static_cast<char>(b);
  return out;
}

}  // namespace

TEST_CASE("what zlib wrote is read: stored, fixed and dynamic codes") {
  // Python: zlib.compressobj(level, zlib.DEFLATED, -15), 0 and 9.
  CHECK(inflate(bytes({0x01, 0x03, 0x00, 0xfc, 0xff, 'a', 'b', 'c'}), 10) == "abc");
  CHECK(inflate(bytes({0x4b, 0x4c, 0x4a, 0x06, 0x00}), 10) == "abc");
  CHECK(inflate(bytes({0x4b, 0x4c, 0xa4, 0x3d, 0x00, 0x00}), 200) == std::string(100, 'a'));
  const std::string dynamic = bytes(
      {0x2d, 0x8d, 0xd9, 0x15, 0xc3, 0x20, 0x10, 0x03, 0x5b, 0x51, 0x1f, 0x54, 0x03, 0xf1, 0x72,
       0x24, 0x98, 0xe5, 0xbe, 0xaa, 0x0f, 0xce, 0xcb, 0xf7, 0x8c, 0x46, 0xd5, 0x12, 0x52, 0x73,
       0xaf, 0x0f, 0x54, 0xe6, 0x11, 0xa0, 0x79, 0xe2, 0xdd, 0xee, 0x58, 0xc0, 0x9d, 0x32, 0xea,
       0xc1, 0x5e, 0xee, 0x85, 0x8b, 0x8d, 0x40, 0x94, 0xc7, 0xbb, 0x17, 0xd4, 0x91, 0x86, 0xab,
       0x16, 0xda, 0x75, 0x3a, 0x68, 0x53, 0x80, 0x77, 0xa9, 0x71, 0x3e, 0x5b, 0x53, 0x04, 0x2c,
       0x0f, 0x74, 0x9a, 0x2e, 0x18, 0xbf, 0xfe, 0xf9, 0x4b, 0xea, 0x8a, 0x4d, 0x2a, 0xcb, 0xf2,
       0x3b, 0x10, 0x28, 0xd1, 0xba, 0x30, 0xc1, 0x1a, 0xca, 0x3f, 0xe1, 0xd4, 0x64, 0xae, 0xfb,
       0xc0, 0xcb, 0xd0, 0xf3, 0xd2, 0x79, 0x7c, 0x01});
  CHECK(inflate(dynamic, 200) ==
        "the quick brown fox jumps over the lazy dog; pack my box with five dozen liquor jugs; how "
        "vexingly quick "
        "daft zebras jump; sphinx of black quartz judge my vow");
  for (std::size_t cut = 0; cut < dynamic.size(); ++cut)
    CHECK_FALSE(inflate(dynamic.substr(0, cut), 200));
}

TEST_CASE("text and noise of any length come back") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng(seed);
    std::string text;
    const std::uint32_t letters = seed % 4 == 0 ? 256 : 1 + rng.below(6);
    for (std::uint32_t i = rng.below(seed < 190 ? 600 : 80'000); i > 0; --i)
      text += static_cast<char>(rng.below(letters));
    const std::string packed = deflate(text);
    REQUIRE(inflate(packed, text.size()) == text);
    if (!text.empty()) CHECK_FALSE(inflate(packed, text.size() - 1));
    if (text.size() > 2) CHECK_FALSE(inflate(packed.substr(0, packed.size() - 2), text.size()));
  }
}

TEST_CASE("a run longer than the window and the longest match are coded") {
  std::string text(70'000, 'x');
  text[40'000] = 'y';
  const std::string packed = deflate(text);
  CHECK(packed.size() < 800);
  CHECK(inflate(packed, 70'000) == text);
}

TEST_CASE("a bomb stops at its limit") {
  const auto bomb = inflate(deflate(std::string(std::size_t{1} << 24, '\0')), 1000);
  REQUIRE_FALSE(bomb);
  CHECK(bomb.error().code == ErrorCode::kTooLarge);
}

TEST_CASE("any bytes are read or refused") {
  int read = 0;
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    Rng rng(seed);
    std::string noise;
    for (std::uint32_t i = rng.below(60); i > 0; --i) noise += static_cast<char>(rng.below(256));
    const auto out = inflate(noise, 10'000);
    if (!out) continue;
    ++read;
    CHECK(out->size() <= 10'000);
  }
  CHECK(read > 10);
}
