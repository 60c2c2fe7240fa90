#include <catch2/catch_test_macros.hpp>
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/rng.hpp"
#include "io/arrays/text_array.hpp"

using namespace ap;

namespace {

using Shape = std::vector<std::int64_t>;

TextArray read(std::string_view text) {
  auto got = read_text_array(text, "pasted");
  INFO((got ? "" : got.error().where + ": " + got.error().message));
  REQUIRE(got);
  return std::move(*got);
}

void gives(std::string_view text, const Shape& shape, const std::vector<float>& data) {
  CAPTURE(text);
  const TextArray got = read(text);
  CHECK(got.array.shape == shape);
  CHECK(got.array.data == data);
}

std::string refused(std::string_view text) {
  const auto got = read_text_array(text, "pasted");
  return got ? "no error" : got.error().where + ": " + got.error().message;
}

const std::vector<float> kFour{1, 2, 3, -0.004F};

/// Nested lists of a shape, as one of the programs prints them.
std::string printed(const Shape& shape, const std::vector<float>& data, Rng& rng, char open,
                    char close, bool commas) {
  std::string out;
  std::size_t at = 0;
  const auto gap = [&] { return std::string(rng.below(4) == 0 ? "\n  " : " "); };
  const auto walk = [&](auto&& self, std::size_t level) -> void {
    if (level == shape.size()) {
      char text[32];
      out.append(text, std::to_chars(text, text + sizeof text, data[at++]).ptr);
      return;
    }
    out += open;
    for (std::int64_t i = 0; i < shape[level]; ++i) {
      if (i > 0) out += (commas ? "," : "") + gap();
      self(self, level + 1);
    }
    out += close;
  };
  walk(walk, 0);
  return out;
}

}  // namespace

TEST_CASE("what NumPy prints, by repr and by str") {
  gives("array([[ 1.   ,  2.   ],\n       [ 3.   , -0.004]], dtype=float32)", {2, 2}, kFour);
  gives("[[ 1.e+00  2.e+00]\n [ 3.e+00 -4.e-03]]", {2, 2}, kFour);
  gives("array([1, 2, 3])", {3}, {1, 2, 3});
  gives("array([[[1], [2]]])", {1, 2, 1}, {1, 2});
  gives("array([], dtype=float64)", {0}, {});
  gives("array([[]], shape=(1, 0), dtype=float64)", {1, 0}, {});
}

TEST_CASE("what PyTorch prints") {
  gives(
      "tensor([[ 1.0000e+00,  2.0000e+00],\n        [ 3.0000e+00, -4.0000e-03]], device='cuda:0', "
      "grad_fn=<MmBackward0>)",
      {2, 2}, kFour);
  gives("Parameter containing:\ntensor([[1., 2.],\n        [3., -0.004]], requires_grad=True)",
        {2, 2}, kFour);
  const TextArray odd = read("tensor([nan, inf, -inf], dtype=torch.float16)");
  CHECK(std::isnan(odd.array.data[0]));
  CHECK(odd.array.data[1] == INFINITY);
  CHECK(odd.array.data[2] == -INFINITY);
}

TEST_CASE("Python lists and tuples, and tables") {
  gives("[[1, 2], [3, -4e-3]]", {2, 2}, kFour);
  gives("((1, 2), (3, -.004))", {2, 2}, kFour);
  gives("[[1, 2],\n [3, -0.004],]", {2, 2}, kFour);
  gives("1\t2\n3\t-0.004\n", {2, 2}, kFour);
  gives("1 2\n3 -0.004", {2, 2}, kFour);
  gives("1;2\n3;-0,004\n", {2, 2}, kFour);
  gives(" 7.5 \n", {1, 1}, {7.5F});
}

TEST_CASE("items that say their type: NumPy 2, PyTorch, TensorFlow, JAX") {
  gives("[np.float64(0.5), np.float32(-2)]", {2}, {0.5F, -2});
  gives("[array([0.5, 1]), array([2., 3.], dtype=float32)]", {2, 2}, {0.5F, 1, 2, 3});
  gives("(array([1]), array([2]))", {2, 1}, {1, 2});
  gives("[tensor(0.5000, grad_fn=<SelectBackward0>), tensor(-1., device='cuda:0')]", {2},
        {0.5F, -1});
  gives("[tensor([1., 2.], requires_grad=True),\n tensor([3., -4e-3])]", {2, 2}, kFour);
  gives("[[tensor(1.), tensor(2.)], [tensor(3.), tensor(-0.004)]]", {2, 2}, kFour);
  gives(
      "<tf.Tensor: shape=(2, 2), dtype=float32, numpy=\narray([[1., 2.],\n       [3., -0.004]], "
      "dtype=float32)>",
      {2, 2}, kFour);
  gives("<tf.Variable 'x:0' shape=(1, 2) dtype=float32, numpy=array([[1., 2.]], dtype=float32)>",
        {1, 2}, {1, 2});
  gives("tf.Tensor(\n[[1. 2.]\n [3. -0.004]], shape=(2, 2), dtype=float32)", {2, 2}, kFour);
  gives(
      "[<tf.Tensor: shape=(), dtype=float32, numpy=0.5>, <tf.Tensor: shape=(), dtype=float32, "
      "numpy=2.0>]",
      {2}, {0.5F, 2});
  gives("[Array(0.5, dtype=float32, weak_type=True), Array(2., dtype=float32)]", {2}, {0.5F, 2});
  gives("Array([[1., 2.],\n       [3., -0.004]], dtype=float32)", {2, 2}, kFour);
  gives("[np.True_, np.False_]", {2}, {1, 0});
  gives("np.array([[1, -np.inf], [float('inf'), -float('inf')]], np.float32)", {2, 2},
        {1, -INFINITY, INFINITY, -INFINITY});
  gives("tensor(0.5)", {1}, {0.5F});
  gives("np.float64(0.5)", {1}, {0.5F});
  gives(
      "[\xE2\x88\x92"
      "1, \xE2\x88\x92\xE2\x88\x9E, \xE2\x88\x9E]",
      {3}, {-1, -INFINITY, INFINITY});
  CHECK(refused("[Fraction(1, 2)]") ==
        "pasted, line 1, column 14: more than one value in the brackets");
  CHECK(refused("[float('x')]") == "pasted, line 1, column 8: ''x'' is not a number");
  CHECK(refused("[tensor()]") == "pasted, line 1, column 9: there is no number in the brackets");
  CHECK(refused("[<object at 0x7f>]") ==
        "pasted, line 1, column 2: there are no numbers between < and >");
  CHECK(refused("[np.complex64(1+2j)]").ends_with("'1+2j' is not a number"));
  CHECK(refused("[np.float64(0.5), [1]]").ends_with("a list stands among numbers"));
}

TEST_CASE("MATLAB, Julia, R, pandas and Markdown") {
  gives("[1 2; 3 -0.004]", {2, 2}, kFour);
  gives("A = [1, 2; 3, -4e-3];", {2, 2}, kFour);
  gives("[1 2;\n 3 -0.004;\n]", {2, 2}, kFour);
  gives("[1;2;3]", {3, 1}, {1, 2, 3});
  gives("x = [1 ...\n 2; 3 -0.004]", {2, 2}, kFour);
  gives("A =\n\n     1     2\n     3    -0.004\n", {2, 2}, kFour);
  gives(
      "2\xC3\x97"
      "2 Matrix{Float64}:\n 1.0   2.0\n 3.0  -0.004",
      {2, 2}, kFour);
  gives("     [,1]   [,2]\n[1,]    1  2.000\n[2,]    3 -0.004\n", {2, 2}, kFour);
  gives("     a      b\n0  1.0  2.000\n1  3.0 -0.004", {2, 2}, kFour);
  gives("# by savetxt [2, 2]\n1.0e+00 2.0e+00\n3.0e+00 -4.0e-03\n", {2, 2}, kFour);
  gives(
      "**q** (2 \xC3\x97 2)\n\n|  | d\\|0 | 1 |\n|---|--:|--:|\n| the | 1 | 2 |\n| 7 | 3 | "
      "-0.004 |\n",
      {2, 2}, kFour);
  gives("| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | -0.004 |", {2, 2}, kFour);
  CHECK(refused("| a |\n|---|\n| 1 |\n\n| a |\n|---|\n| 1 |") ==
        "pasted: there is more than one array; paste one at a time");
  CHECK(refused("[1 2; 3 4]'") ==
        "pasted, line 1, column 11: something follows the matrix; paste it alone");
  CHECK(refused("1.0e+03 *\n\n 1 2\n 3 4") ==
        "pasted: a factor stands before the numbers; print them without it");
  CHECK(refused("1e3 * [1 2; 3 4]") ==
        "pasted, line 1, column 1: a factor stands before the numbers; print them without it");
  CHECK(refused("[1 2; 3]") == "pasted: line 2 has 1 field, the first has 2");
  CHECK(refused("[1 x; 3 4]") == "pasted, row 1, column 2: 'x' is not a number");
}

TEST_CASE("booleans alone make a mask") {
  CHECK(read("[[True, False], [False, True]]").boolean);
  CHECK(read("tensor([[ True, False]])").boolean);
  CHECK(read("True\tFalse\n").boolean);
  CHECK_FALSE(read("[[1, 0]]").boolean);
  CHECK_FALSE(read("[[True, 0]]").boolean);
  CHECK_FALSE(read("[]").boolean);
}

TEST_CASE("what is wrong in a pasted array is said with its place") {
  CHECK(refused("") == "pasted: there is no text");
  CHECK(refused("  \n ") == "pasted: there is no text");
  CHECK(refused("[[1, 2],\n [3]]") ==
        "pasted, line 2, column 4: a row of length 1, those before it have 2");
  CHECK(refused("[[1, 2],\n [3, x]]") == "pasted, line 2, column 6: 'x' is not a number");
  CHECK(refused("[1, 2") == "pasted, line 1, column 6: a bracket is not closed");
  CHECK(refused("[1+2j]") == "pasted, line 1, column 2: '1+2j' is not a number");
  CHECK(refused("[1, [2]]") == "pasted, line 1, column 5: a list stands among numbers");
  CHECK(refused("[[1], 2]") == "pasted, line 1, column 7: a number stands among lists");
  CHECK(refused("[[[1]], [2]]") ==
        "pasted, line 1, column 10: lists are nested to different depths");
  CHECK(refused("[1] [2]") ==
        "pasted, line 1, column 5: there is more than one array; paste one at a time");
  CHECK(refused("1e-3 * [1, 2]") ==
        "pasted, line 1, column 1: a factor stands before the numbers; print them without it");
  CHECK(refused(std::string(9, '[') + "1" + std::string(9, ']')) ==
        "pasted, line 1, column 9: more than 8 dimensions");
  CHECK(refused("[1. 2. ... 9.]")
            .starts_with("pasted, line 1, column 8: numbers are left out here; print all of them: "
                         "numpy.set_printoptions"));
  CHECK(refused("1 2\n3") == "pasted: line 2 has 1 field, the first has 2");
  const auto large = read_text_array(std::string(kMaxTextBytes + 1, ' '), "pasted");
  REQUIRE_FALSE(large);
  CHECK(large.error().code == ErrorCode::kTooLarge);
}

TEST_CASE("a place in a text is its line and column, counted from 1") {
  CHECK(line_and_column("", 0) == "line 1, column 1");
  CHECK(line_and_column("ab\nc", 2) == "line 1, column 3");
  CHECK(line_and_column("ab\nc", 3) == "line 2, column 1");
  CHECK(line_and_column("ab\nc", 4) == "line 2, column 2");
}

TEST_CASE("arrays of any shape come back from their print") {
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Rng rng(seed);
    Shape shape(1 + rng.below(4));
    std::int64_t count = 1;
    for (std::int64_t& d : shape) count *= d = 1 + rng.below(5);
    std::vector<float> want(static_cast<std::size_t>(count));
    for (float& x : want)
      x = rng.normal() * std::pow(10.0F, static_cast<float>(rng.below(30)) - 15);
    const bool tuple = rng.below(3) == 0;
    std::string text =
        printed(shape, want, rng, tuple ? '(' : '[', tuple ? ')' : ']', tuple || rng.below(2) == 0);
    if (!tuple && rng.below(2) == 0)
      text = (rng.below(2) == 0 ? "array(" : "tensor(") + text + ", dtype=float32)";
    CAPTURE(seed, text);
    const TextArray got = read(text);
    REQUIRE(got.array.shape == shape);
    REQUIRE(std::memcmp(got.array.data.data(), want.data(), want.size() * sizeof(float)) == 0);
    // Cut off anywhere it is refused or read, never out of bounds.
    const auto cut = read_text_array(
        std::string_view(text).substr(0, rng.below(static_cast<std::uint32_t>(text.size()))),
        "pasted");
    if (cut) REQUIRE(cut->array.data.size() <= want.size());
  }
}
