#include "view/figures/graph.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <tuple>

#include "view/paint/text_fit.hpp"

namespace ap {
namespace {

constexpr float kPi = std::numbers::pi_v<float>;
constexpr float kGap = 3;
/// Largest share of the area's width that one label may take.
constexpr float kLabelShare = 0.26F;

float length(Point p) noexcept { return std::hypot(p.x, p.y); }
Point unit(Point p) noexcept {
  const float n = length(p);
  return n > 0 ? p * (1 / n) : Point{0, -1};
}

/// Sizes that follow from the room and the number of nodes.
struct Sizes {
  float node = 0;   // radius
  float loop = 0;   // how far a self-loop reaches beyond its node
  float label = 0;  // em
  float label_w = 0;
  Point radii;  // of the ellipse
};

Sizes choose_sizes(Rect area, std::span<const std::string> labels, const TextMeasure& measure,
                   const GraphOptions& options) {
  Sizes s;
  const float shorter = std::min(area.w, area.h);
  const auto n = static_cast<float>(std::max<std::size_t>(labels.size(), 1));
  s.node = std::clamp(shorter / (16 + 2 * n), 2.0F, 9.0F);
  s.loop = 1.8F * s.node + 2;
  s.label = std::min(options.label_size, std::max(shorter / 12, 6.0F));
  for (const std::string& text : labels)
    s.label_w = std::max(s.label_w, measure.width(text, Face::kText, s.label));
  s.label_w = std::min(s.label_w, area.w * kLabelShare);
  const float outside = s.node + s.loop + kGap;
  s.radii = {std::max(area.w / 2 - outside - s.label_w, 0.0F),
             std::max(area.h / 2 - outside - 1.3F * s.label, 0.0F)};
  return s;
}

/// Angles at which neighbours on the ellipse are equally far apart along it, from the top,
/// clockwise.
std::vector<float> even_angles(std::size_t count, Point radii) {
  constexpr int kSamples = 720;
  std::vector<float> lengths = {0};
  const auto point = [&](int i) {
    const float a = 2 * kPi * static_cast<float>(i) / kSamples;
    return Point{radii.x * std::sin(a), -radii.y * std::cos(a)};
  };
  for (int i = 1; i <= kSamples; ++i)
    lengths.push_back(lengths.back() + length(point(i) - point(i - 1)));
  std::vector<float> angles;
  for (std::size_t k = 0; k < count; ++k) {
    const float share = static_cast<float>(k) / static_cast<float>(count);
    const float want = lengths.back() * share;
    const auto hit = std::upper_bound(lengths.begin() + 1, lengths.end() - 1, want);
    const auto i = static_cast<float>(hit - lengths.begin());
    const float step = *hit - *(hit - 1);
    const float inside = step > 0 ? (want - *(hit - 1)) / step : 0.0F;
    angles.push_back(lengths.back() > 0 ? 2 * kPi * (i - 1 + inside) / kSamples : 2 * kPi * share);
  }
  return angles;
}

/// Beside the node, away from the middle, beyond its loop.
Rect label_box(Point node, Point outward, float w, float h, float distance) noexcept {
  const Point edge = node + outward * distance;
  const Point centre = edge + Point{outward.x * w / 2, outward.y * h / 2};
  return {centre.x - w / 2, centre.y - h / 2, w, h};
}

void place_labels(GraphLayout& layout, std::span<const std::string> labels, const Sizes& sizes,
                  const std::vector<Point>& outward, const TextMeasure& measure) {
  std::vector<Rect> taken;
  for (const GraphNode& n : layout.nodes)
    taken.push_back({n.centre.x - n.radius, n.centre.y - n.radius, 2 * n.radius, 2 * n.radius});
  const float h = 1.3F * sizes.label;
  for (std::size_t i = 0; i < layout.nodes.size(); ++i) {
    GraphNode& node = layout.nodes[i];
    std::string text = elide(labels[i], sizes.label_w, Face::kText, sizes.label, measure);
    const float w = measure.width(text, Face::kText, sizes.label);
    const Rect wanted = label_box(node.centre, outward[i], w, h, sizes.node + sizes.loop + kGap);
    // Where neighbours crowd (top and bottom), a little higher or lower still names the right node.
    for (const float shift : {0.0F, -0.5F, 0.5F, -1.0F, 1.0F}) {
      Rect box = wanted;
      box.y += shift * h;
      box.x = std::clamp(box.x, layout.area.x, std::max(layout.area.x, layout.area.right() - w));
      const bool free =
          std::none_of(taken.begin(), taken.end(), [&](const Rect& t) { return t.overlaps(box); });
      if (w > 0 && free && layout.area.contains(box)) {
        taken.push_back(box);
        node.label = box;
        node.text = std::move(text);
        break;
      }
    }
  }
}

Bezier loop(Point centre, Point outward, float radius, float reach) noexcept {
  const Point side{-outward.y, outward.x};
  const Point start = centre + unit(outward + side * 0.7F) * (radius + 1);
  const Point end = centre + unit(outward - side * 0.7F) * (radius + 1);
  // A cubic reaches 3/4 of the way to its handles.
  const float handle = (reach - 0.4F * radius) / 0.75F;
  return {start, start + outward * handle + side * (0.9F * reach),
          end + outward * handle - side * (0.9F * reach), end};
}

/// Bowed towards the middle, where it meets no other node; one of a -> b and b -> a more than the
/// other.
Bezier bow(const GraphNode& from, const GraphNode& to, Point middle) noexcept {
  const Point chord = to.centre - from.centre;
  const Point left{chord.y, -chord.x};
  const Point inward = middle - (from.centre + chord * 0.5F);
  const Point bend = left * (inward.x * left.x + inward.y * left.y >= 0 ? 0.24F : -0.1F);
  const Point h1 = from.centre + chord * 0.3F + bend;
  const Point h2 = from.centre + chord * 0.7F + bend;
  return {from.centre + unit(h1 - from.centre) * (from.radius + 1), h1, h2,
          to.centre + unit(h2 - to.centre) * (to.radius + 1)};
}

}  // namespace

GraphLayout layout_graph(ConstView weights, std::span<const std::string> labels, Rect area,
                         const TextMeasure& measure, const GraphOptions& options) {
  GraphLayout layout;
  layout.area = area;
  const auto count = labels.size();
  if (count == 0 || area.empty()) return layout;
  const Sizes sizes = choose_sizes(area, labels, measure, options);
  layout.label_size = sizes.label;
  std::vector<Point> outward;
  for (const float angle : even_angles(count, sizes.radii)) {
    const Point direction{std::sin(angle), -std::cos(angle)};
    const Point centre =
        area.centre() + Point{sizes.radii.x * direction.x, sizes.radii.y * direction.y};
    layout.nodes.push_back({centre, sizes.node, {}, {}});
    outward.push_back(direction);
  }
  place_labels(layout, labels, sizes, outward, measure);

  for (int i = 0; i < weights.rows; ++i) {
    const int from = i + options.past;
    if (from < 0 || from >= static_cast<int>(count)) continue;
    for (int j = 0; j < std::min(weights.cols, static_cast<int>(count)); ++j) {
      const float w = weights(i, j);
      if (!(w > 0) || !std::isfinite(w)) continue;
      if (w < options.threshold) {
        ++layout.below_threshold;
        continue;
      }
      const GraphNode& a = layout.nodes[static_cast<std::size_t>(from)];
      const GraphNode& b = layout.nodes[static_cast<std::size_t>(j)];
      const Bezier curve = from == j ? loop(a.centre, outward[static_cast<std::size_t>(j)],
                                            a.radius, sizes.loop * 0.85F)
                                     : bow(a, b, area.centre());
      const float widest = from == j ? std::min(options.widest, sizes.node / 3) : options.widest;
      layout.edges.push_back({from, j, w, curve, std::max(0.75F, widest * std::min(w, 1.0F))});
    }
  }
  std::sort(layout.edges.begin(), layout.edges.end(), [](const GraphEdge& a, const GraphEdge& b) {
    return std::tie(a.weight, a.from, a.to) < std::tie(b.weight, b.from, b.to);
  });
  return layout;
}

int node_at(const GraphLayout& layout, Point p) noexcept {
  for (std::size_t i = 0; i < layout.nodes.size(); ++i) {
    const GraphNode& n = layout.nodes[i];
    if (length(p - n.centre) <= n.radius + kGap || n.label.contains(p)) return static_cast<int>(i);
  }
  return -1;
}

void draw_graph(DrawList& list, const GraphLayout& layout, const Theme& theme, int isolated) {
  for (const GraphEdge& e : layout.edges) {
    const bool own = isolated < 0 || e.from == isolated;
    const bool to_it = !own && e.to == isolated;
    const float strength = 0.25F + 0.7F * std::min(e.weight, 1.0F);
    const Rgba colour = to_it ? theme.consumer_highlight : theme.weights;
    list.bezier(e.curve, colour.with_alpha(own || to_it ? strength : 0.06F), e.width, true);
  }
  for (std::size_t i = 0; i < layout.nodes.size(); ++i) {
    const GraphNode& n = layout.nodes[i];
    const bool chosen = static_cast<int>(i) == isolated;
    list.ellipse(
        {n.centre, n.radius, n.radius, chosen ? theme.ink : theme.panel, theme.ink, 1.25F});
    if (!n.label.empty()) {
      list.text(n.label.centre(), n.text,
                {chosen ? Face::kBold : Face::kText, layout.label_size, theme.ink, Align::kMiddle,
                 VAlign::kMiddle});
    }
  }
}

}  // namespace ap
