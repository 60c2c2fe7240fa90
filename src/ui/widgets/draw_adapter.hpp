// A DrawList into ImGui's: shapes as triangles, heatmaps through the shader pass, words through
// Labels, so any script is drawn. The list's coordinates are screen points, moved by `offset`.
#pragma once

#include <imgui.h>

#include "ui/widgets/context.hpp"

namespace ap::ui {

void draw(ImDrawList& target, const DrawList& list, Labels& labels, render::HeatmapPass* heatmaps,
          const Rect& clip, Point offset = {});
/// Into the current ImGui window.
void draw(Context& context, const DrawList& list, const Rect& clip, Point offset = {});

}  // namespace ap::ui
