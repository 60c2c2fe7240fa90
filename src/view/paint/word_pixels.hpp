// The pixels of a line of text that somebody else has drawn (the browser, Pango), as RGBA that is
// not premultiplied: letters take the ink, emoji keep their colours whatever it is. One line may
// have both, and then it is drawn a second time in another ink: what differs is letters.
#pragma once

#include <functional>
#include <span>
#include <vector>

namespace ap {

struct WordPixels {
  std::vector<unsigned char> ink;      // height x width of coverage, for the text's colour
  std::vector<unsigned char> colours;  // height x width of RGBA; empty where nothing has its own
};

/// `white`: the line in white ink. `in_black`: asked only where something in it is not white.
[[nodiscard]] WordPixels word_pixels(std::span<const unsigned char> white,
                                     const std::function<std::vector<unsigned char>()>& in_black);

}  // namespace ap
