// Regions never overlap and stay in the window, at every size.
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <vector>

#include "ui/shell/keyboard_map.hpp"
#include "ui/shell/layout.hpp"
#include "ui/shell/view_store.hpp"

using namespace ap;
using namespace ap::ui;

TEST_CASE("regions tile the window without overlap") {
  for (const float width :
       {320.F, 400.F, 600.F, 620.F, 621.F, 760.F, 899.F, 900.F, 1280.F, 3840.F}) {
    for (const float height : {240.F, 360.F, 500.F, 800.F, 2160.F}) {
      for (const bool open : {false, true}) {
        for (const bool hints : {false, true}) {
          const Regions r = arrange({width, height, open, 0.5F, width < 620, false, hints});
          INFO(width << " x " << height << (open ? " open" : "") << (hints ? " hints" : ""));
          const Rect window{0, 0, width, height};
          std::vector<Rect> all = {r.top, r.steps, r.sheet, r.hints, r.status, r.rail};
          if (!r.panel_over) all.push_back(r.panel);
          for (std::size_t i = 0; i < all.size(); ++i) {
            if (all[i].empty()) continue;
            if (height >= 360) CHECK(window.grown(0.01F).contains(all[i]));
            for (std::size_t j = 0; j < i; ++j) {
              if (!all[j].empty()) CHECK_FALSE(all[i].overlaps(all[j]));
            }
          }
          CHECK(r.narrow == (width <= kNarrowWidth));
          CHECK(r.panel.empty() == !open);
          if (height >= 500) CHECK(r.sheet.h >= 150);
        }
      }
    }
  }
}

TEST_CASE("a bottom sheet takes the share it was dragged to") {
  const Regions low = arrange({400, 800, true, 0.3F, true});
  const Regions high = arrange({400, 800, true, 0.8F, true});
  CHECK(std::abs(low.panel.h - 240) < 0.01F);
  CHECK(std::abs(high.panel.h - 640) < 0.01F);
  CHECK(low.panel.bottom() == low.rail.y);
  CHECK(low.sheet.bottom() <= low.panel.y);  // what is left of the sheet is in view
}

TEST_CASE("a phone with a lesson in its lower half shows the sheet above an open panel") {
  const Regions r = arrange({400, 432, true, 0.5F, true});
  CHECK(r.sheet.h > 90);
  CHECK(r.sheet.bottom() <= r.panel.y);
}

TEST_CASE("an embedded panel without rail and steps has everything below the top bar") {
  for (const float width : {360.F, 700.F, 1100.F}) {
    LayoutInput in{width, 420, true};
    in.no_rail = in.no_steps = true;
    const Regions below = arrange(in);
    CHECK(below.panel == Rect{0, below.top.bottom(), width, 420 - below.top.bottom()});
    CHECK(below.panel_over);
    in.no_top = true;
    CHECK(arrange(in).panel == Rect{0, 0, width, 420});
    in.panel_open = false;
    CHECK(arrange(in).panel.empty());
  }
}

TEST_CASE("view state survives as text; nonsense in it is passed over") {
  ViewState a;
  a.theme = ThemeChoice::kDark;
  a.panel = PanelKind::kGraph;
  a.numbers = false;
  a.range = RangeRule::kFixed;
  a.head = 3;
  a.folded = {Stage::kScaled, Stage::kConcat};
  a.welcome_done = true;
  ViewState b;
  read_view(view_text(a), b);
  CHECK(view_text(b) == view_text(a));
  CHECK(b.folded == a.folded);
  CHECK(b.panel == PanelKind::kGraph);

  ViewState c;
  const std::string before = view_text(c);
  read_view("theme=9&panel=-1&panel=999&head=1e9&lift=&=&x&&fold=-5&fold=100000&head=", c);
  CHECK(view_text(c) == before);
}

TEST_CASE("every line of the keyboard map says what it does") {
  CHECK(keyboard_map().size() > 20);
  for (const KeyLine& line : keyboard_map()) {
    CHECK(*line.group != 0);
    CHECK(*line.keys != 0);
    CHECK(*line.does != 0);
  }
}
