#include <catch2/catch_test_macros.hpp>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/rng.hpp"
#include "io/arrays/json_arrays.hpp"

using namespace ap;

namespace {

using Shape = std::vector<std::int64_t>;

JsonFile read(std::string_view text) {
  auto got = read_json_arrays(text, "a.json");
  INFO((got ? "" : got.error().where + ": " + got.error().message));
  REQUIRE(got);
  return std::move(*got);
}

void gives(std::string_view text, const Shape& shape, const std::vector<float>& data) {
  CAPTURE(text);
  const JsonFile got = read(text);
  REQUIRE(got.arrays.size() == 1);
  CHECK(got.arrays[0].array.array.shape == shape);
  CHECK(got.arrays[0].array.array.data == data);
}

std::string refused(std::string_view text) {
  const auto got = read_json_arrays(text, "a.json");
  return got ? "no error" : got.error().where + ": " + got.error().message;
}

std::string digits(float value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

/// Nested lists of a shape, row-major.
std::string nested(const Shape& shape, const std::vector<float>& data) {
  std::string out;
  std::size_t at = 0;
  const auto walk = [&](auto&& self, std::size_t level) -> void {
    if (level == shape.size()) {
      out += digits(data[at++]);
      return;
    }
    out += '[';
    for (std::int64_t i = 0; i < shape[level]; ++i) {
      if (i > 0) out += ',';
      self(self, level + 1);
    }
    out += ']';
  };
  walk(walk, 0);
  return out;
}

/// {"shape": [...], "data": [...]}
std::string flat(const Shape& shape, const std::vector<float>& data) {
  std::string sizes;
  for (const std::int64_t size : shape) sizes += (sizes.empty() ? "" : ",") + std::to_string(size);
  return "{\"shape\":[" + sizes +
         "],\"data\":" + nested({static_cast<std::int64_t>(data.size())}, data) + "}";
}

}  // namespace

TEST_CASE("lists of numbers, truths and infinities are read with their shape") {
  gives("[1, 2.5, -3e2]", {3}, {1, 2.5F, -300});
  gives("[[1, 2], [3, 4]]", {2, 2}, {1, 2, 3, 4});
  gives("[[], []]", {2, 0}, {});
  gives("[]", {0}, {});
  gives("[[[1]], [[2]], [[3]]]", {3, 1, 1}, {1, 2, 3});
  gives(R"(["inf", "-inf"])", {2}, {INFINITY, -INFINITY});
  CHECK(std::isnan(read(R"([["nan"]])").arrays[0].array.array.data[0]));
  CHECK(read("[[true, false]]").arrays[0].array.boolean);
  CHECK_FALSE(read("[[true, 0]]").arrays[0].array.boolean);
  CHECK_FALSE(read("[]").arrays[0].array.boolean);
  gives("[[true, false]]", {1, 2}, {1, 0});
}

TEST_CASE("a shape with its data, alone or by name, and what the export writes") {
  gives(R"({"shape": [2, 3], "data": [1, 2, 3, 4, 5, 6]})", {2, 3}, {1, 2, 3, 4, 5, 6});
  gives(R"({"stage": "w_q", "shape": [1], "data": ["-inf"]})", {1}, {-INFINITY});
  CHECK(read(R"({"stage": "w_q", "shape": [1], "data": [1]})").arrays[0].name == "w_q");
  const JsonFile named = read(R"({"mask": [[true]], "w": {"shape": [0, 4], "data": []}})");
  REQUIRE(named.arrays.size() == 2);
  CHECK(named.arrays[0].name == "mask");
  CHECK(named.arrays[0].array.boolean);
  CHECK(named.arrays[1].array.array.shape == Shape{0, 4});
  const JsonFile exported =
      read(R"({"title": "x", "tensors": {"layers.0.w_q": {"shape": [1, 1], "data": [7]}}})");
  REQUIRE(exported.arrays.size() == 1);
  CHECK(exported.arrays[0].name == "layers.0.w_q");
}

TEST_CASE("JSON as Python writes it: bare words, text beside numbers, objects in objects") {
  gives("[0.0, -Infinity, Infinity]", {3}, {0, -INFINITY, INFINITY});
  CHECK(std::isnan(read(R"({"w": [[1.0, NaN]]})").arrays[0].array.array.data[1]));
  CHECK_FALSE(without_bare_words(R"({"NaN \" Infinity": -1})"));
  CHECK(*without_bare_words("[NaN,-Infinity]") == R"(["nan","-inf"])");
  CHECK(refused("[Nan]") != "no error");
  const JsonFile named = read(
      R"({"tokens": ["the", "cat"], "attention": [[0.5, 0.5], [0, 1]], "layer": 3, "model": "bert",
          "ragged": [[1], [2, 3]], "none": [1, null], "deep": {"w": [1], "more": [{"x": [2]}]}})");
  std::vector<std::string> names;
  for (const NamedText& entry : named.arrays) names.push_back(entry.name);
  CHECK(names == std::vector<std::string>{"attention", "deep.more.0.x", "deep.w", "none", "ragged",
                                          "tokens"});
  CHECK(named.arrays[0].array.array.shape == Shape{2, 2});
  CHECK(named.arrays[1].array.array.data == std::vector<float>{2});
  CHECK(named.arrays[3].problem == "[1] null is not a number");
  CHECK(named.arrays[4].problem == "has 2 items, those before it 1");
  CHECK(named.arrays[5].words == std::vector<std::string>{"the", "cat"});
  const JsonFile words = read(R"(["a", "b"])");
  CHECK(words.arrays[0].words.size() == 2);
  const JsonFile exported =
      read(R"({"tokens": ["a"], "tensors": {"q": {"shape": [1, 1], "data": [7]}}})");
  REQUIRE(exported.arrays.size() == 2);
  CHECK(exported.arrays[0].words.size() == 1);
  CHECK(exported.arrays[1].name == "q");
}

TEST_CASE("a whole document is told from arrays") {
  CHECK(read(R"({"version": 1, "model": {}})").state);
  CHECK_FALSE(read(R"({"version": [1]})").state);
}

TEST_CASE("what is no array says where and why") {
  CHECK(refused("") != "no error");
  CHECK(refused("[1, 2").starts_with("a.json, line 1, column "));
  CHECK(refused("7") == "a.json: is neither a list nor an object");
  CHECK(refused("{}") == "a.json: there are no arrays in it");
  CHECK(refused(R"({"tensors": [1]})") == "a.json: tensors: is no object of arrays");
  CHECK(refused(R"({"w": 3})") == "a.json: w: is no list of numbers");
  CHECK(refused(R"({"w": {"shape": [1]}})") == "a.json: w: needs shape and data");
  CHECK(refused("[[1, 2], [3]]") == "a.json: has 1 items, those before it 2");
  CHECK(refused("[1, [2]]") == "a.json: lists are nested to different depths");
  CHECK(refused("[[1], 2]") == "a.json: lists are nested to different depths");
  CHECK(refused(R"({"w": [1, "two"]})") == "a.json: w[1]: 'two' is not a number");
  CHECK(refused("[[[[[[[[[1]]]]]]]]]") == "a.json: has more than 8 dimensions");
  CHECK(refused("[1e39]") != "no error");
  CHECK(refused("[null]") != "no error");
  CHECK(refused(R"({"shape": [3], "data": [1, 2]})") ==
        "a.json: of shape (3,) needs 3 numbers, not 2");
  CHECK(refused(R"({"shape": [-1], "data": [1]})") ==
        "a.json: has a dimension that is no whole number");
  CHECK(refused(R"({"shape": [1099511627776, 1099511627776], "data": []})") ==
        "a.json: has a shape that is too large");
  CHECK(refused(R"({"shape": [4294967296, 4294967296, 0], "data": []})") != "");
  CHECK(refused(std::string(100'000, '[')) != "no error");
}

TEST_CASE("arrays of random shapes come back as they were written, either way") {
  Rng rng(11);
  for (int round = 0; round < 300; ++round) {
    Shape shape(1 + rng.below(8));
    std::int64_t count = 1;
    for (std::int64_t& size : shape) count *= size = 1 + rng.below(3);
    std::vector<float> data(static_cast<std::size_t>(count));
    for (float& x : data) x = rng.normal() * (rng.below(9) == 0 ? 1e20F : 1.0F);
    gives(nested(shape, data), shape, data);
    gives(flat(shape, data), shape, data);
    const JsonFile both =
        read("{\"a\":" + nested(shape, data) + ",\"b\":" + flat(shape, data) + "}");
    REQUIRE(both.arrays.size() == 2);
    REQUIRE(both.arrays[0].array.array.data == both.arrays[1].array.array.data);
  }
}

TEST_CASE("a list that lost or gained an item anywhere is refused") {
  Rng rng(12);
  for (int round = 0; round < 200; ++round) {
    const Shape shape{2 + rng.below(3), 2 + rng.below(3), 2 + rng.below(3)};
    const std::vector<float> data(static_cast<std::size_t>(shape[0] * shape[1] * shape[2]), 1.0F);
    std::string text = nested(shape, data);
    std::size_t at = 0;
    for (std::uint32_t skip = rng.below(static_cast<std::uint32_t>(data.size())) + 1; skip > 0;
         --skip)
      at = text.find('1', at + 1);
    text.replace(at, 1, rng.below(2) == 0 ? "1,1" : "[1]");
    CAPTURE(text);
    REQUIRE(refused(text) != "no error");
    REQUIRE(refused(flat(shape, std::vector<float>(data.size() + 1))) != "no error");
  }
}
