// Context: what every part of the interface is handed for one frame, and ViewState: how the person
// looks at the document. View state never touches a number; documents change only through
// `dispatch`, which also puts a refusal where it belongs.
// Panels draw with ImGui inside the window that is open when they are called (see
// ui/panels/panels.hpp).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "attention/explain/explain.hpp"
#include "platform/ports.hpp"
#include "playground/session/session.hpp"
#include "ui/widgets/fonts.hpp"
#include "ui/widgets/labels.hpp"
#include "view/card/card.hpp"
#include "view/paint/theme.hpp"
#include "view/sheet/camera.hpp"
#include "view/sheet/sheet.hpp"
#include "view/sheet/values.hpp"

namespace ap::render {
class HeatmapPass;
}

namespace ap::ui {

class LessonPlayer;

enum class PanelKind : std::uint8_t {
  kNone,
  kExplain,
  kModel,
  kGraph,
  kArcs,
  kHeads,
  kRows,
  kWords,
  kExport,
  kLessons,
  kTrain
};
inline constexpr int kPanelCount = 11;  // with kNone

enum class ThemeChoice : std::uint8_t { kAuto, kLight, kDark };

/// A range of cells of one matrix: from where it began to where it was extended.
struct Selection {
  CellId anchor;
  CellId focus;

  [[nodiscard]] int row() const noexcept { return std::min(anchor.row, focus.row); }
  [[nodiscard]] int col() const noexcept { return std::min(anchor.col, focus.col); }
  [[nodiscard]] int rows() const noexcept { return std::abs(anchor.row - focus.row) + 1; }
  [[nodiscard]] int cols() const noexcept { return std::abs(anchor.col - focus.col) + 1; }
  /// Its top left cell.
  [[nodiscard]] CellId corner() const noexcept { return {focus.tensor, row(), col()}; }
  bool operator==(const Selection&) const = default;
};

/// Something to say for a few seconds, at a cell or at the bottom of the sheet.
struct Notice {
  std::string text;
  std::optional<CellId> cell;
  bool error = false;
  double until = 0;
};

struct ViewState {
  int layer = 0;
  int head = 0;
  std::optional<int> preview_head;  // while a thumbnail is hovered
  bool isolate_head = false;        // overviews (arcs, graph) show this head alone
  Camera camera;
  bool fitted = true;  // the camera follows the layout until someone moves it
  std::optional<Selection> selection;
  std::optional<CellId> hover;         // under the pointer on the sheet
  std::optional<CellId> pointed;       // a panel points at this cell: lit on the sheet like a hover
  std::optional<CellId> pointed_next;  // said in this frame, holds in the next
  std::optional<CellId> reveal;        // to be brought into view by the sheet
  std::vector<CellId> pinned;          // at most 2 explanation cards
  std::optional<Step> step;
  bool playing = false;  // walks one token through the steps
  int play_row = 0;      // whose token
  PanelKind panel = PanelKind::kNone;
  bool panel_lent = false;  // a lesson opened it: its next step puts it away
  float panel_lift = 0.5F;  // narrow: share of the window that the bottom sheet takes
  ThemeChoice theme = ThemeChoice::kAuto;
  bool numbers = true;
  bool difference = false;  // show trace - baseline
  bool before = false;      // show the baseline itself, to flip between
  RangeRule range = RangeRule::kAuto;
  std::set<Stage> folded;
  bool mask_brush = false;            // dragging over scores and weights paints the mask
  bool target_brush = false;          // dragging over weights paints what they should learn to be
  bool narrow = false;                // this frame's layout stacks
  std::optional<CellId> sensitivity;  // colours say how much this cell would change
  bool gradient = false;              // colours say how the loss would change with each number
  float threshold = 0.05F;            // graph and arcs leave out smaller weights
  bool welcome_done = false;          // the first hints were put away
  bool help = false;                  // the keyboard map is open
  std::uint32_t hidden = 0;           // controls that are not there (ui/shell/view_link.hpp)
};

struct Context {
  Session& session;
  platform::Ports& ports;
  ViewState& view;
  Labels& labels;
  const Theme& theme;
  render::HeatmapPass* heatmaps;  // null: no graphics (tests)
  const Sheet& sheet;             // as laid out and shown
  const SheetValues& values;      // of its blocks
  const SheetLabels& tokens;      // words of queries and keys
  Notice& notice;
  LessonPlayer* lessons = nullptr;  // null: nobody teaches (tests)

  /// True if it was done. A refusal is shown at `at` (default: the cell it is about, else the
  /// bottom of the sheet) and also returned through `error`.
  bool dispatch(const Action& action, std::uint64_t gesture = 0,
                std::optional<CellId> at = std::nullopt, Error* error = nullptr);
  void say(std::string text, double seconds = 4);
  void show_error(const Error& error, std::optional<CellId> at = std::nullopt);

  [[nodiscard]] const Document& document() const { return session.document(); }
  [[nodiscard]] const Trace& trace() const { return session.trace(); }
  /// The head on show: a hovered thumbnail's before the chosen one.
  [[nodiscard]] int head() const { return view.preview_head.value_or(view.head); }
  /// The head that a matrix of this stage has: kv heads are shared, other stages have one.
  [[nodiscard]] TensorId tensor(Stage stage) const;
  /// Selects a cell and brings it into view.
  void go_to(CellId cell);
  /// Until the next frame, the sheet lights this cell up.
  void point_at(CellId cell);
  void pin(CellId cell);
  void open_panel(PanelKind panel);
};

/// Colours by the slope of the loss, on and off; without targets it says what is missing.
void switch_gradient(Context& context);

/// The colour as ImGui packs it.
[[nodiscard]] constexpr ImU32 im(Rgba c) noexcept { return IM_COL32(c.r, c.g, c.b, c.a); }

}  // namespace ap::ui
