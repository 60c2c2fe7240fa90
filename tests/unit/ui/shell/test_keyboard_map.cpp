// docs/keyboard.md is the table that the page shows.
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <string>
#include <vector>

#include "ui/shell/keyboard_map.hpp"

using namespace ap;

TEST_CASE("docs/keyboard.md lists the keys of the interface, in its order, and no others") {
  std::ifstream in("docs/keyboard.md");
  REQUIRE(in);
  std::vector<std::string> written;
  std::string group;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("## ")) group = line.substr(3);
    if (line.starts_with("| ") && !line.starts_with("| keys ")) written.push_back(group + line);
  }
  std::vector<std::string> shown;
  for (const ui::KeyLine& key : ui::keyboard_map())
    shown.push_back(std::string(key.group) + "| " + key.keys + " | " + key.does + " |");
  CHECK(written == shown);
}
