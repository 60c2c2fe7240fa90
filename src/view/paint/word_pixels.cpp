#include "view/paint/word_pixels.hpp"

#include <algorithm>
#include <cstddef>

namespace ap {
namespace {

// Of a colour that one can see, where the value says something: at low alpha it is coarse.
constexpr unsigned kSeen = 32;
constexpr unsigned kWhite = 224;

bool has_colours(std::span<const unsigned char> white) {
  for (std::size_t i = 0; i + 3 < white.size(); i += 4) {
    if (white[i + 3] <= kSeen) continue;
    if (std::min({white[i], white[i + 1], white[i + 2]}) < kWhite) return true;
  }
  return false;
}

/// How much of a pixel is ink, 0 to 255.
unsigned ink_of(const unsigned char* white, const unsigned char* black) {
  int most = 0;
  for (int c = 0; c < 3; ++c) most = std::max(most, int{white[c]} - int{black[c]});
  return static_cast<unsigned>(most);
}

}  // namespace

WordPixels word_pixels(std::span<const unsigned char> white,
                       const std::function<std::vector<unsigned char>()>& in_black) {
  WordPixels word;
  const std::size_t count = white.size() / 4;
  word.ink.reserve(count);
  const auto black = has_colours(white) ? in_black() : std::vector<unsigned char>{};
  if (black.size() != white.size()) {
    for (std::size_t i = 0; i < count; ++i) word.ink.push_back(white[4 * i + 3]);
    return word;
  }
  word.colours.reserve(4 * count);
  for (std::size_t i = 0; i < 4 * count; i += 4) {
    const unsigned alpha = white[i + 3];
    const unsigned ink = ink_of(&white[i], &black[i]);
    const unsigned of_ink = (alpha * ink + 127) / 255;
    word.ink.push_back(static_cast<unsigned char>(of_ink));
    // In black ink a channel is what the colours alone give.
    for (std::size_t c = 0; c < 3; ++c) {
      const unsigned value = ink == 255 ? 0 : std::min(255U, black[i + c] * 255U / (255U - ink));
      word.colours.push_back(static_cast<unsigned char>(value));
    }
    word.colours.push_back(static_cast<unsigned char>(alpha - of_ink));
  }
  return word;
}

}  // namespace ap
