// The embedded files are byte for byte those of the checkout; tests run in the source folder.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/assets.hpp"

namespace {

std::vector<unsigned char> file_bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

TEST_CASE("every embedded file has its bytes", "[assets]") {
  REQUIRE_FALSE(ap::asset_names().empty());
  for (const std::string_view name : ap::asset_names()) {
    INFO(name);
    const auto bytes = ap::asset(name);
    const auto expected = file_bytes(std::string(name));
    CHECK_FALSE(expected.empty());
    CHECK(std::ranges::equal(bytes, expected));
  }
}

TEST_CASE("names are sorted and an unknown one gives no bytes", "[assets]") {
  CHECK(std::ranges::is_sorted(ap::asset_names()));
  CHECK(ap::asset("assets/nothing-of-this-name").empty());
  CHECK(ap::asset("").empty());
}
