#include "view/paint/text_fit.hpp"

namespace ap {

std::string elide(std::string_view utf8, float width, Face face, float size,
                  const TextMeasure& measure) {
  if (measure.width(utf8, face, size) <= width) return std::string(utf8);
  constexpr std::string_view kEllipsis = "\u2026";
  std::string best;
  std::string tried;
  for (std::size_t end = 0; end < utf8.size(); ++end) {
    // Only whole code points.
    if (end > 0 && (static_cast<unsigned char>(utf8[end]) & 0xC0U) == 0x80U) continue;
    tried.assign(utf8.substr(0, end));
    tried += kEllipsis;
    if (measure.width(tried, face, size) > width) break;
    best = tried;
  }
  return best;
}

}  // namespace ap
