// Words in scripts that the embedded faces lack, for the window: view/paint/system_text.hpp as
// labels.
#pragma once

#include "platform/ports.hpp"

namespace ap::platform {

[[nodiscard]] Label rasterise_by_system(std::string_view utf8, float size, LabelFace face);
/// Where a caret goes in it: see Ports::label_spans.
[[nodiscard]] std::vector<LabelSpan> spans_by_system(std::string_view utf8, float size,
                                                     LabelFace face);

}  // namespace ap::platform
