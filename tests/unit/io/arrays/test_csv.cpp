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

TEST_CASE("a row or column in which any cell is a number is no labels: what is no number is said") {
  CHECK(refused("0.1,0.2,NA\n0.3,0.4,0.5\n") == "t.csv, row 1, column 3: 'NA' is not a number");
  CHECK(refused("0.1,0.2\nNA,0.4\n0.5,0.6\n") == "t.csv, row 2, column 1: 'NA' is not a number");
  CHECK(refused("1,#DIV/0!,3\n4,5,6\n") == "t.csv, row 1, column 2: '#DIV/0!' is not a number");
  CHECK(refused("1,,3\n4,5,6\n") ==
        "t.csv, row 1, column 2: the cell is empty; write nan where there is no number");
  CHECK(refused(",2,3\n4,5,6\n7,8,9\n").starts_with("t.csv, row 1, column 1: the cell is empty"));
  CHECK(refused("1,2,3\n,5,6\n").starts_with("t.csv, row 2, column 1: the cell is empty"));
  CHECK(refused("x,1,\ny,2,3\n").starts_with("t.csv, row 1, column 3: the cell is empty"));
  // Nothing but signs that something is missing is no label either.
  CHECK(refused("NA,N/A\n1,2\n") == "t.csv, row 1, column 1: 'NA' is not a number");
  CHECK(refused("a,b\n-,1\n-,2\n") == "t.csv, row 2, column 1: '-' is not a number");
  CHECK(refused("a,b\n#N/A,1\n#REF!,2\n") == "t.csv, row 2, column 1: '#N/A' is not a number");
  CHECK(refused("token,a\nthe,1\n7,2\n") == "t.csv, row 2, column 1: 'the' is not a number");
  CHECK(refused("12%,1\n5%,2\n") == "t.csv, row 1, column 1: '12%' is not a number");
  CHECK(refused("$1.50\n$2\n") == "t.csv, row 1, column 1: '$1.50' is not a number");
  CHECK(table("2020-01-02,1\n2020-01-03,2\n").rows == Words{"2020-01-02", "2020-01-03"});
  CHECK(table("Na,K\n1,2\n").cols == Words{"Na", "K"});
}

TEST_CASE("any one cell that is no number is named, in a table with labels or without") {
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Rng rng(seed);
    const std::uint32_t rows = 2 + rng.below(5), cols = 2 + rng.below(5);
    const std::uint32_t bad_row = rng.below(rows), bad_col = rng.below(cols);
    const bool head = rng.below(2) == 0, side = rng.below(2) == 0;
    constexpr std::string_view kBad[] = {"NA", "", "#VALUE!", "null", "abc", "1,5x", "--", "0x1F"};
    const std::string_view bad = kBad[rng.below(8)];
    constexpr std::string_view kSeparators[] = {";", "\t"};
    const std::string_view separator = kSeparators[rng.below(2)];
    std::string text;
    if (head) {
      for (std::uint32_t j = 0; j < cols + (side ? 1 : 0); ++j)
        text += (j > 0 ? std::string(separator) : "") + "name" + std::to_string(j);
      text += '\n';
    }
    for (std::uint32_t i = 0; i < rows; ++i) {
      if (side) text += "row" + std::to_string(i) + std::string(separator);
      for (std::uint32_t j = 0; j < cols; ++j) {
        text += (j > 0 ? std::string(separator) : "");
        text += i == bad_row && j == bad_col ? std::string(bad) : shortest(rng.normal());
      }
      text += '\n';
    }
    CAPTURE(seed, text);
    REQUIRE(refused(text).starts_with("t.csv, row " + std::to_string(bad_row + (head ? 2 : 1)) +
                                      ", column " + std::to_string(bad_col + (side ? 2 : 1)) +
                                      ": "));
  }
}

TEST_CASE("labels that look like numbers are told by the corner") {
  CHECK(table("\"\",1,2\n3,4,5\n").rows == Words{"3"});
  CHECK(table(",0,1\n0,3,4\n1,5,6\n").array.data == std::vector<float>{3, 4, 5, 6});
  CHECK(table(",a,b\n0,3,4\n7,5,6\n").rows == Words{"0", "7"});
  // R and pandas leave the corner out.
  CHECK(table("a b\nx 1 2\ny 3 4\n").array.data == std::vector<float>{1, 2, 3, 4});
  CHECK(table("\"V1\",\"V2\"\n\"1\",0.5,2\n\"2\",3,4\n").cols == Words{"V1", "V2"});
  CHECK(table("     0    1\n0  0.1  0.2\n1  0.3  0.4\n").array.shape ==
        std::vector<std::int64_t>{2, 2});
  CHECK(refused("1,2\n3,4,5\n") == "t.csv: line 2 has 3 fields, the first has 2");
}

TEST_CASE("comments, a named separator, a separator at the end of every line") {
  const auto same = [](const char* text) {
    CAPTURE(text);
    CHECK(table(text).array.shape == std::vector<std::int64_t>{2, 3});
    CHECK(table(text).array.data == kSix);
  };
  same("1.000000000000000000e+00 2.0e+00 3.0e+00\n4.0e+00 5.0e+00 6.0e+00\n");
  same("# made by hand, 2 rows\n1,2,3\n# between\n4,5,6\n# after");
  same("# 2 3\n1 2 3\n4 5 6\n");
  same("#a,b,c\n1,2,3\n4,5,6\n");
  same("sep=;\n1;2;3\n4;5;6\n");
  same("SEP=|\r\n1|2|3\r\n4|5|6\r\n");
  same("\"sep=,\"\n1,2,3\n4,5,6\n");
  same("1,2,3,\n4,5,6,\n");
  same("a,b,c\n1,2,3,\n4,5,6,\n");
  same("1;2;3;\n4;5;6\n");
  same("\"x;1\",\"y\",\"z;\"\n1,2,3\n4,5,6\n");
  CHECK(table("\"loss; train\",\"x\"\n1.5,2.5\n").array.data == std::vector<float>{1.5F, 2.5F});
  // A label may begin with the sign of a comment.
  CHECK(table("##ing,1,2\n#,3,4\n").rows == Words{"##ing", "#"});
  CHECK(table("the 1 2\n# 3 4\n").rows == Words{"the", "#"});
  CHECK(refused("a,1\n##ing,NA\n") == "t.csv, row 2, column 2: 'NA' is not a number");
}

TEST_CASE("the table decides what a comma and a point in its numbers mean") {
  const auto is = [](const char* text, std::vector<float> want) {
    CAPTURE(text);
    CHECK(table(text).array.data == want);
  };
  is("1.234,56;7,5\n2,5;3,5\n", {1234.56F, 7.5F, 2.5F, 3.5F});
  is("\"1,234.5\",\"2\"\n3,4\n", {1234.5F, 2, 3, 4});
  is("1.234;0,5\n", {1234, 0.5F});
  is("1,234;0.5\n", {1234, 0.5F});
  is("1.234;5.678\n", {1.234F, 5.678F});
  is("1.234.567;8\n", {1234567, 8});
  is("1'234.5;-1\xE2\x80\x99"
     "234\n",
     {1234.5F, -1234});
  is("1\xC2\xA0"
     "234,5;1\xE2\x80\xAF"
     "234\n",
     {1234.5F, 1234});
  is("\xE2\x88\x92"
     "1,5;\xE2\x88\x92\xE2\x88\x9E\n",
     {-1.5F, -INFINITY});
  is("0,123;1\n", {0.123F, 1});
  is("1,5e\xE2\x88\x92"
     "3;2\n",
     {1.5e-3F, 2});
  CHECK(refused("1,234;5,678\n") ==
        "t.csv, row 1, column 1: '1,234' may be a fraction or thousands, and no other number says "
        "which; write it without a mark between thousands");
  CHECK(refused("2.5;1\n1,5;2\n") ==
        "t.csv, row 2, column 1: '1,5' has a decimal comma, '2.5' in row 1, column 1 a decimal "
        "point; write all of them in one way");
  CHECK(refused("1.23,4;1\n").ends_with("'1.23,4' is not a number"));
  CHECK(refused("12'34;1\n").ends_with("'12'34' is not a number"));
  CHECK(refused("1,234.5,6;1\n").ends_with("is not a number"));
}

TEST_CASE("numbers written the German, the Swiss and the English way are the same numbers") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng(seed);
    struct Style {
      std::string_view group, decimal;
    };
    constexpr Style kStyles[] = {{".", ","}, {"'", "."}, {",", "."}, {"\xC2\xA0", ","}};
    const Style style = kStyles[rng.below(4)];
    std::string text;
    std::vector<float> want;
    for (int i = 0; i < 12; ++i) {
      const std::uint32_t whole = rng.below(2'000'000) >> rng.below(20);
      std::string digits = std::to_string(whole);
      const std::string fraction = std::to_string(rng.below(90) + 10);
      want.push_back(std::stof(digits + "." + fraction));
      for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, style.group);
      text += digits + std::string(style.decimal) + fraction + (i % 4 == 3 ? "\n" : ";");
    }
    CAPTURE(seed, text);
    REQUIRE(table(text).array.data == want);
  }
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
