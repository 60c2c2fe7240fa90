// Blocks of numbers as text, out to and in from other programs.
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <limits>

#include "view/paint/block_text.hpp"

using namespace ap;

namespace {

void check(std::string_view text, const Matrix& expected) {
  INFO(text);
  const auto read = parse_block(text);
  REQUIRE(read);
  REQUIRE(read->rows() == expected.rows());
  REQUIRE(read->cols() == expected.cols());
  CHECK(*read == expected);
}

}  // namespace

TEST_CASE("text of spreadsheets, csv files, NumPy and Python is read") {
  const Matrix m{{1, -2.5F}, {3e-3F, 4}};
  check("1\t-2.5\n0.003\t4\n", m);
  check("1\t-2.5\r\n0.003\t4", m);
  check("1, -2.5\n0.003, 4", m);
  check("1;-2.5\n0.003;4\n", m);
  check("1 -2.5\n 3e-3   4 ", m);
  check("\"1\",\"-2.5\"\n\"0.003\",\"4\"", m);
  check("[[1, -2.5], [0.003, 4]]", m);
  check("[[1, -2.5],\n [0.003, 4],]", m);
  check("array([[ 1.   , -2.5  ],\n       [ 0.003,  4.   ]], dtype=float32)", m);
  check("[[ 1.    -2.5  ]\n [ 0.003  4.   ]]", m);
  check("np.array([[1, -2.5], [0.003, 4]])", m);
  check(
      "\xEF\xBB\xBF"
      "1\t-2.5\n0.003\t4\n",
      m);
  check("[1, 2, 3]", Matrix{{1, 2, 3}});
  check("7", Matrix{{7}});
  const float inf = std::numeric_limits<float>::infinity();
  check("0\t-inf\n", Matrix{{0, -inf}});
}

TEST_CASE("what is copied reads back bit for bit, in every format") {
  const float inf = std::numeric_limits<float>::infinity();
  const Matrix m{{0.1F, -1.0F / 3, 1e-30F}, {-inf, 16777217.0F, 5e5F}};
  for (const BlockFormat format :
       {BlockFormat::kTsv, BlockFormat::kCsv, BlockFormat::kNumpy, BlockFormat::kPython}) {
    const std::string text = format_block(view(m), format);
    INFO(text);
    const auto read = parse_block(text);
    REQUIRE(read);
    CHECK(*read == m);
  }
  CHECK(format_block(view(m.topLeftCorner(1, 1).eval()), BlockFormat::kNumpy) ==
        "np.array([[0.1]], dtype=np.float32)");
}

TEST_CASE("what cannot be read is refused with its place") {
  const auto word = parse_block("1\t2\n3\tx");
  REQUIRE_FALSE(word);
  CHECK(word.error().where == "row 2, column 2");
  const auto ragged = parse_block("1\t2\n3");
  REQUIRE_FALSE(ragged);
  CHECK(ragged.error().code == ErrorCode::kShape);
  CHECK(ragged.error().where == "row 2");
  CHECK_FALSE(parse_block(""));
  CHECK_FALSE(parse_block("[[1, 2]"));
  CHECK_FALSE(parse_block("1]2["));
  CHECK_FALSE(parse_block("[]"));
  CHECK_FALSE(parse_block("\t"));
}
