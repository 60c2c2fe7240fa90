#include "exchange/picture.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "view/figures/arcs.hpp"
#include "view/figures/graph.hpp"
#include "view/paint/svg.hpp"
#include "view/paint/system_text.hpp"

namespace ap {
namespace {

constexpr float kMargin = 20;
constexpr float kTitle = 28;  // the line above a panel's drawing
constexpr float kPanelWidth = 420;
constexpr float kLegend = 22;  // a line under it that says what its colours are

void add_side(const Sentence& sentence, int first, std::vector<std::string>& names,
              std::vector<bool>& unknown) {
  for (int i = first; i < sentence.size(); ++i) {
    const TokenEntry& token = sentence.tokens[static_cast<std::size_t>(i)];
    names.push_back(token.text);
    unknown.push_back(token.origin == Origin::kUnknown);
  }
}

struct Panel {
  const Trace& trace;
  const SheetLabels& labels;
  const TextMeasure& measure;
  const PictureRequest& request;
  const Theme& theme;
  DrawList list{};
  Rect area{};

  [[nodiscard]] ConstView weights(int head) const {
    return trace.tensor({request.render.layer, Stage::kWeights, head});
  }

  void title(std::string text) {
    if (trace.layers.size() > 1) text += ", layer " + std::to_string(request.render.layer + 1);
    list.text({kMargin, kMargin}, text,
              {.face = Face::kBold, .size = 15, .colour = theme.ink, .valign = VAlign::kTop});
  }
  /// The drawing's part of an area of this height; also says how large the picture is.
  Rect body(float height, int legend_lines = 0) {
    area = {0, 0, kPanelWidth + 2 * kMargin,
            height + 2 * kMargin + kTitle + kLegend * static_cast<float>(legend_lines)};
    return {kMargin, kMargin + kTitle, kPanelWidth, height};
  }
  /// The middle of a line of the legend under the body.
  [[nodiscard]] float legend_line(const Rect& body, int line) const {
    return body.bottom() + kLegend * (static_cast<float>(line) + 0.75F);
  }
  void legend_text(Point at, std::string_view text, Align align = Align::kStart) {
    list.text(at, text,
              {.face = Face::kText,
               .size = 12,
               .colour = theme.ink_soft,
               .align = align,
               .valign = VAlign::kMiddle});
  }
  /// What the threshold leaves out.
  void legend_threshold(const Rect& body, int line) {
    if (request.threshold <= 0) return;
    char text[48];
    std::snprintf(text, sizeof text, "Weights below %.3g %% are left out",
                  100.0 * static_cast<double>(request.threshold));
    legend_text({body.right(), legend_line(body, line)}, text, Align::kEnd);
  }
};

std::string head_title(const Panel& p, const char* what) {
  return p.trace.model.heads > 1
             ? std::string(what) + ", head " + std::to_string(p.request.render.head + 1)
             : what;
}

void draw_graph_picture(Panel& p) {
  p.title(head_title(p, "Who looks at whom"));
  const Rect body = p.body(kPanelWidth, 1);
  p.legend_threshold(body, 0);
  const GraphLayout layout =
      layout_graph(p.weights(p.request.render.head), p.labels.keys, body.grown(-4), p.measure,
                   {.threshold = p.request.threshold, .past = p.trace.input.past_length()});
  draw_graph(p.list, layout, p.theme);
}

constexpr int kHeadsALine = 6;
constexpr float kHeadWidth = kPanelWidth / kHeadsALine;

/// A line of its colour and its name for each head.
void draw_head_legend(Panel& p, const Rect& body) {
  for (int h = 0; h < p.trace.model.heads; ++h) {
    const float x = body.x + kHeadWidth * static_cast<float>(h % kHeadsALine),
                y = p.legend_line(body, h / kHeadsALine);
    p.list.fill({x, y - 2, 14, 4}, head_colour(h, p.theme.mode), 2);
    p.legend_text({x + 20, y}, "Head " + std::to_string(h + 1));
  }
}

void draw_arcs_picture(Panel& p) {
  p.title(p.trace.model.heads > 1 ? "Who looks at whom, all heads" : "Who looks at whom");
  std::vector<HeadWeights> heads;
  for (int h = 0; h < p.trace.model.heads; ++h) heads.push_back({h, p.weights(h)});
  const auto most = static_cast<float>(std::max(p.trace.queries(), p.trace.keys()));
  const int lines = heads.size() > 1 ? (p.trace.model.heads + kHeadsALine - 1) / kHeadsALine : 0;
  const Rect body = p.body(std::clamp(most * 28 + 16, 80.0F, 4000.0F), lines + 1);
  if (lines > 0) draw_head_legend(p, body);
  p.legend_threshold(body, lines);
  const ArcsLayout layout = layout_arcs(heads, p.labels.queries, p.labels.keys, body, p.measure,
                                        {.threshold = p.request.threshold});
  draw_arcs(p.list, layout, p.theme);
}

/// The colours from 0 to 1.
void draw_weight_legend(Panel& p, const Rect& body) {
  static const Matrix kRamp = Matrix(Eigen::RowVectorXf::LinSpaced(32, 0, 1));
  const float y = p.legend_line(body, 0);
  p.legend_text({body.x, y}, "0");
  p.list.heatmap({.rect = {body.x + 14, y - 4, 96, 8},
                  .values = view(kRamp),
                  .range = {0, 1},
                  .map = MapKind::kSequential,
                  .mode = p.theme.mode});
  p.legend_text({body.x + 116, y}, "1");
  p.legend_text({body.right(), y}, "A row looks at the columns", Align::kEnd);
}

/// Every head of every layer, rows of up to four.
void draw_heads_picture(Panel& p) {
  const int heads = p.trace.model.heads, layers = static_cast<int>(p.trace.layers.size());
  const int columns = std::min(heads, 4);
  constexpr float kGap = 12, kLabel = 20;
  const float side = std::min(
      200.0F, (kPanelWidth - kGap * static_cast<float>(columns - 1)) / static_cast<float>(columns));
  const float ratio = static_cast<float>(p.trace.queries()) / static_cast<float>(p.trace.keys());
  const float height = std::clamp(side * ratio, 12.0F, 2 * side);
  const int rows = layers * ((heads + columns - 1) / columns);
  p.list.text({kMargin, kMargin}, "Weights of every head",
              {.face = Face::kBold, .size = 15, .colour = p.theme.ink, .valign = VAlign::kTop});
  const Rect body = p.body(static_cast<float>(rows) * (height + kLabel + kGap) - kGap, 1);
  draw_weight_legend(p, body);
  float y = body.y;
  for (int l = 0; l < layers; ++l) {
    for (int h = 0; h < heads; ++h) {
      if (h > 0 && h % columns == 0) y += height + kLabel + kGap;
      const Rect map{body.x + static_cast<float>(h % columns) * (side + kGap), y, side, height};
      const std::string name =
          (layers > 1 ? "Layer " + std::to_string(l + 1) + ", head " : "Head ") +
          std::to_string(h + 1);
      p.list.group_begin(name);
      p.list.heatmap({.rect = map,
                      .values = p.trace.tensor({l, Stage::kWeights, h}),
                      .range = {0, 1},
                      .map = MapKind::kSequential,
                      .mode = p.theme.mode});
      p.list.outline(map.grown(1), p.theme.line, 1, 2);
      p.list.text({map.centre().x, map.bottom() + 5}, name,
                  {.face = Face::kText,
                   .size = 12,
                   .colour = p.theme.ink_soft,
                   .align = Align::kMiddle,
                   .valign = VAlign::kTop});
      p.list.group_end();
    }
    y += height + kLabel + kGap;
  }
}

std::string percent(float share) {
  char text[16];
  std::snprintf(text, sizeof text, "%.1f %%", 100.0 * static_cast<double>(share));
  return text;
}

/// One query's weights as bars.
void draw_rows_picture(Panel& p) {
  const ConstView weights = p.weights(p.request.render.head);
  const int row = p.request.row;
  p.title("“" + p.labels.queries[static_cast<std::size_t>(row)] + "” looks at");
  constexpr float kRow = 24, kLabels = 110, kValues = 60;
  const Rect body = p.body(kRow * static_cast<float>(weights.cols));
  const float* w = weights.row(row);
  const int top = static_cast<int>(std::max_element(w, w + weights.cols) - w);
  for (int j = 0; j < weights.cols; ++j) {
    const float middle = body.y + kRow * (static_cast<float>(j) + 0.5F);
    const Face face = j == top ? Face::kBold : Face::kText;
    const TextStyle style{.face = face,
                          .size = 13,
                          .colour = p.theme.ink,
                          .align = Align::kEnd,
                          .valign = VAlign::kMiddle};
    p.list.clip_begin({body.x, middle - kRow / 2, kLabels, kRow});
    p.list.text({body.x + kLabels - 8, middle}, p.labels.keys[static_cast<std::size_t>(j)], style);
    p.list.clip_end();
    const Rect track{body.x + kLabels, middle - 8, body.w - kLabels - kValues, 16};
    p.list.fill(track, p.theme.panel_soft, 3);
    if (w[j] > 0)
      p.list.fill({track.x, track.y, std::max(1.0F, track.w * std::min(1.0F, w[j])), track.h},
                  p.theme.weights, 3);
    p.list.text({body.right(), middle}, percent(w[j]), style);
  }
}

Result<void> check(const Trace& trace, const PictureRequest& r) {
  const int layers = static_cast<int>(trace.layers.size());
  const auto none = [](const char* what, int asked, int count) {
    return fail(ErrorCode::kNotFound,
                std::string("there is no ") + what + ' ' + std::to_string(asked) + "; there are " +
                    std::to_string(count) + ", counted from 0",
                what);
  };
  if (r.render.layer < 0 || r.render.layer >= layers) return none("layer", r.render.layer, layers);
  if (r.render.head < 0 || r.render.head >= trace.model.heads)
    return none("head", r.render.head, trace.model.heads);
  if (r.subject == Subject::kSheet) return {};
  if (trace.queries() == 0 || trace.keys() == 0)
    return fail(ErrorCode::kNotFound, "there are no tokens: type a sentence", "subject");
  if (r.subject == Subject::kGraph && trace.input.cross()) {
    return fail(ErrorCode::kUnsupported, "two sentences are shown as arcs", "subject");
  }
  if (r.subject == Subject::kRows && (r.row < 0 || r.row >= trace.queries()))
    return none("row", r.row, trace.queries());
  return {};
}

Panel draw_panel(const Trace& trace, const SheetLabels& labels, const FontSet& fonts,
                 const PictureRequest& r) {
  Panel panel{trace, labels, fonts, r, theme(r.render.mode)};
  switch (r.subject) {
    case Subject::kSheet: break;
    case Subject::kGraph: draw_graph_picture(panel); break;
    case Subject::kArcs: draw_arcs_picture(panel); break;
    case Subject::kHeads: draw_heads_picture(panel); break;
    case Subject::kRows: draw_rows_picture(panel); break;
  }
  return panel;
}

}  // namespace

std::optional<Subject> subject_from(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 5> kNames{"sheet", "graph", "arcs", "heads", "rows"};
  const auto* it = std::ranges::find(kNames, name);
  if (it == kNames.end()) return std::nullopt;
  return static_cast<Subject>(it - kNames.begin());
}

SheetLabels sheet_labels(const Document& document) {
  SheetLabels labels;
  // Cached tokens are keys only.
  add_side(document.query, std::min(document.cached, document.query.size()), labels.queries,
           labels.query_unknown);
  add_side(document.cross ? document.source : document.query, 0, labels.keys, labels.key_unknown);
  return labels;
}

Result<std::string> picture_svg(const Document& document, const Trace& trace, const FontSet& fonts,
                                const PictureRequest& r) {
  if (auto ok = check(trace, r); !ok) return std::unexpected(ok.error());
  const SheetLabels labels = sheet_labels(document);
  const std::string title = document.title.empty() ? document.query.text : document.title;
  if (r.subject == Subject::kSheet)
    return render_sheet_svg(trace, labels, fonts, title, r.render, &fonts);
  const Panel panel = draw_panel(trace, labels, fonts, r);
  return write_svg(panel.list, panel.area, panel.theme.background, title, &fonts, r.render.faces,
                   &fonts);
}

std::string without_face(const Document& document, const FontSet& fonts) {
  std::string out;
  const auto add = [&](const Sentence& sentence) {
    for (const TokenEntry& token : sentence.tokens) {
      // A whole word first: marks that join letters have no shape of their own.
      if (fonts.covers(token.text, Face::kText) || system_has(token.text, Face::kText)) continue;
      for (std::string_view rest = token.text; !rest.empty();) {
        const std::string_view all = rest;
        (void)take_code_point(rest);
        const std::string_view c = all.substr(0, all.size() - rest.size());
        const bool known = fonts.covers(c, Face::kText) || system_has(c, Face::kText);
        if (!known && out.find(c) == std::string::npos && out.size() < 200)
          out += (out.empty() ? "" : " ") + std::string(c);
      }
    }
  };
  add(document.query);
  if (document.cross) add(document.source);
  return out;
}

Result<std::string> picture_png(const Document& document, const Trace& trace, const FontSet& fonts,
                                const PictureRequest& r) {
  if (auto ok = check(trace, r); !ok) return std::unexpected(ok.error());
  const SheetLabels labels = sheet_labels(document);
  auto image = [&]() -> Result<Image> {
    if (r.subject == Subject::kSheet) return render_sheet(trace, labels, fonts, r.render);
    const Panel panel = draw_panel(trace, labels, fonts, r);
    return rasterize(panel.list, panel.area, r.render.scale, panel.theme.background, fonts);
  }();
  if (!image) return std::unexpected(image.error());
  return write_png(*image);
}

}  // namespace ap
