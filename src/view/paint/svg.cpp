#include "view/paint/svg.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <type_traits>

#include "view/paint/heatmap.hpp"
#include "view/paint/image.hpp"

namespace ap {
namespace {

/// At most 3 decimals, no exponent, no trailing zeros.
std::string num(float value) {
  std::array<char, 64> buffer{};
  if (!std::isfinite(value)) return "0";
  const int n = std::snprintf(buffer.data(), buffer.size(), "%.3f", static_cast<double>(value));
  std::string s(buffer.data(), static_cast<std::size_t>(n));
  while (s.back() == '0') s.pop_back();
  if (s.back() == '.') s.pop_back();
  return s == "-0" || s.empty() ? "0" : s;
}

std::string hex(Rgba c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string s = "#";
  for (const unsigned byte : {c.r, c.g, c.b}) {
    s += kDigits[byte >> 4U];
    s += kDigits[byte & 15U];
  }
  return s;
}

std::string attribute(std::string_view name, float value) {
  return " " + std::string(name) + "=\"" + num(value) + "\"";
}

/// fill="..." or stroke="...", with its opacity.
std::string paint(std::string_view name, Rgba colour) {
  if (colour.a == 0) return " " + std::string(name) + "=\"none\"";
  std::string s = " " + std::string(name) + "=\"" + hex(colour) + "\"";
  if (colour.a < 255)
    s += attribute(std::string(name) + "-opacity", static_cast<float>(colour.a) / 255.0F);
  return s;
}

std::string box(Rect r) {
  return attribute("x", r.x) + attribute("y", r.y) + attribute("width", r.w) +
         attribute("height", r.h);
}

std::string pair(Point p) { return num(p.x) + " " + num(p.y); }

/// More than a letter, all of them in our fonts (to U+024F, and U+2000 to U+22FF: signs), so that
/// its measured width is that of its shapes.
bool latin(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool sign =
        c == 0xE2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0x8C;
    if (c > 0xC9 && !sign) return false;
    if (sign) i += 2;
  }
  return text.size() > 1;
}

class Writer {
 public:
  Writer(const DrawList& list, const TextMeasure* measure, const FontSet* outlines)
      : list_(list), measure_(measure), outlines_(outlines) {}

  void draw(const RectShape& s) {
    out_ += "<rect" + box(s.rect) + (s.radius > 0 ? attribute("rx", s.radius) : "") +
            paint("fill", s.fill);
    if (s.stroke.a > 0)
      out_ += paint("stroke", s.stroke) + attribute("stroke-width", s.stroke_width);
    out_ += "/>\n";
  }
  void draw(const LineShape& s) {
    out_ += "<line" + attribute("x1", s.from.x) + attribute("y1", s.from.y) +
            attribute("x2", s.to.x) + attribute("y2", s.to.y) + paint("stroke", s.colour) +
            attribute("stroke-width", s.width) + "/>\n";
  }
  void draw(const BezierShape& s) {
    Bezier c = s.curve;
    if (s.arrow) {
      const float size = arrow_size(s.width);
      const Point back = c.p3 - c.p2;
      const float reach = std::hypot(back.x, back.y);
      const Point along = reach > 0 ? back * (1 / reach) : Point{1, 0};
      const Point foot = c.p3 - along * size;
      const Point across = Point{-along.y, along.x} * (size * 0.42F);
      out_ += "<path d=\"M" + pair(c.p3) + "L" + pair(foot + across) + "L" + pair(foot - across) +
              "Z\"" + paint("fill", s.colour) + "/>\n";
      c.p3 = c.p3 - along * size;
      c.p2 = c.p2 - along * size;
    }
    out_ += "<path d=\"M" + pair(c.p0) + "C" + pair(c.p1) + " " + pair(c.p2) + " " + pair(c.p3) +
            "\" fill=\"none\"" + paint("stroke", s.colour) + attribute("stroke-width", s.width) +
            "/>\n";
  }
  void draw(const EllipseShape& s) {
    out_ += "<ellipse" + attribute("cx", s.centre.x) + attribute("cy", s.centre.y) +
            attribute("rx", s.rx) + attribute("ry", s.ry) + paint("fill", s.fill);
    if (s.stroke.a > 0)
      out_ += paint("stroke", s.stroke) + attribute("stroke-width", s.stroke_width);
    out_ += "/>\n";
  }
  void draw(const PolygonShape& s) {
    out_ += "<polygon points=\"";
    for (const Point p : list_.points(s)) out_ += pair(p) + " ";
    out_ += "\"" + paint("fill", s.fill) + "/>\n";
  }
  void draw(const TextShape& s) {
    constexpr std::array<std::string_view, 3> kClasses = {"t", "b", "m"};
    constexpr std::array<std::string_view, 3> kAnchors = {"start", "middle", "end"};
    const TextStyle& style = s.style;
    if (outlines_ != nullptr && outlines_->covers(list_.string(s), style.face)) return outline(s);
    used_[static_cast<std::size_t>(style.face)] = true;
    out_ += "<text class=\"" + std::string(kClasses[static_cast<std::size_t>(style.face)]) + "\"" +
            attribute("x", s.at.x) +
            attribute("y", s.at.y + to_baseline(style.valign, style.size)) +
            attribute("font-size", style.size) + paint("fill", style.colour);
    if (style.align != Align::kStart)
      out_ +=
          " text-anchor=\"" + std::string(kAnchors[static_cast<std::size_t>(style.align)]) + "\"";
    const std::string_view text = list_.string(s);
    if (measure_ != nullptr && latin(text)) {
      out_ += attribute("textLength", measure_->width(text, style.face, style.size)) +
              " lengthAdjust=\"spacingAndGlyphs\"";
    }
    out_ += ">" + markup_text(text) + "</text>\n";
  }
  void draw(const HeatmapShape& s) {
    if (s.values.empty() || s.rect.empty()) return;
    out_ += s.dim > 0 ? "<g" + attribute("opacity", 1 - s.dim) + ">\n" : "<g>\n";
    if (static_cast<std::int64_t>(s.values.rows) * s.values.cols <= kMostSvgCells) {
      cells(s);
    } else {
      picture(s);
    }
    out_ += "</g>\n";
  }
  void draw(const ClipBegin& s) {
    const std::string id = "c" + std::to_string(++clips_);
    out_ += "<clipPath id=\"" + id + "\"><rect" + box(s.rect) +
            "/></clipPath>\n<g clip-path=\"url(#" + id + ")\">\n";
  }
  void draw(const ClipEnd&) { out_ += "</g>\n"; }
  void draw(const GroupBegin& s) {
    out_ += "<g><title>" + markup_text(list_.string(s)) + "</title>\n";
  }
  void draw(const GroupEnd&) { out_ += "</g>\n"; }

  [[nodiscard]] bool uses(Face face) const noexcept {
    return used_[static_cast<std::size_t>(face)];
  }
  [[nodiscard]] bool hatched() const noexcept { return hatched_light_ || hatched_dark_; }
  /// The stripes of masked cells, for the themes in use.
  [[nodiscard]] std::string patterns() const {
    std::string s;
    if (hatched_light_) s += pattern(Mode::kLight);
    if (hatched_dark_) s += pattern(Mode::kDark);
    return s;
  }
  [[nodiscard]] const std::string& text() const noexcept { return out_; }

 private:
  static std::string pattern(Mode mode) {
    return std::string("<pattern id=\"") + (mode == Mode::kDark ? "hd" : "hl") +
           "\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\"><rect width=\"6\" "
           "height=\"6\"" +
           paint("fill", masked_colour(mode)) + "/><path d=\"M-1 1L1 -1M0 6L6 0M5 7L7 5\"" +
           paint("stroke", masked_hatch(mode)) + " stroke-width=\"1.3\"/></pattern>\n";
  }
  void outline(const TextShape& s) {
    const TextStyle& style = s.style;
    const std::string_view text = list_.string(s);
    Point pen = s.at + Point{0, to_baseline(style.valign, style.size)};
    const float w = outlines_->width(text, style.face, style.size);
    if (style.align != Align::kStart) pen.x -= style.align == Align::kMiddle ? w / 2 : w;
    const std::string path = outlines_->outlines(text, style.face, style.size, pen);
    // Read aloud as what it says.
    out_ += "<path aria-label=\"" + markup_text(text) + "\" d=\"" + path + "\"" +
            paint("fill", style.colour) + "/>\n";
  }
  void cells(const HeatmapShape& s) {
    const float w = s.rect.w / static_cast<float>(s.values.cols);
    const float h = s.rect.h / static_cast<float>(s.values.rows);
    const float gap = cell_gap(std::min(w, h), 1);
    for (int i = 0; i < s.values.rows; ++i) {
      for (int j = 0; j < s.values.cols; ++j) {
        const Rect cell{s.rect.x + static_cast<float>(j) * w + gap / 2,
                        s.rect.y + static_cast<float>(i) * h + gap / 2, w - gap, h - gap};
        const bool masked = cell_kind(s.values(i, j)) == CellKind::kMasked;
        if (masked) (s.mode == Mode::kDark ? hatched_dark_ : hatched_light_) = true;
        out_ += "<rect" + box(cell) +
                (masked ? std::string(s.mode == Mode::kDark ? " fill=\"url(#hd)\""
                                                            : " fill=\"url(#hl)\"")
                        : paint("fill", cell_colour(s.values(i, j), s.range, s.map, s.mode))) +
                "/>\n";
      }
    }
  }
  void picture(const HeatmapShape& s) {
    Image image(s.values.cols, s.values.rows, {});
    for (int i = 0; i < s.values.rows; ++i) {
      for (int j = 0; j < s.values.cols; ++j)
        image.at(j, i) = cell_colour(s.values(i, j), s.range, s.map, s.mode);
    }
    const Result<std::string> png = write_png(image);
    if (!png) return;
    out_ += "<image" + box(s.rect) +
            " preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\" "
            "href=\"data:image/png;base64," +
            base64(*png) + "\"/>\n";
  }

  const DrawList& list_;
  const TextMeasure* measure_;
  const FontSet* outlines_;
  std::array<bool, 3> used_{};  // faces of text
  std::string out_;
  int clips_ = 0;
  bool hatched_light_ = false;
  bool hatched_dark_ = false;
};

/// The faces that the text uses, as CSS.
std::string embedded(const Writer& writer) {
  struct Named {
    Face face;
    const char* family;
    const char* weight;
  };
  constexpr std::array<Named, 3> kFaces{{{Face::kText, "Inter", "400"},
                                         {Face::kBold, "Inter", "600"},
                                         {Face::kMono, "JetBrains Mono", "400"}}};
  std::string css;
  for (const Named& f : kFaces) {
    if (!writer.uses(f.face)) continue;
    const auto file = FontSet::file(f.face);
    css += std::string("@font-face{font-family:'") + f.family + "';font-weight:" + f.weight +
           ";src:url(data:font/ttf;base64," +
           base64({reinterpret_cast<const char*>(file.data()), file.size()}) +
           ") format('truetype')}\n";
  }
  return css;
}

}  // namespace

std::optional<SvgFaces> svg_faces_from(std::string_view name) noexcept {
  if (name == "named") return SvgFaces::kNamed;
  if (name == "embedded") return SvgFaces::kEmbedded;
  if (name == "outlines") return SvgFaces::kOutlines;
  return std::nullopt;
}

std::string markup_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20) out += c;
    }
  }
  return out;
}

std::string write_svg(const DrawList& list, Rect area, Rgba background, std::string_view title,
                      const TextMeasure* measure, SvgFaces faces, const FontSet* fonts) {
  Writer writer(list, measure, faces == SvgFaces::kOutlines ? fonts : nullptr);
  for (const Shape& shape : list.shapes()) {
    std::visit([&](const auto& s) { writer.draw(s); }, shape);
  }
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"" + attribute("width", area.w) +
                    attribute("height", area.h) + " viewBox=\"" + num(area.x) + " " + num(area.y) +
                    " " + num(area.w) + " " + num(area.h) + "\" role=\"img\">\n<title>" +
                    markup_text(title) + "</title>\n" + "<style>" +
                    (faces == SvgFaces::kEmbedded ? embedded(writer) : "") +
                    ".t,.b{font-family:Inter,system-ui,'Helvetica "
                    "Neue',Arial,sans-serif}.b{font-weight:600}"
                    ".m{font-family:'JetBrains Mono',ui-monospace,monospace}"
                    "text{font-variant-numeric:tabular-nums;white-space:pre}</style>\n";
  if (writer.hatched()) svg += "<defs>" + writer.patterns() + "</defs>\n";
  if (background.a > 0) svg += "<rect" + box(area) + paint("fill", background) + "/>\n";
  return svg + writer.text() + "</svg>\n";
}

}  // namespace ap
