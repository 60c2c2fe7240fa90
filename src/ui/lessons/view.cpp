#include "ui/lessons/view.hpp"

#include <algorithm>
#include <array>

namespace ap::ui {
namespace {

constexpr std::array<const char*, kPanelCount> kPanels = {"none",  "explain", "model", "graph",
                                                          "arcs",  "heads",   "rows",  "words",
                                                          "files", "lessons", "train"};
constexpr std::array<const char*, kStepCount> kSteps = {"embed", "project", "score", "scale",
                                                        "mask",  "softmax", "mix",   "combine"};

template <std::size_t N>
int index_of(const std::array<const char*, N>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? -1 : static_cast<int>(found - names.begin());
}

void reset(Context& context, SheetView& sheet) {
  ViewState& v = context.view;
  v.selection.reset();
  v.pinned.clear();
  v.sensitivity.reset();
  v.playing = false;
  v.isolate_head = false;
  v.difference = false;
  v.gradient = false;
  v.target_brush = false;
  context.session.clear_baseline();
  sheet.show_step(v, std::nullopt);
}

/// "select", "pin" or "show" of a place.
void point(Context& context, SheetView& sheet, std::string_view verb, std::string_view rest) {
  const auto place = read_place(rest, {&context.document(), &context.trace()});
  if (!place) return context.say("That is not on the sheet now.");
  ViewState& v = context.view;
  const TensorId id = place->tensor;
  const ConstView m = context.trace().tensor(id);
  if (!before_layers(id.stage)) v.layer = id.layer;
  if (per_head(id.stage) &&
      context.trace().head_count(id.stage) == context.document().model.heads) {
    v.head = id.head;
  }
  const CellId first{id, std::max(0, place->row), std::max(0, place->col)};
  const CellId last{id, place->row < 0 ? m.rows - 1 : place->row,
                    place->col < 0 ? m.cols - 1 : place->col};
  if (verb == "pin")
    context.pin(first);
  else if (verb == "select")
    v.selection = Selection{first, last};
  if (place->row >= 0 && row_axis(id.stage, context.trace().model) == Axis::kQueries) {
    v.play_row = place->row;
  }
  v.reveal = first;
  // A column of blocks never fits: what was asked for stays in view when the layout changes.
  if (sheet.model().sheet().stacked) v.fitted = false;
}

}  // namespace

void arrange_view(ViewState& v, std::string_view commands) {
  while (!commands.empty()) {
    const std::string_view command = take_line(commands);
    const std::size_t space = std::min(command.find(' '), command.size());
    const std::string_view verb = command.substr(0, space);
    const std::string_view rest = command.substr(std::min(space + 1, command.size()));
    const int digit = rest.size() == 1 ? rest[0] - '0' : -1;
    if (verb == "reset") {
      v.layer = 0;
      v.head = 0;
      if (v.panel_lent) v.panel = PanelKind::kNone;
      v.panel_lent = false;
    }
    if (const int panel = index_of(kPanels, rest); verb == "panel" && panel >= 0) {
      v.panel = static_cast<PanelKind>(panel);
      v.panel_lent = panel > 0;
    }
    if (verb == "layer" && digit >= 0) v.layer = digit;
    if (verb == "head" && digit >= 0) v.head = digit;
  }
}

void apply_view_commands(Context& context, SheetView& sheet, std::string_view commands) {
  ViewState& v = context.view;
  while (!commands.empty()) {
    const std::string_view command = take_line(commands);
    const std::size_t space = std::min(command.find(' '), command.size());
    const std::string_view verb = command.substr(0, space);
    const std::string_view rest = command.substr(std::min(space + 1, command.size()));
    if (verb == "reset") reset(context, sheet);
    if (verb == "fit") sheet.show_step(v, std::nullopt);
    if (verb == "select" || verb == "pin" || verb == "show") point(context, sheet, verb, rest);
    if (const int step = index_of(kSteps, rest); verb == "step" && step >= 0) {
      sheet.show_step(v, static_cast<Step>(step));
    }
    if (verb == "play") {
      v.playing = true;
      sheet.show_step(v, Step::kEmbed);
    }
    if (verb == "compare") {
      v.difference = rest == "on";
      if (v.difference)
        context.session.pin_baseline();
      else
        context.session.clear_baseline();
    }
  }
  context.ports.request_frame();
}

}  // namespace ap::ui
