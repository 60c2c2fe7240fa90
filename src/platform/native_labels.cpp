#ifndef __EMSCRIPTEN__
#include "platform/native_labels.hpp"

#include <utility>

#include "view/paint/system_text.hpp"

namespace ap::platform {
namespace {

Face face_of(LabelFace face) noexcept {
  return face == LabelFace::kMono   ? Face::kMono
         : face == LabelFace::kBold ? Face::kBold
                                    : Face::kText;
}

}  // namespace

std::vector<LabelSpan> spans_by_system(std::string_view utf8, float size, LabelFace face) {
  std::vector<LabelSpan> spans;
  for (const SystemSpan& s : ap::spans_by_system(utf8, size, face_of(face)))
    spans.push_back({s.from, s.to});
  return spans;
}

Label rasterise_by_system(std::string_view utf8, float size, LabelFace face) {
  SystemWord word = word_by_system(utf8, size, face_of(face));
  return {word.width, word.height, word.left, word.baseline, word.advance, std::move(word.pixels)};
}

}  // namespace ap::platform
#endif
