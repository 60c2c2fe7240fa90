#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "text/axis_profile.hpp"
#include "text/word_vectors.hpp"

namespace {

using ap::WordVectors;
using Bytes = std::vector<unsigned char>;

constexpr int kWidth = WordVectors::kWidth;

// Tests run in the source folder.
Bytes read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  INFO(path);
  REQUIRE(in.good());
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

WordVectors load(const std::string& path) {
  auto vectors = WordVectors::parse(read(path));
  REQUIRE(vectors.has_value());
  return std::move(*vectors);
}

const WordVectors& all() {
  static const WordVectors vectors = load("assets/words.bin");
  return vectors;
}

std::vector<float> vector_of(const WordVectors& vectors, std::string_view word, int dims = kWidth) {
  const auto index = vectors.find(word);
  INFO(word);
  REQUIRE(index.has_value());
  std::vector<float> result(static_cast<std::size_t>(dims));
  vectors.copy_vector(*index, result.data(), dims);
  return result;
}

float cosine(std::string_view a, std::string_view b, int dims = kWidth) {
  const auto x = vector_of(all(), a, dims);
  const auto y = vector_of(all(), b, dims);
  float xy = 0.0F;
  float xx = 0.0F;
  float yy = 0.0F;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += x[i] * y[i];
    xx += x[i] * x[i];
    yy += y[i] * y[i];
  }
  return xy / std::sqrt(xx * yy);
}

double norm(const std::vector<float>& x) {
  double sum = 0.0;
  for (const float v : x) sum += static_cast<double>(v) * v;
  return std::sqrt(sum);
}

/// The words of needed.txt: those that must be found, and those unknown on purpose.
struct Needed {
  std::vector<std::string> found;
  std::vector<std::string> derived;
  std::vector<std::string> unknown;
};
Needed needed() {
  std::ifstream in("tools/vectors/needed.txt");
  REQUIRE(in.good());
  Needed result;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string first;
    if (line.starts_with("#") || !(words >> first)) continue;
    std::string next;
    if (line.find(" = ") != std::string::npos) {
      result.derived.push_back(first);
      continue;
    }
    auto& list = line.starts_with("! ") ? result.unknown : result.found;
    if (!line.starts_with("! ")) list.push_back(first);
    while (words >> next) list.push_back(next);
  }
  return result;
}

TEST_CASE("the list is as large as promised and small enough", "[text][vectors]") {
  CHECK(all().size() >= 10'000);
  CHECK(read("assets/words.bin").size() <= 1'300'000);
  CHECK(read("assets/words-core.bin").size() <= 8'000);
  CHECK(all().word(0) == "the");
}

TEST_CASE("every word of the lessons is there, or unknown on purpose", "[text][vectors]") {
  const Needed words = needed();
  REQUIRE(words.found.size() > 100);
  REQUIRE(words.derived.size() > 40);
  for (const auto& word : words.found) {
    INFO(word);
    REQUIRE(all().find(word).has_value());
    CHECK_FALSE(all().derived(*all().find(word)));
  }
  for (const auto& word : words.unknown) CHECK_FALSE(all().find(word).has_value());
  for (const auto& word : words.derived) {
    INFO(word);
    CHECK(all().find(word).has_value());
  }
}

TEST_CASE("the core list has the words of the presets", "[text][vectors]") {
  const WordVectors core = load("assets/words-core.bin");
  for (const char* word :
       {"the", "cat", "sat", "on", "mat", "because", "it", "was", "tired", "bank", "river",
        "tennis", "animal", "street", "paris", "ate", "fish", "hungry", "."}) {
    INFO(word);
    CHECK(core.find(word).has_value());
  }
  REQUIRE(core.find("didn't").has_value());
  CHECK(core.derived(*core.find("didn't")));
}

TEST_CASE("the core list has the same numbers as the whole list", "[text][vectors]") {
  const WordVectors core = load("assets/words-core.bin");
  for (int i = 0; i < core.size(); ++i) {
    const std::string word(core.word(i));
    CHECK(vector_of(core, word) == vector_of(all(), word));
  }
}

TEST_CASE("each word is found at its own row", "[text][vectors]") {
  int wrong = 0;
  for (int i = 0; i < all().size(); ++i) wrong += all().find(all().word(i)) == i ? 0 : 1;
  CHECK(wrong == 0);
}

TEST_CASE("find folds case and the typographic apostrophe, nothing else", "[text][vectors]") {
  CHECK(all().find("CaT") == all().find("cat"));
  CHECK(all().find("Didn’t") == all().find("didn't"));
  CHECK(all().find("’").has_value());
  CHECK(all().find("’") != all().find("'"));
  CHECK_FALSE(all().find("").has_value());
  CHECK_FALSE(all().find("cat ").has_value());
  CHECK_FALSE(all().find("cat's").has_value());
  CHECK_FALSE(all().find("zzzz").has_value());
}

TEST_CASE("meaning survives centring, rotation and int8", "[text][vectors]") {
  CHECK(cosine("dog", "cat") > 0.6F);
  CHECK(cosine("dog", "cat") > cosine("dog", "bank") + 0.4F);
  CHECK(cosine("king", "queen") > cosine("king", "tennis") + 0.3F);
  CHECK(cosine("river", "shore") > cosine("river", "loan") + 0.3F);
  CHECK(cosine("bank", "money") > cosine("bank", "mat"));
  // Eight axes are a coarse view, but not a meaningless one.
  CHECK(cosine("dog", "cat", 8) > cosine("dog", "bank", 8));
}

TEST_CASE("nearest words", "[text][vectors]") {
  const auto dog = vector_of(all(), "dog");
  const auto nearest = all().nearest(dog.data(), kWidth, 5);
  REQUIRE(nearest.size() == 5);
  CHECK(all().word(nearest[0].index) == "dog");
  CHECK(nearest[0].cosine > 0.9999F);
  CHECK(std::any_of(nearest.begin(), nearest.end(),
                    [](const auto& n) { return all().word(n.index) == "cat"; }));
  for (std::size_t i = 1; i < nearest.size(); ++i) {
    CHECK(nearest[i - 1].cosine >= nearest[i].cosine);
  }
}

TEST_CASE("nearest equals a plain search in double", "[text][vectors]") {
  for (const int dims : {1, 2, 7, 16, 33, 100}) {
    const auto query = vector_of(all(), "river", dims);
    const auto nearest = all().nearest(query.data(), dims, 20);
    REQUIRE(nearest.size() == 20);
    std::vector<double> cosines;
    for (int i = 0; i < all().size(); ++i) {
      std::vector<float> row(static_cast<std::size_t>(dims));
      all().copy_vector(i, row.data(), dims);
      double dot = 0.0;
      for (std::size_t k = 0; k < row.size(); ++k) dot += static_cast<double>(row[k]) * query[k];
      const double lengths = norm(row) * norm(query);
      cosines.push_back(lengths > 0.0 ? dot / lengths : -2.0);
    }
    for (const auto& n : nearest) {
      CHECK(std::abs(cosines[static_cast<std::size_t>(n.index)] - static_cast<double>(n.cosine)) <
            2e-6);
    }
    std::sort(cosines.begin(), cosines.end(), std::greater<>());
    CHECK(std::abs(cosines[19] - static_cast<double>(nearest[19].cosine)) < 2e-6);
  }
}

TEST_CASE("nearest takes any vector", "[text][vectors]") {
  std::vector<float> query(kWidth, 0.0F);
  CHECK(all().nearest(query.data(), kWidth, 5).empty());
  CHECK(all().nearest(query.data(), 0, 5).empty());
  query[3] = std::numeric_limits<float>::quiet_NaN();
  CHECK(all().nearest(query.data(), kWidth, 5).empty());
  query[3] = std::numeric_limits<float>::infinity();
  CHECK(all().nearest(query.data(), kWidth, 5).empty());

  const auto dog = vector_of(all(), "dog");
  for (const float factor : {1e30F, 1e-30F}) {
    auto scaled = dog;
    for (float& v : scaled) v *= factor;
    const auto nearest = all().nearest(scaled.data(), kWidth, 3);
    REQUIRE(nearest.size() == 3);
    CHECK(all().word(nearest[0].index) == "dog");
  }
  CHECK(all().nearest(dog.data(), kWidth, 0).empty());
  CHECK(all().nearest(dog.data(), kWidth, -1).empty());
  CHECK(all().nearest(dog.data(), kWidth, 1'000'000).size() ==
        static_cast<std::size_t>(all().size()));
}

TEST_CASE("ties are in order of index", "[text][vectors]") {
  // On one axis every cosine is 1 or -1.
  const float one = 1.0F;
  const auto nearest = all().nearest(&one, 1, 50);
  REQUIRE(nearest.size() == 50);
  for (std::size_t i = 1; i < nearest.size(); ++i) {
    CHECK(nearest[i].cosine == 1.0F);
    CHECK(nearest[i - 1].index < nearest[i].index);
  }
}

TEST_CASE("fewer numbers are the first of more", "[text][vectors]") {
  const auto whole = vector_of(all(), "river");
  for (const int dims : {2, 8, 64}) {
    const auto part = vector_of(all(), "river", dims);
    CHECK(std::equal(part.begin(), part.end(), whole.begin()));
    std::vector<float> unknown_whole(kWidth);
    std::vector<float> unknown_part(static_cast<std::size_t>(dims));
    ap::unknown_vector("zzzz", unknown_whole.data(), kWidth);
    ap::unknown_vector("zzzz", unknown_part.data(), dims);
    CHECK(std::equal(unknown_part.begin(), unknown_part.end(), unknown_whole.begin()));
  }
}

TEST_CASE("axes are in order of their spread, which the profile has", "[text][vectors]") {
  const int common = 11'000;
  std::vector<double> squares(kWidth, 0.0);
  std::vector<float> row(kWidth);
  for (int i = 0; i < common; ++i) {
    all().copy_vector(i, row.data(), kWidth);
    for (std::size_t k = 0; k < row.size(); ++k) squares[k] += static_cast<double>(row[k]) * row[k];
  }
  for (std::size_t k = 0; k < squares.size(); ++k) {
    const double deviation = std::sqrt(squares[k] / common);
    CHECK(std::abs(deviation - static_cast<double>(ap::detail::kAxisDeviation[k])) < 0.001);
    if (k > 0) CHECK(ap::detail::kAxisDeviation[k] <= ap::detail::kAxisDeviation[k - 1]);
  }
}

TEST_CASE("vectors are 5 long on average, nearly all between 3 and 8", "[text][vectors]") {
  double sum = 0.0;
  int ordinary = 0;
  for (int i = 0; i < all().size(); ++i) {
    const double length = norm(vector_of(all(), all().word(i)));
    ordinary += length > 3.0 && length < 8.0 ? 1 : 0;
    sum += length;
  }
  CHECK(std::abs(sum / all().size() - 5.0) < 0.1);
  CHECK(ordinary > 0.98 * all().size());
}

TEST_CASE("an unknown word has a stable vector of ordinary size", "[text][vectors]") {
  std::vector<float> a(kWidth);
  std::vector<float> b(kWidth);
  ap::unknown_vector("1889", a.data(), kWidth);
  ap::unknown_vector("1889", b.data(), kWidth);
  CHECK(a == b);
  ap::unknown_vector("1890", b.data(), kWidth);
  CHECK(a != b);
  ap::unknown_vector("Zed’s", a.data(), kWidth);
  ap::unknown_vector("zed's", b.data(), kWidth);
  CHECK(a == b);
  double mean = 0.0;
  for (int i = 0; i < 500; ++i) {
    ap::unknown_vector("word" + std::to_string(i), a.data(), kWidth);
    mean += norm(a) / 500.0;
  }
  CHECK(std::abs(mean - 5.0) < 0.2);
}

TEST_CASE("unknown vectors have the same bits everywhere", "[text][vectors]") {
  std::vector<float> v(kWidth);
  ap::unknown_vector("1889", v.data(), kWidth);
  CHECK(v[0] == -1.79492998F);
  CHECK(v[1] == 0.677375734F);
  CHECK(v[99] == 0.198900044F);
  ap::unknown_vector("猫", v.data(), kWidth);
  CHECK(v[0] == -0.976645589F);
}

}  // namespace
