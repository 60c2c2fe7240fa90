#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "base/rng.hpp"
#include "io/arrays/zip.hpp"

using namespace ap;

namespace {
NamedArrays two() {
  return {{"layers.0.q", to_npy(Array{{2, 2}, {1, 2, 3, 4}})},
          {"naïve", to_npy(Array{{3}, {5, 6, 7}})}};
}
}  // namespace

TEST_CASE("the checksum is that of the standard's example") {
  const std::string text = "123456789";
  CHECK(crc32(Bytes(text.begin(), text.end())) == 0xCBF43926U);
}

TEST_CASE("an archive is read back as it was written") {
  const auto got = read_npz(write_npz(two()), "x.npz");
  REQUIRE(got);
  REQUIRE(got->size() == 2);
  CHECK((*got)[0].first == "layers.0.q");
  CHECK((*got)[0].second.shape == std::vector<std::int64_t>{2, 2});
  CHECK((*got)[1].first == "naïve");
  CHECK(to_array((*got)[1].second).data == std::vector<float>{5, 6, 7});
  REQUIRE(read_npz(write_npz({}), "x"));
}

TEST_CASE("damage is found, and no bytes crash it") {
  const Bytes good = write_npz(two());
  Bytes bad = good;
  bad[160] ^= 1;  // within the first member
  const auto got = read_npz(bad, "x");
  REQUIRE_FALSE(got);
  CHECK(got.error().message.find("checksum") != std::string::npos);
  CHECK_FALSE(read_npz(Bytes(10), "x"));
  Rng rng(9);
  for (int i = 0; i < 5000; ++i) {
    bad = good;
    for (std::uint32_t n = 1 + rng.below(4); n > 0; --n) {
      const auto from = rng.below(2) == 0 ? 0 : static_cast<std::uint32_t>(bad.size()) - 180;
      bad[from + rng.below(static_cast<std::uint32_t>(bad.size()) - from)] =
          static_cast<unsigned char>(rng.below(256));
    }
    if (rng.below(5) == 0) bad.resize(rng.below(static_cast<std::uint32_t>(bad.size())));
    const auto read = read_npz(bad, "x");
    if (read) REQUIRE(read->size() <= 2);
  }
}

TEST_CASE("a member that says it is packed and is not is refused") {
  Bytes bytes = write_npz(two());
  for (std::size_t i = 0; i + 12 < bytes.size(); ++i) {
    if (bytes[i] == 'P' && bytes[i + 1] == 'K' && bytes[i + 2] == 1 && bytes[i + 3] == 2)
      bytes[i + 10] = 8;
  }
  const auto got = read_npz(bytes, "x");
  REQUIRE_FALSE(got);
  CHECK(got.error().code == ErrorCode::kParse);
  CHECK(got.error().message.find("packed") != std::string::npos);
}

TEST_CASE("an array's name is one that it can be written under again") {
  auto named = two();
  const std::string name = GENERATE("", ".", "b.", "a..b", "/a", "a\\b");
  CAPTURE(name);
  named[0].first = name;
  const auto got = read_npz(write_npz(named), "x.npz");
  REQUIRE_FALSE(got);
  CHECK(got.error().message.find("name") != std::string::npos);
}
