#include "ui/widgets/icons.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>

namespace ap::ui {
namespace {

/// A pen on a 16 x 16 grid around the icon's centre.
struct Pen {
  ImDrawList& list;
  ImVec2 centre;
  float unit;
  ImU32 colour;
  float width;

  [[nodiscard]] ImVec2 at(float x, float y) const {
    return {centre.x + (x - 8) * unit, centre.y + (y - 8) * unit};
  }
  void stroke(std::initializer_list<ImVec2> points, bool closed = false) const {
    for (const ImVec2& p : points) list.PathLineTo(at(p.x, p.y));
    list.PathStroke(colour, closed ? ImDrawFlags_Closed : 0, width);
  }
  void circle(float x, float y, float r) const {
    list.AddCircle(at(x, y), r * unit, colour, 0, width);
  }
  void dot(float x, float y, float r) const { list.AddCircleFilled(at(x, y), r * unit, colour); }
  void arc(float x, float y, float r, float from, float to) const {
    list.PathArcTo(at(x, y), r * unit, from, to);
    list.PathStroke(colour, 0, width);
  }
  void curve(ImVec2 a, ImVec2 b, ImVec2 c, ImVec2 d) const {
    list.AddBezierCubic(at(a.x, a.y), at(b.x, b.y), at(c.x, c.y), at(d.x, d.y), colour, width);
  }
  void box(float x0, float y0, float x1, float y1, bool filled = false) const {
    if (filled)
      list.AddRectFilled(at(x0, y0), at(x1, y1), colour, unit);
    else
      list.AddRect(at(x0, y0), at(x1, y1), colour, 1.5F * unit, 0, width);
  }
};

constexpr float kPi = 3.14159265F;

void turn_arrow(const Pen& p, bool mirrored) {
  const auto x = [&](float v) { return mirrored ? 16 - v : v; };
  p.stroke({{x(6), 2.5F}, {x(2.5F), 6}, {x(6), 9.5F}});
  p.stroke({{x(2.5F), 6}, {x(9.5F), 6}});
  if (mirrored)
    p.arc(16 - 9.5F, 9.75F, 3.75F, kPi / 2, kPi * 1.5F);
  else
    p.arc(9.5F, 9.75F, 3.75F, -kPi / 2, kPi / 2);
  p.stroke({{x(9.5F), 13.5F}, {x(6.5F), 13.5F}});
}

void sun(const Pen& p) {
  p.circle(8, 8, 3);
  for (int i = 0; i < 8; ++i) {
    const float a = kPi / 4 * static_cast<float>(i);
    p.stroke({{8 + 5 * std::cos(a), 8 + 5 * std::sin(a)},
              {8 + 6.7F * std::cos(a), 8 + 6.7F * std::sin(a)}});
  }
}

void moon(const Pen& p) {
  p.arc(8, 8, 5.6F, kPi * 0.15F, kPi * 1.35F);
  p.arc(11.2F, 5.6F, 5.2F, kPi * 0.52F, kPi * 0.98F);
}

void half(const Pen& p) {
  p.circle(8, 8, 5.5F);
  p.list.PathArcTo(p.at(8, 8), 5.5F * p.unit, -kPi / 2, kPi / 2);
  p.list.PathFillConvex(p.colour);
}

void graph(const Pen& p) {
  p.stroke({{4, 11.5F}, {8, 4.5F}, {12, 11.5F}}, true);
  p.dot(8, 4, 1.9F);
  p.dot(3.6F, 12, 1.9F);
  p.dot(12.4F, 12, 1.9F);
}

void arcs(const Pen& p) {
  p.curve({3, 4}, {8, 4}, {8, 12}, {13, 12});
  p.curve({3, 8}, {8, 8}, {8, 4}, {13, 4});
  p.curve({3, 12}, {8, 12}, {8, 8}, {13, 8});
  for (const float y : {4.F, 8.F, 12.F}) {
    p.dot(2.6F, y, 1.2F);
    p.dot(13.4F, y, 1.2F);
  }
}

void heads(const Pen& p) {
  p.box(2.5F, 2.5F, 7, 7);
  p.box(9, 2.5F, 13.5F, 7, true);
  p.box(2.5F, 9, 7, 13.5F, true);
  p.box(9, 9, 13.5F, 13.5F);
}

void padlock(const Pen& p) {
  p.box(3.5F, 7.5F, 12.5F, 13.5F, true);
  p.arc(8, 7.2F, 3, kPi, 2 * kPi);
}

void fit(const Pen& p) {
  p.stroke({{2.5F, 6}, {2.5F, 2.5F}, {6, 2.5F}});
  p.stroke({{10, 2.5F}, {13.5F, 2.5F}, {13.5F, 6}});
  p.stroke({{13.5F, 10}, {13.5F, 13.5F}, {10, 13.5F}});
  p.stroke({{6, 13.5F}, {2.5F, 13.5F}, {2.5F, 10}});
}

void book(const Pen& p) {
  p.curve({8, 4}, {6, 2.8F}, {4, 2.8F}, {2.5F, 3.2F});
  p.curve({8, 4}, {10, 2.8F}, {12, 2.8F}, {13.5F, 3.2F});
  p.stroke({{2.5F, 3.2F}, {2.5F, 12.4F}});
  p.stroke({{13.5F, 3.2F}, {13.5F, 12.4F}});
  p.curve({8, 13.4F}, {6, 12}, {4, 12}, {2.5F, 12.4F});
  p.curve({8, 13.4F}, {10, 12}, {12, 12}, {13.5F, 12.4F});
  p.stroke({{8, 4}, {8, 13.4F}});
}

void sliders(const Pen& p) {
  for (int i = 0; i < 3; ++i) {
    const float y = 4 + 4 * static_cast<float>(i);
    const float x = i == 1 ? 10.5F : 5.5F;
    p.stroke({{2.5F, y}, {13.5F, y}});
    p.dot(x, y, 1.9F);
  }
}

void explain(const Pen& p) {  // a speech bubble with a sum in it
  p.stroke({{2.5F, 3}, {13.5F, 3}, {13.5F, 11}, {8, 11}, {5, 13.8F}, {5, 11}, {2.5F, 11}}, true);
  p.stroke({{5.5F, 5.8F}, {10.5F, 5.8F}});
  p.stroke({{5.5F, 8.3F}, {8.8F, 8.3F}});
}

void panel_icon(const Pen& p, Icon icon) {
  switch (icon) {
    case Icon::kExplain: explain(p); break;
    case Icon::kModel: sliders(p); break;
    case Icon::kGraph: graph(p); break;
    case Icon::kArcs: arcs(p); break;
    case Icon::kHeads: heads(p); break;
    case Icon::kRows:
      p.stroke({{2.5F, 3}, {2.5F, 13}});
      p.box(3.5F, 3, 12.5F, 5.4F, true);
      p.box(3.5F, 6.8F, 8, 9.2F, true);
      p.box(3.5F, 10.6F, 5.6F, 13, true);
      break;
    case Icon::kWords:
      p.stroke({{3, 12.5F}, {6.2F, 4}, {9.4F, 12.5F}});
      p.stroke({{4.2F, 9.6F}, {8.2F, 9.6F}});
      p.circle(11.6F, 10.4F, 2.1F);
      p.stroke({{13.7F, 7.9F}, {13.7F, 12.6F}});
      break;
    case Icon::kLearn: book(p); break;
    case Icon::kTrain:  // a loss that falls
      p.stroke({{2.5F, 2.5F}, {2.5F, 13.5F}, {13.5F, 13.5F}});
      p.curve({4.6F, 3}, {5.6F, 9.6F}, {8.5F, 10.8F}, {13.2F, 11});
      break;
    case Icon::kSizes:
      p.box(2.5F, 5, 13.5F, 11);
      for (const float x : {5.2F, 8.F, 10.8F}) p.stroke({{x, 5}, {x, 7.6F}});
      break;
    case Icon::kExport:
      p.stroke({{8, 10.2F}, {8, 2.6F}});
      p.stroke({{5, 5.4F}, {8, 2.4F}, {11, 5.4F}});
      p.stroke({{2.8F, 9.6F}, {2.8F, 13.4F}, {13.2F, 13.4F}, {13.2F, 9.6F}});
      break;
    default: break;
  }
}

}  // namespace

void draw_icon(ImDrawList& list, Icon icon, ImVec2 centre, float size, ImU32 colour) {
  const Pen p{list, centre, size / 16, colour, std::max(1.2F, size * 0.09F)};
  switch (icon) {
    case Icon::kUndo: turn_arrow(p, false); break;
    case Icon::kRedo: turn_arrow(p, true); break;
    case Icon::kSun: sun(p); break;
    case Icon::kMoon: moon(p); break;
    case Icon::kAuto: half(p); break;
    case Icon::kChevronDown: p.stroke({{4, 6}, {8, 10}, {12, 6}}); break;
    case Icon::kChevronUp: p.stroke({{4, 10}, {8, 6}, {12, 10}}); break;
    case Icon::kClose:
      p.stroke({{4, 4}, {12, 12}});
      p.stroke({{12, 4}, {4, 12}});
      break;
    case Icon::kPlay: list.AddTriangleFilled(p.at(5, 3), p.at(13, 8), p.at(5, 13), colour); break;
    case Icon::kPause:
      p.box(4, 3, 6.8F, 13, true);
      p.box(9.2F, 3, 12, 13, true);
      break;
    case Icon::kFit: fit(p); break;
    case Icon::kPlus: p.stroke({{8, 3.5F}, {8, 12.5F}}); [[fallthrough]];
    case Icon::kMinus: p.stroke({{3.5F, 8}, {12.5F, 8}}); break;
    case Icon::kHelp:
      p.arc(8, 6, 2.8F, -kPi * 0.95F, kPi * 0.35F);
      p.stroke({{9, 8.4F}, {8, 9.2F}, {8, 10.4F}});
      p.dot(8, 13, 1);
      break;
    case Icon::kPin:
      p.stroke({{5, 3}, {11, 3}});
      p.stroke({{6, 3}, {5.4F, 8}, {10.6F, 8}, {10, 3}});
      p.stroke({{8, 8}, {8, 13.5F}});
      break;
    case Icon::kLock: padlock(p); break;
    case Icon::kBrush:
      p.stroke({{13, 3}, {7.4F, 8.6F}});
      p.dot(5.2F, 10.8F, 2.5F);
      break;
    case Icon::kMenu:
      for (const float x : {3.6F, 8.F, 12.4F}) p.dot(x, 8, 1.3F);
      break;
    case Icon::kReset:
      p.arc(8, 8.4F, 5, -kPi * 0.85F, kPi * 0.7F);
      p.stroke({{2.6F, 3}, {3.4F, 6.6F}, {7, 5.8F}});
      break;
    case Icon::kTable:
      p.box(2.5F, 3, 13.5F, 13);
      p.stroke({{2.5F, 6.4F}, {13.5F, 6.4F}});
      p.stroke({{2.5F, 9.7F}, {13.5F, 9.7F}});
      p.stroke({{6.5F, 3}, {6.5F, 13}});
      break;
    case Icon::kShare:
      p.stroke({{12, 3.5F}, {4, 8}, {12, 12.5F}});
      for (const ImVec2 at : {ImVec2{12.2F, 3.5F}, ImVec2{3.8F, 8}, ImVec2{12.2F, 12.5F}})
        p.dot(at.x, at.y, 2);
      break;
    case Icon::kCheck: p.stroke({{3.2F, 8.4F}, {6.6F, 11.8F}, {12.8F, 4.4F}}); break;
    default: panel_icon(p, icon); break;
  }
}

}  // namespace ap::ui
