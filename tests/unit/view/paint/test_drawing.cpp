// DrawList and its two readers, pixels and SVG: shapes land where they say, text is what was given.
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <fstream>
#include <iterator>

#include "view/paint/canvas.hpp"
#include "view/paint/svg.hpp"
#include "view/paint/text_fit.hpp"

using namespace ap;

namespace {

constexpr Rgba kPaper = rgb(0xffffff);
constexpr Rgba kRed = rgb(0xcc0000);

const FontSet& fonts() {
  static const auto bytes = [] {
    std::array<std::vector<unsigned char>, 3> b;
    const std::array<const char*, 3> files = {"Inter-Regular", "Inter-SemiBold",
                                              "JetBrainsMono-Regular"};
    for (std::size_t i = 0; i < 3; ++i) {
      std::ifstream f("assets/fonts/" + std::string(files[i]) + ".ttf", std::ios::binary);
      b[i].assign(std::istreambuf_iterator<char>(f), {});
    }
    return b;
  }();
  static const Result<FontSet> set = FontSet::make({bytes[0], bytes[1], bytes[2]});
  REQUIRE(set.has_value());
  return *set;
}

Image picture(const DrawList& list, float w, float h, float scale = 1) {
  const Result<Image> image = rasterize(list, {0, 0, w, h}, scale, kPaper, fonts());
  REQUIRE(image.has_value());
  return *image;
}

/// Ink in pixels: how far each is from paper, in the red's own measure.
double ink(const Image& image) {
  double sum = 0;
  for (const Rgba p : image.pixels) sum += (255 - p.g) / 255.0;
  return sum;
}

int count(std::string_view text, std::string_view part) {
  int n = 0;
  for (auto at = text.find(part); at != std::string_view::npos;
       at = text.find(part, at + part.size()))
    ++n;
  return n;
}

}  // namespace

TEST_CASE("areas of shapes are exact to a per cent") {
  const auto area_of = [](auto&& draw) {
    DrawList list;
    draw(list);
    return ink(picture(list, 100, 100));
  };
  CHECK(std::abs(area_of([](DrawList& l) { l.fill({10.25F, 20.5F, 30.5F, 40}, kRed); }) - 1220) <
        6);
  CHECK(std::abs(area_of([](DrawList& l) { l.ellipse({{50, 50}, 30, 20, kRed, {}, 0}); }) - 1885) <
        19);
  CHECK(std::abs(area_of([](DrawList& l) { l.line({10, 10}, {90, 70}, kRed, 3); }) - 300) < 3);
  CHECK(std::abs(area_of([](DrawList& l) { l.outline({20, 20, 50, 40}, kRed, 2); }) - 360) < 4);
  // A rounded rectangle lacks (4 - pi) r^2 of its corners.
  CHECK(std::abs(area_of([](DrawList& l) { l.fill({10, 10, 60, 60}, kRed, 12); }) -
                 (3600 - 0.8584 * 144)) < 12);
  const std::array<Point, 3> triangle = {Point{10, 10}, {90, 10}, {10, 90}};
  CHECK(std::abs(area_of([&](DrawList& l) { l.polygon(triangle, kRed); }) - 3200) < 10);
  // Half outside the picture, also with a clip.
  CHECK(std::abs(area_of([](DrawList& l) { l.ellipse({{0, 50}, 20, 20, kRed, {}, 0}); }) - 628) <
        7);
  CHECK(std::abs(area_of([](DrawList& l) {
                   l.clip_begin({50, 0, 50, 100});
                   l.line({0, 50}, {100, 54}, kRed, 4);
                   l.clip_end();
                 }) -
                 200) < 3);
}

TEST_CASE("clips nest and end") {
  DrawList list;
  list.clip_begin({10, 10, 50, 50});
  list.clip_begin({40, 40, 50, 50});
  list.fill({0, 0, 100, 100}, kRed);
  list.clip_end();
  list.clip_end();
  list.fill({90, 90, 10, 10}, kRed);
  const Image image = picture(list, 100, 100);
  CHECK(std::abs(ink(image) - 500) < 1);
  CHECK(image.at(45, 45) == kRed);
  CHECK(image.at(39, 45) == kPaper);
}

TEST_CASE("translucent shapes blend once, arrow and line together") {
  DrawList list;
  list.bezier({{10, 50}, {40, 50}, {60, 50}, {90, 50}}, kRed.with_alpha(0.5F), 6, true);
  const Image image = picture(list, 100, 100);
  int darkest = 255;
  for (const Rgba p : image.pixels) darkest = std::min<int>(darkest, p.g);
  CHECK(darkest >= 126);
  CHECK(image.at(89, 50).g < 230);  // the tip reaches the end
  CHECK(image.at(92, 50) == kPaper);
}

TEST_CASE("text is measured as it is drawn, and aligned") {
  for (const Face face : {Face::kText, Face::kBold, Face::kMono}) {
    const float w = fonts().width("HHHH", face, 40);
    for (const Align align : {Align::kStart, Align::kMiddle, Align::kEnd}) {
      DrawList list;
      list.text({200, 50}, "HHHH", {face, 40, kRed, align, VAlign::kMiddle});
      const Image image = picture(list, 400, 100);
      int x0 = 400;
      int x1 = 0;
      int y0 = 100;
      int y1 = 0;
      for (int y = 0; y < 100; ++y) {
        for (int x = 0; x < 400; ++x) {
          if (image.at(x, y).g > 128) continue;
          x0 = std::min(x0, x);
          x1 = std::max(x1, x);
          y0 = std::min(y0, y);
          y1 = std::max(y1, y);
        }
      }
      const float expected = 200 - (align == Align::kStart    ? 0.0F
                                    : align == Align::kMiddle ? w / 2
                                                              : w);
      CHECK(std::abs(static_cast<float>(x0) - expected) < 6);
      CHECK(std::abs(static_cast<float>(x1) - expected - w) < 6);
      CHECK(std::abs(static_cast<float>(y0 + y1 + 1) / 2 - 50) <= 1.5F);
    }
  }
}

TEST_CASE("the shipped faces have what the sheet writes") {
  for (const char32_t c : U"0123456789.−·×√ᵀ∞≤≥→…²") {
    if (c == 0) continue;
    CAPTURE(static_cast<unsigned>(c));
    CHECK((fonts().has(c, Face::kMono) || fonts().has(c, Face::kText)));
  }
  // Numbers do not move while they change; the true minus is as wide as a digit.
  for (const char* d : {"1", "4", "7", "8", "."})
    CHECK(fonts().width(d, Face::kMono, 20) == fonts().width("0", Face::kMono, 20));
  CHECK(fonts().width("\u2212", Face::kMono, 20) == fonts().width("0", Face::kMono, 20));
}

TEST_CASE("broken UTF-8 is drawn as replacements, never read past") {
  for (const std::string_view bad :
       {"\xff", "\xe2\x88", "a\xc3", "\xf0\x9f\x98", "\xc0\x80", "\xed"}) {
    std::string_view rest = bad;
    int steps = 0;
    while (!rest.empty()) {
      (void)take_code_point(rest);
      REQUIRE(++steps <= 4);
    }
    CHECK(fonts().width(bad, Face::kText, 12) >= 0);
  }
  std::string_view euro = "€x";
  CHECK(take_code_point(euro) == U'€');
  CHECK(euro == "x");
}

TEST_CASE("eliding keeps whole letters and the width") {
  const EstimatedMeasure measure;
  CHECK(elide("because", 1000, Face::kMono, 10, measure) == "because");
  CHECK(elide("because", 24, Face::kMono, 10, measure) == "bec…");
  CHECK(elide("ÄÖÜÄÖÜ", 18, Face::kMono, 10, measure) == "ÄÖ…");
  CHECK(elide("because", 3, Face::kMono, 10, measure).empty());
}

TEST_CASE("appended lists keep their strings and points, moved") {
  DrawList a;
  a.text({1, 2}, "one", {});
  DrawList b;
  b.text({3, 4}, "two", {});
  const std::array<Point, 3> p = {Point{0, 0}, {1, 0}, {0, 1}};
  b.polygon(p, kRed);
  a.polygon(p, kRed);
  a.append(b, {10, 20});
  const auto& text = std::get<TextShape>(a.shapes()[2]);
  CHECK(a.string(text) == "two");
  CHECK(text.at == Point{13, 24});
  CHECK(a.points(std::get<PolygonShape>(a.shapes()[3]))[1] == Point{11, 20});
  CHECK(a.points(std::get<PolygonShape>(a.shapes()[1]))[1] == Point{1, 0});
}

TEST_CASE("SVG is well formed and says what was drawn") {
  Matrix small = Matrix::Constant(2, 3, 0.5F);
  small(1, 1) = -std::numeric_limits<float>::infinity();
  const Matrix large = Matrix::Zero(100, 100);
  DrawList list;
  list.group_begin("Q & <K>");
  list.clip_begin({0, 0, 50, 50});
  list.text({5, 5}, "a<b & \"c\"\x01", {Face::kMono, 12, kRed, Align::kEnd, VAlign::kMiddle});
  list.heatmap({.rect = {0, 0, 30, 20}, .values = view(small), .range = {}});
  list.heatmap({.rect = {0, 30, 30, 20}, .values = view(large), .range = {}});
  list.bezier({{0, 0}, {1, 2}, {3, 4}, {50, 60}}, kRed.with_alpha(0.5F), 2, true);
  list.clip_end();
  list.group_end();
  const std::string svg = write_svg(list, {0, 0, 100, 100}, kPaper, "sheet");
  CHECK(svg.find("a&lt;b &amp; &quot;c&quot;</text>") != std::string::npos);
  CHECK(svg.find("<title>Q &amp; &lt;K&gt;</title>") != std::string::npos);
  CHECK(svg.find("url(#hl)") != std::string::npos);
  CHECK(count(svg, "data:image/png;base64,iVBORw0KGgo") == 1);
  CHECK(count(svg, "<rect") == 1 + 1 + 6 + 1);  // ground, clip, cells, hatch
  CHECK(count(svg, "<g") == count(svg, "</g>"));
  CHECK(count(svg, "<text") == count(svg, "</text>"));
  CHECK(svg.ends_with("</svg>\n"));
}

TEST_CASE("text in SVG is as wide as it was measured, but for scripts that our fonts lack") {
  DrawList list;
  for (const char* text : {"word", "−0.5 ± 1 × Kᵀ", "naïve", "x", "日本", "Ωmega"})
    list.text({0, 0}, text, {Face::kText, 10, kRed});
  const std::string svg = write_svg(list, {0, 0, 10, 10}, kPaper, "", &fonts());
  CHECK(count(svg, "textLength=") == 2);
  CHECK(count(svg, " lengthAdjust=\"spacingAndGlyphs\">word</text>") == 1);
  CHECK(count(svg, " lengthAdjust=\"spacingAndGlyphs\">naïve</text>") == 1);
  CHECK(count(write_svg(list, {0, 0, 10, 10}, kPaper, ""), "textLength=") == 0);
}

TEST_CASE("PNG bytes begin as PNG; impossible pictures are refused") {
  const Result<std::string> png = write_png(Image(3, 2, kRed));
  REQUIRE(png.has_value());
  CHECK(png->starts_with("\x89PNG\r\n\x1a\n"));
  CHECK(write_png(Image{}).error().code == ErrorCode::kShape);
  CHECK(rasterize({}, {0, 0, 1e6F, 1e6F}, 1, kPaper, fonts()).error().code == ErrorCode::kTooLarge);
  CHECK(rasterize({}, {0, 0, 10, 10}, 0, kPaper, fonts()).error().code == ErrorCode::kRange);
  CHECK(rasterize({}, {0, 0, 10, 10}, std::nanf(""), kPaper, fonts()).error().code ==
        ErrorCode::kRange);
  CHECK(base64("M") == "TQ==");
  CHECK(base64("Man") == "TWFu");
}
