// ViewState as a short text ("theme=dark&panel=graph") and back, for the place's storage. Only what
// outlives a visit; what is unknown or out of range is passed over.
#pragma once

#include <string>
#include <string_view>

#include "ui/widgets/context.hpp"

namespace ap::ui {

[[nodiscard]] std::string view_text(const ViewState& view);
void read_view(std::string_view text, ViewState& view);

}  // namespace ap::ui
