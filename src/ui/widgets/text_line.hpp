// text_line: the line of a desktop text field whose text has scripts that the embedded faces lack.
// ImGui goes on editing, unseen: it would draw a replacement mark for every such letter, and put
// the caret where those end. Text, selection and caret are drawn over its field from the platform's
// label, and the mouse places the caret by them.
#pragma once

#include <imgui.h>
#include <string>
#include <vector>

#include "ui/widgets/fonts.hpp"
#include "ui/widgets/labels.hpp"

namespace ap::ui {

using LabelSpans = std::vector<platform::LabelSpan>;

/// ImGui's field shows its frame only, as long as this lives.
class HiddenText {
 public:
  HiddenText();
  ~HiddenText();
  HiddenText(const HiddenText&) = delete;
  HiddenText& operator=(const HiddenText&) = delete;
};

/// Over the field, which is the last item. `scroll`: of the edited one, in points.
void draw_text_line(Labels& labels, Font font, const std::string& text, float& scroll);

/// The boundary between code points that is nearest to x; spans as Ports::label_spans gives them.
[[nodiscard]] int boundary_at(const LabelSpans& spans, float x);

}  // namespace ap::ui
