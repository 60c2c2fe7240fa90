#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cstring>

#include "base/rng.hpp"
#include "io/arrays/deflate.hpp"
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

TEST_CASE("a member that cannot be read is listed with the reason, the others are read") {
  Bytes archive = write_npz({{"tokens", to_npy(Array{{3}, {1, 2, 3}})},
                             {"broken", to_npy(Array{{2}, {1, 2}})},
                             {"..", to_npy(Array{{1}, {1}})},
                             {"w", to_npy(Array{{2}, {5, 6}})}});
  // The first becomes text of the same size, and its checksum that of the text; of the second one
  // number is damaged.
  const std::string_view text(reinterpret_cast<const char*>(archive.data()), archive.size());
  const std::size_t first = text.find("<f4");
  archive[first + 1] = 'S';
  const auto crc = crc32(std::span(archive).subspan(40, 140));
  const auto directory = archive.begin() + static_cast<std::ptrdiff_t>(text.find("PK\x01\x02"));
  std::memcpy(&*directory + 16, &crc, 4);
  const std::size_t second = text.find("broken.npy") + 10 + 128;
  archive[second] ^= 1;
  const auto got = list_npz(archive, "x.npz");
  REQUIRE(got);
  REQUIRE(got->size() == 4);
  CHECK((*got)[0].outline.problem == "holds text, not numbers");
  CHECK((*got)[0].outline.text);
  CHECK((*got)[1].outline.problem == "a member's checksum does not fit");
  CHECK((*got)[2].outline.problem.find("name") != std::string::npos);
  CHECK((*got)[3].outline.problem.empty());
  CHECK((*got)[3].outline.dtype == "float32");
  const auto w = read_npy(*unpack_npz(archive, (*got)[3], "x.npz"), "w");
  REQUIRE(w);
  CHECK(to_array(*w).data == std::vector<float>{5, 6});
}

namespace {
/// An archive whose one member is packed.
Bytes packed(const NpyArray& array) {
  const Bytes plain = write_npy(array);
  const std::string body = deflate({reinterpret_cast<const char*>(plain.data()), plain.size()});
  Bytes out;
  const auto put = [&](std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) {  // the rest of more than 8 is zeros
      out.push_back(i < 8 ? static_cast<unsigned char>(value >> (8 * i)) : 0);
    }
  };
  const auto shared = [&] {
    for (const int zero : {20, 0, 8, 0, 0}) put(static_cast<std::uint64_t>(zero), 2);
    put(crc32(plain), 4);
    put(body.size(), 4);
    put(plain.size(), 4);
    put(5, 2);
    put(0, 2);
  };
  const std::string_view name = "w.npy";
  put(0x04034B50, 4);
  shared();
  out.insert(out.end(), name.begin(), name.end());
  out.insert(out.end(), body.begin(), body.end());
  const std::size_t start = out.size();
  put(0x02014B50, 4);
  put(20, 2);
  shared();
  put(0, 10);
  put(0, 4);
  out.insert(out.end(), name.begin(), name.end());
  const std::size_t size = out.size() - start;
  put(0x06054B50, 4);
  put(0, 4);
  put(1, 2);
  put(1, 2);
  put(size, 4);
  put(start, 4);
  put(0, 2);
  return out;
}
}  // namespace

TEST_CASE("an archive opens however much it is compressed; what is unpacked at once is bounded") {
  const std::int64_t side = 2048;  // 16 MB
  NpyArray zeros{Dtype::kFloat32, {side, side}, Bytes(std::size_t{4} * side * side)};
  Bytes archive = packed(zeros);
  CHECK(archive.size() < 200'000);
  const auto got = list_npz(archive, "x.npz");
  REQUIRE(got);
  REQUIRE(got->size() == 1);
  const NpzMember& w = (*got)[0];
  CHECK(w.outline.problem.empty());
  CHECK(w.outline.shape == std::vector<std::int64_t>{side, side});
  CHECK(unpack_npz(archive, w, "x")->size() == 128 + zeros.data.size());
  NpzMember large = w;
  large.size = kMaxMember + 1;
  CHECK(unpack_npz(archive, large, "x").error().code == ErrorCode::kTooLarge);
  NpzMember lies = w;
  lies.size = 100;
  CHECK_FALSE(unpack_npz(archive, lies, "x"));
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
