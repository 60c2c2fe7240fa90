// SheetView: the living sheet in its region: draws it, and turns pointer and keys into selections,
// camera moves and actions. One gesture at a time, each one undo step. Its parts: view.cpp
// (drawing), pointer.cpp, touch.cpp, keys.cpp, menu.cpp, cards.cpp,
// targets.cpp.
#pragma once

#include <functional>

#include "ui/sheet/camera_motion.hpp"
#include "ui/sheet/flow_motion.hpp"
#include "ui/sheet/inline_editor.hpp"
#include "ui/sheet/lit.hpp"
#include "ui/sheet/model.hpp"
#include "ui/sheet/target_brush.hpp"
#include "view/paint/draw_list.hpp"
#include "view/sheet/hit.hpp"

namespace ap::ui {

class SheetView {
 public:
  SheetView(Session& session, platform::Ports& ports, Labels& labels);

  /// First in a frame: layout, values and camera for this region.
  void update(ViewState& view, const Rect& region);
  /// Draws and reads input, in the current ImGui window.
  void draw(Context& context);
  /// After all else: floating cards and menus, in windows of their own.
  void draw_over(Context& context);

  [[nodiscard]] const SheetModel& model() const noexcept { return model_; }
  [[nodiscard]] const Rect& region() const noexcept { return region_; }
  [[nodiscard]] const Lit& lit() const noexcept { return lit_; }
  [[nodiscard]] bool moving() const noexcept { return motion_.moving() || flow_.moving(); }
  [[nodiscard]] bool editing() const noexcept { return editor_.open(); }
  /// What can be done with what is under the pointer, or was chosen.
  [[nodiscard]] std::string hint(const Context& context) const;

  void fit(ViewState& view);
  void zoom(ViewState& view, float factor, std::optional<Point> at = std::nullopt);
  void show_step(ViewState& view, std::optional<Step> step);

  // The clipboard's client.
  std::optional<std::string> copy(bool cut);
  void paste(std::string text) { pasted_ = std::move(text); }

 private:
  enum class Drag : std::uint8_t {
    kNone,
    kPressed,
    kPan,
    kScrub,
    kSelect,
    kPaint,
    kTarget,
    kMoveToken
  };

  // view.cpp
  [[nodiscard]] Camera fitted_camera() const;
  void move_to(ViewState& view, const Camera& camera);
  void draw_sheet_now(Context& context);
  void draw_editor(Context& context);
  void draw_token_mark(const Context& context) const;
  void draw_scrub_bubble(const Context& context) const;
  void drop_stale(ViewState& view);
  // pointer.cpp
  [[nodiscard]] int gap_at(const Context& context, Point at) const;
  void drop_token(Context& context);
  void pointer(Context& context);
  void press(Context& context, bool shift, bool ctrl);
  void begin_drag(Context& context, ImVec2 moved);
  void drag(Context& context);
  void let_go(Context& context);
  void click(Context& context);
  void double_click(Context& context);
  void scrub(Context& context);
  void paint(Context& context);
  void end_gesture();
  void hover(Context& context);
  // touch.cpp
  void wheel(Context& context);
  void gestures(Context& context);
  void long_press(Context& context, Point at);
  void follow_finger(Context& context, Point at, bool down);
  // keys.cpp
  void keys(Context& context);
  bool move_keys(Context& context);
  void command_keys(Context& context);
  void type_keys(Context& context);
  void apply_clipboard(Context& context);
  void follow(Context& context, bool backward);
  // menu.cpp
  void open_menu(const Hit& hit);
  void menu(Context& context);
  void cell_menu(Context& context);
  void fill_menu(Context& context);
  void matrix_menu(Context& context);
  void token_menu(Context& context);
  // cards.cpp
  void cards(Context& context);
  // targets.cpp
  [[nodiscard]] bool aims(const Context& context, const CellId& cell) const;
  void switch_target_brush(Context& context);
  void begin_stroke(Context& context, bool erase);
  void stroke_on(Context& context);
  void click_target(Context& context, const CellId& cell);
  void start_target_edit(Context& context, const CellId& cell, std::string_view typed);
  void clear_targets_in_selection(Context& context);
  void lock_selection(Context& context);
  [[nodiscard]] bool selection_locked(const Context& context) const;
  void mark_targets(const Context& context, SheetStyle& style);

  void select(Context& context, CellId cell, bool extend);
  void start_edit(Context& context, CellId cell, std::string_view typed = {});
  void start_token_edit(Context& context, const Hit& hit);
  [[nodiscard]] std::optional<TokenPlace> token_of(const Context& context, const Hit& hit) const;

  Session& session_;
  platform::Ports& ports_;
  Labels& labels_;
  SheetModel model_;
  CameraMotion motion_;
  FlowMotion flow_;
  InlineEditor editor_;
  Lit lit_;
  DrawList list_;
  Rect region_;

  Drag drag_ = Drag::kNone;
  std::optional<Hit> hit_;      // under the pointer now
  std::optional<Hit> pressed_;  // where the button went down
  Point press_at_;
  bool touch_ = false;
  bool press_shift_ = false;
  bool press_ctrl_ = false;
  bool double_ = false;
  std::uint64_t gesture_ = 0;
  float scrub_start_ = 0;
  float scrub_step_ = 0.01F;
  float scrub_pixels_ = 0;
  bool paint_hide_ = true;
  std::optional<CellId> painted_;
  TargetStroke stroke_;
  Point stroke_at_;
  std::vector<TargetMark> marks_;
  std::vector<Matrix> shares_;  // what the marks point to
  int move_to_ = -1;            // a dragged token's new place
  bool lifted_ = false;         // it hangs on a finger that pressed long
  std::optional<Hit> menu_;     // whose menu is open
  bool menu_opens_ = false;
  std::optional<std::string> pasted_;
  bool cut_ = false;
  bool opening_ = true;              // no frame has been drawn
  bool keys_lead_ = false;           // arrows were used last: a resting pointer explains nothing
  const ViewState* view_ = nullptr;  // of this frame, for the clipboard
  std::optional<CellId> from_keys_;  // where `what feeds this` began
  int follow_index_ = 0;
};

}  // namespace ap::ui
