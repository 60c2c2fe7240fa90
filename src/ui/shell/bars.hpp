// The fixed parts around the sheet: the top bar with the sentence, the step bar, the status line,
// and the rail (narrow: tab bar) that opens panels.
#pragma once

#include "ui/sheet/view.hpp"
#include "ui/shell/layout.hpp"
#include "ui/widgets/context.hpp"

namespace ap::ui {

class TopBar {
 public:
  void draw(Context& context, const Regions& regions);

 private:
  void sentence(Context& context, Side side, float width);
  void preset_menu(Context& context, float width);
  void tools(Context& context);
  void share(Context& context);

  struct Field {
    std::string text;
    std::string error;
    std::uint64_t gesture = 0;
    bool editing = false;
  };
  Field fields_[2];
};

class StepBar {
 public:
  void draw(Context& context, SheetView& sheet, const Regions& regions);
  /// Moves the walk on when its time has come.
  void advance(Context& context, SheetView& sheet);

 private:
  void tell(Context& context);

  double next_ = 0;
  std::optional<Step> told_;  // to those who cannot see the sentence
};

void draw_status(Context& context, SheetView& sheet, const Rect& rect);
void draw_rail(Context& context, const Regions& regions);
/// The keyboard map, over everything.
void draw_help(Context& context, float width, float height);
/// Three lines for who is here for the first time.
void draw_welcome(Context& context, const Rect& rect);
/// What was just said or refused.
void draw_notice(Context& context, const Rect& region);

}  // namespace ap::ui
