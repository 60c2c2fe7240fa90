// Words in scripts that the embedded faces lack, on the desktop: by the system's own Pango and
// Cairo, found when first needed, which know the installed fonts, join Arabic and stack Hindi. The
// program does not depend on them: without them the label is empty and the caller shows its
// replacement mark; a letter that no installed font has shows as Pango's box with its code.
#pragma once

#include "platform/ports.hpp"

namespace ap::platform {

[[nodiscard]] Label rasterise_by_system(std::string_view utf8, float size, LabelFace face);
/// Where a caret goes in it: see Ports::label_spans.
[[nodiscard]] std::vector<LabelSpan> spans_by_system(std::string_view utf8, float size,
                                                     LabelFace face);

}  // namespace ap::platform
