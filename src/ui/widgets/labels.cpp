#include "ui/widgets/labels.hpp"

#include <cmath>
#include <iterator>

#include "render/screen.hpp"
#include "ui/widgets/fonts.hpp"

namespace ap::ui {
namespace {

constexpr std::uint64_t kKeepFrames = 120;
constexpr std::size_t kMaxPictures = 2048;

/// White with the alpha.
platform::Bytes as_rgba(const platform::Bytes& alpha) {
  platform::Bytes rgba(alpha.size() * 4, 255);
  for (std::size_t i = 0; i < alpha.size(); ++i) rgba[4 * i + 3] = alpha[i];
  return rgba;
}

ImTextureID name_of(std::uint32_t texture) {
  return reinterpret_cast<ImTextureID>(static_cast<std::uintptr_t>(texture));
}

}  // namespace

Labels::~Labels() {
  for (const auto& [key, picture] : pictures_) free(picture);
}

void Labels::free(const Picture& picture) {
  render::free_picture(picture.ink);
  render::free_picture(picture.colours);
}

const Labels::Picture* Labels::picture(std::string_view utf8, Face face, float size) const {
  const float scale = fonts().scale();
  Key key{std::string(utf8), face, static_cast<int>(std::lround(size * scale))};
  if (const auto found = pictures_.find(key); found != pictures_.end()) {
    return found->second.ink != 0 ? &found->second : nullptr;
  }
  if (pictures_.size() >= kMaxPictures || key.pixels < 4) return nullptr;
  const auto label = ports_.rasterise_label(utf8, static_cast<float>(key.pixels),
                                            static_cast<platform::LabelFace>(face));
  Picture made;
  made.last_frame = frame_;
  if (!label.empty()) {
    made.ink = render::make_picture(label.width, label.height, as_rgba(label.pixels.ink));
    if (!label.pixels.colours.empty()) {
      made.colours = render::make_picture(label.width, label.height, label.pixels.colours);
    }
    made.width = static_cast<float>(label.width) / scale;
    made.height = static_cast<float>(label.height) / scale;
    made.left = label.left / scale;
    made.baseline = label.baseline / scale;
    made.advance = label.advance / scale;
  }
  const auto& placed = pictures_.emplace(std::move(key), made).first->second;
  return placed.ink != 0 ? &placed : nullptr;
}

float Labels::width(std::string_view utf8, Face face, float size) const {
  if (!fonts().draws(utf8)) {
    if (const Picture* p = picture(utf8, face, size)) return p->advance;
  }
  const Font font = fonts().pick(face, size);
  if (font.font == nullptr) return 0;
  return font.font->CalcTextSizeA(size, 1e9F, 0, utf8.data(), utf8.data() + utf8.size()).x;
}

void Labels::draw(ImDrawList& list, ImVec2 at, ImU32 colour, std::string_view utf8, Face face,
                  float size) {
  const Font font = fonts().pick(face, size);
  if (font.font == nullptr) return;
  if (!fonts().draws(utf8)) {
    if (const Picture* p = picture(utf8, face, size)) {
      pictures_
          .find(Key{std::string(utf8), face, static_cast<int>(std::lround(size * fonts().scale()))})
          ->second.last_frame = frame_;
      const float scale = fonts().scale();
      const float ascent = font.font->Ascent / font.font->FontSize * size;
      const ImVec2 from(std::round((at.x - p->left) * scale) / scale,
                        std::round((at.y + ascent - p->baseline) * scale) / scale);
      const ImVec2 to(from.x + p->width, from.y + p->height);
      list.AddImage(name_of(p->ink), from, to, {0, 0}, {1, 1}, colour);
      if (p->colours != 0) {  // as they are, with the text's alpha
        const ImU32 as_they_are = (colour & IM_COL32_A_MASK) | 0x00FFFFFF;
        list.AddImage(name_of(p->colours), from, to, {0, 0}, {1, 1}, as_they_are);
      }
      return;
    }
  }
  list.AddText(font.font, size, at, colour, utf8.data(), utf8.data() + utf8.size());
}

std::vector<platform::LabelSpan> Labels::spans(std::string_view utf8, Face face, float size) const {
  const float scale = fonts().scale();
  auto spans =
      ports_.label_spans(utf8, std::round(size * scale), static_cast<platform::LabelFace>(face));
  for (platform::LabelSpan& s : spans) s = {s.from / scale, s.to / scale};
  return spans;
}

void Labels::begin_frame() {
  ++frame_;
  for (auto it = pictures_.begin(); it != pictures_.end();) {
    if (it->second.last_frame + kKeepFrames < frame_) {
      free(it->second);
      it = pictures_.erase(it);
    } else {
      ++it;
    }
  }
}

void Labels::lost() noexcept { pictures_.clear(); }

}  // namespace ap::ui
