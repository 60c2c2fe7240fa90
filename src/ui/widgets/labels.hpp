// Labels: text in any script. What the embedded faces have is drawn from the atlas; other words
// (Chinese, Arabic, Hindi, emoji) as small pictures that the platform rasterizes, kept while in
// use. Where the platform cannot, letters that are missing show as the face's replacement mark.
#pragma once

#include <cstdint>
#include <imgui.h>
#include <map>
#include <string>
#include <string_view>

#include "platform/ports.hpp"
#include "view/paint/draw_list.hpp"

namespace ap::ui {

class Labels final : public TextMeasure {
 public:
  explicit Labels(platform::Ports& ports) : ports_(ports) {}
  ~Labels() override;
  Labels(const Labels&) = delete;
  Labels& operator=(const Labels&) = delete;

  /// Points.
  [[nodiscard]] float width(std::string_view utf8, Face face, float size) const override;
  /// `at`: the top left corner of a line `size` high, as ImDrawList::AddText has it.
  void draw(ImDrawList& list, ImVec2 at, ImU32 colour, std::string_view utf8, Face face,
            float size);

  /// Where the code points of the line stand, in points: see Ports::label_spans.
  [[nodiscard]] std::vector<platform::LabelSpan> spans(std::string_view utf8, Face face,
                                                       float size) const;

  [[nodiscard]] bool has_spans(std::string_view utf8, Face face, float size) const {
    return !spans(utf8, face, size).empty();
  }

  /// Once a frame, first: frees pictures that were not drawn for a while.
  void begin_frame();
  /// The graphics context is gone, and the pictures with it.
  void lost() noexcept;

 private:
  struct Key {
    std::string text;
    Face face;
    int pixels;
    auto operator<=>(const Key&) const = default;
  };
  struct Picture {
    std::uint32_t ink = 0;      // a texture: what is drawn in the text's colour
    std::uint32_t colours = 0;  // one more, or 0: what has its own (emoji)
    float width = 0;            // points, as are the next four
    float height = 0;
    float left = 0;
    float baseline = 0;
    float advance = 0;
    std::uint64_t last_frame = 0;
  };
  const Picture* picture(std::string_view utf8, Face face, float size) const;
  static void free(const Picture& picture);

  platform::Ports& ports_;
  mutable std::map<Key, Picture> pictures_;
  std::uint64_t frame_ = 0;
};

}  // namespace ap::ui
