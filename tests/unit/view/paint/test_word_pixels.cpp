// Letters take the ink of a line and emoji keep their colours, in one line too: drawn over any
// ground in any text colour, the two parts of a word give what the system itself would have drawn
// there.
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "view/paint/word_pixels.hpp"

using namespace ap;

namespace {

using Pixel = std::array<double, 3>;

/// What a system has on its surface: so much of ink, so much of a colour of its own.
struct Drawn {
  double ink = 0;  // shares of the pixel, together at most 1
  double own = 0;
  Pixel colour{};
};

/// RGBA, not premultiplied, of the line in this ink.
std::vector<unsigned char> in_ink(const std::vector<Drawn>& line, double ink) {
  std::vector<unsigned char> rgba;
  for (const Drawn& d : line) {
    const double alpha = d.ink + d.own;
    for (const double c : d.colour) {
      const double value = alpha > 0 ? (d.ink * ink + d.own * c) / alpha : 0;
      rgba.push_back(static_cast<unsigned char>(std::lround(255 * value)));
    }
    rgba.push_back(static_cast<unsigned char>(std::lround(255 * alpha)));
  }
  return rgba;
}

/// What Labels::draw and Canvas make of the word on a ground.
Pixel blended(const WordPixels& word, std::size_t i, const Pixel& text, Pixel ground) {
  const auto over = [&](const Pixel& colour, double alpha) {
    for (std::size_t c = 0; c < 3; ++c) ground[c] += alpha * (colour[c] - ground[c]);
  };
  over(text, word.ink[i] / 255.0);
  if (word.colours.empty()) return ground;
  const unsigned char* own = &word.colours[4 * i];
  over({own[0] / 255.0, own[1] / 255.0, own[2] / 255.0}, own[3] / 255.0);
  return ground;
}

WordPixels pixels_of(const std::vector<Drawn>& line, bool& asked) {
  asked = false;
  return word_pixels(in_ink(line, 1), [&] {
    asked = true;
    return in_ink(line, 0);
  });
}

}  // namespace

TEST_CASE("a line of letters alone is its alpha, and drawn once") {
  std::vector<Drawn> line;
  for (int i = 0; i <= 255; ++i) line.push_back({i / 255.0, 0, {}});
  bool asked = true;
  const WordPixels word = pixels_of(line, asked);
  CHECK_FALSE(asked);
  CHECK(word.colours.empty());
  REQUIRE(word.ink.size() == line.size());
  for (std::size_t i = 0; i < line.size(); ++i) CHECK(word.ink[i] == i);
}

TEST_CASE("letters beside emoji are drawn in the text's colour, emoji in their own") {
  std::mt19937 random(7);
  const auto share = [&] { return static_cast<double>(random() % 256) / 255.0; };
  std::vector<Drawn> line(400);
  for (Drawn& d : line) {
    d = random() % 2 == 0 ? Drawn{share(), 0, {}} : Drawn{0, share(), {share(), share(), share()}};
  }
  line.push_back({0, 1, {1, 1, 1}});  // the white of an eye is no letter
  line.push_back({0, 1, {0, 0, 0}});
  bool asked = false;
  const WordPixels word = pixels_of(line, asked);
  CHECK(asked);
  for (const Pixel& text :
       {Pixel{0.12, 0.11, 0.1}, Pixel{0.93, 0.91, 0.88}, Pixel{0.7, 0.1, 0.2}}) {
    for (const Pixel& ground : {Pixel{1, 1, 1}, Pixel{0.1, 0.09, 0.09}}) {
      for (std::size_t i = 0; i < line.size(); ++i) {
        const Pixel got = blended(word, i, text, ground);
        for (std::size_t c = 0; c < 3; ++c) {
          const double paper = ground[c] * (1 - line[i].ink - line[i].own);
          const double right = paper + line[i].ink * text[c] + line[i].own * line[i].colour[c];
          CHECK(std::abs(got[c] - right) < 0.011);
        }
      }
    }
  }
}

TEST_CASE("where a letter lies over an emoji each has its share") {
  const std::vector<Drawn> line{{0.5, 0.5, {0.9, 0.6, 0.1}}, {0, 1, {0.9, 0.6, 0.1}}};
  bool asked = false;
  const WordPixels word = pixels_of(line, asked);
  CHECK(std::abs(int{word.ink[0]} - 128) <= 1);
  CHECK(std::abs(int{word.colours[3]} - 127) <= 1);
  CHECK(std::abs(int{word.colours[0]} - 230) <= 2);
}
