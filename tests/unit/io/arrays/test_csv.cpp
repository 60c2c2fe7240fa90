#include <catch2/catch_test_macros.hpp>
#include <charconv>
#include <cmath>
#include <cstring>
#include <initializer_list>

#include "base/rng.hpp"
#include "io/arrays/csv.hpp"

using namespace ap;

namespace {

using Words = std::vector<std::string>;

Table table(std::string_view text, char separator = '\0') {
  auto got = read_table(text, "t.csv", separator);
  INFO((got ? "" : got.error().where + ": " + got.error().message));
  REQUIRE(got);
  return std::move(*got);
}

/// "place: message".
std::string refused(std::string_view text) {
  const auto got = read_table(text, "t.csv");
  return got ? "no error" : got.error().where + ": " + got.error().message;
}

std::string refused_long(const std::string& lines) {
  const auto got = read_long_csv(std::string(kLongHeader) + "\n" + lines, "t.csv");
  return got ? "no error" : got.error().where + ": " + got.error().message;
}

std::string shortest(float value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

const std::vector<float> kSix{1, 2, 3, 4, 5, 6};

}  // namespace

TEST_CASE("commas, semicolons, tabs and spaces part the fields") {
  for (const char* text : {"1,2,3\n4,5,6\n", "1;2;3\r\n4;5;6\r\n", "1\t2\t3\n4\t5\t6",
                           "\xEF\xBB\xBF"
                           "1,2,3\n\n4,5,6\n\n"}) {
    CAPTURE(text);
    const Table t = table(text);
    CHECK(t.array.shape == std::vector<std::int64_t>{2, 3});
    CHECK(t.array.data == kSix);
    CHECK((t.rows.empty() && t.cols.empty()));
  }
  CHECK(table("  1  2 3\n 4 5   6 \n", ' ').array.data == kSix);
}

TEST_CASE("a decimal comma is read where commas part nothing") {
  CHECK(table("1,5;2\n-3;4,25\n").array.data == std::vector<float>{1.5F, 2, -3, 4.25F});
  CHECK(table("1,5\t2\n").array.data == std::vector<float>{1.5F, 2});
  CHECK(table("1,5\n").array.data == std::vector<float>{1, 5});
}

TEST_CASE("labels are what is no number, in the first row and column alone") {
  const Table both = table(",the,cat\nsat,1,2\n\"on, \"\"it\"\"\",3,4\n");
  CHECK(both.cols == Words{"the", "cat"});
  CHECK(both.rows == Words{"sat", "on, \"it\""});
  CHECK(both.array.data == std::vector<float>{1, 2, 3, 4});
  // An empty corner says that there are labels, numbers though they be.
  const Table years = table(",2001,2002\n1,0.5,0.25\n");
  CHECK(years.cols == Words{"2001", "2002"});
  CHECK(years.rows == Words{"1"});
  CHECK(table("a,b\n1,2\n").cols == Words{"a", "b"});
  CHECK(table("x,1,2\ny,3,4\n").rows == Words{"x", "y"});
  CHECK(table("a\n1\n").array.data == std::vector<float>{1});
}

TEST_CASE("infinities, nan and booleans are numbers; booleans alone make a mask") {
  const Table t = table("inf,-Infinity\nNaN,1e-3\n");
  CHECK(t.array.data[0] == INFINITY);
  CHECK(t.array.data[1] == -INFINITY);
  CHECK(std::isnan(t.array.data[2]));
  CHECK_FALSE(t.boolean);
  CHECK(table("True,false\nFALSE,true\n").boolean);
  CHECK_FALSE(table("True,0\n").boolean);
}

TEST_CASE("what is wrong in a table is said with its place") {
  CHECK(refused("") == "t.csv: there is no line with numbers");
  CHECK(refused("\n \n") == "t.csv: there is no line with numbers");
  CHECK(refused("1,2,3\n4,5\n") == "t.csv: line 2 has 2 fields, the first has 3");
  CHECK(refused("1,2\n3,x\n") == "t.csv, row 2, column 2: 'x' is not a number");
  CHECK(refused("1,2\n3,0x10\n") == "t.csv, row 2, column 2: '0x10' is not a number");
  CHECK(refused("1,2\n3,1e99\n") == "t.csv, row 2, column 2: '1e99' is not a number");
  CHECK(refused("1,2\n\"3,4\n5") == "t.csv: a quote in line 2 does not end");
  CHECK(refused("a,b\n") == "t.csv: there are labels but no numbers");
  const auto many = read_table(std::string(kMaxFields + 1, ','), "t.csv");
  REQUIRE_FALSE(many);
  CHECK(many.error().code == ErrorCode::kTooLarge);
  CHECK(many.error().message == "more than 8 million fields");
}

TEST_CASE("tables of any size come back from their text, whatever parts the fields") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Rng rng(seed);
    const char separator = ",;\t "[rng.below(4)];
    const std::uint32_t rows = 1 + rng.below(9), cols = 1 + rng.below(9);
    // One column has nothing that could tell its separator.
    const bool labels = separator != ' ' && cols > 1 && rng.below(2) == 0;
    std::string text;
    std::vector<float> want;
    for (std::uint32_t j = 0; labels && j < cols; ++j)
      text += separator + std::string("\"w") + separator + std::to_string(j) + "\"";
    if (labels) text += '\n';
    for (std::uint32_t i = 0; i < rows; ++i) {
      if (labels) text += "row" + std::to_string(i) + separator;
      for (std::uint32_t j = 0; j < cols; ++j) {
        want.push_back(rng.normal() * std::pow(10.0F, static_cast<float>(rng.below(20)) - 10));
        text += (j > 0 ? std::string(1, separator) : "") + shortest(want.back());
      }
      text += rng.below(2) == 0 ? "\n" : "\r\n";
    }
    CAPTURE(seed, text);
    const Table t = table(text, separator);
    REQUIRE(t.array.shape == std::vector<std::int64_t>{rows, cols});
    REQUIRE(std::memcmp(t.array.data.data(), want.data(), want.size() * sizeof(float)) == 0);
    REQUIRE(t.cols.size() == (labels ? cols : 0));
    REQUIRE(t.rows.size() == (labels ? rows : 0));
  }
}

TEST_CASE("the long form gives arrays by name, in any order of cells") {
  const auto got = read_long_csv(std::string(kLongHeader) +
                                     "\n0,embeddings,0,0,1,a,,2\n0,embeddings,0,0,0,a,,1\n"
                                     "1,weights,1,0,0,a,\"b,c\",4\n1,weights,0,0,0,a,\"b,c\",3\n",
                                 "t.csv");
  REQUIRE(got);
  REQUIRE(got->size() == 2);
  CHECK((*got)[0].first == "embeddings");
  CHECK((*got)[0].second.shape == std::vector<std::int64_t>{1, 2});
  CHECK((*got)[0].second.data == std::vector<float>{1, 2});
  CHECK((*got)[1].first == "layers.1.weights");
  CHECK((*got)[1].second.shape == std::vector<std::int64_t>{2, 1, 1});
  CHECK((*got)[1].second.data == std::vector<float>{3, 4});
}

TEST_CASE("what is wrong in the long form is said with its place") {
  CHECK(refused_long("0,q,0,0,0,a,b\n") == "t.csv: line 2 has 7 fields, the first has 8");
  CHECK(refused_long("0,w_z,0,0,0,a,b,1\n") ==
        "t.csv, row 2: is not layer, stage, head, row, col, labels, value");
  CHECK(refused_long("0,q,0,-1,0,a,b,1\n") ==
        "t.csv, row 2: is not layer, stage, head, row, col, labels, value");
  CHECK(refused_long("0,q,0,0,0,a,b,one\n") ==
        "t.csv, row 2: is not layer, stage, head, row, col, labels, value");
  CHECK(refused_long("0,q,0,0,0,a,b,1\n0,q,0,0,0,a,b,1\n") == "t.csv: layers.0.q lacks cells");
  CHECK(refused_long("0,q,0,0,0,a,b,1\n0,q,0,1,1,a,b,1\n0,q,0,1,1,a,b,1\n0,q,0,0,1,a,b,1\n") ==
        "t.csv: layers.0.q has a cell twice");
  // A place that says that there are 10^18 cells costs nothing.
  CHECK(refused_long("0,q,1048575,1048575,1048575,a,b,1\n") == "t.csv: layers.0.q lacks cells");
  CHECK(read_long_csv("1,2\n", "t.csv").error().message ==
        "the first line must be " + std::string(kLongHeader));
}
