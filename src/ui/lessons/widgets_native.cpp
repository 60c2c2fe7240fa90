#include <chrono>
#include <cstdio>
#include <optional>

#include "base/assets.hpp"
#include "playground/json/read.hpp"
#include "playground/lessons/layer_run.hpp"
#include "ui/lessons/widgets.hpp"
#include "ui/widgets/panel_parts.hpp"
#include "ui/widgets/style.hpp"

namespace ap::ui {
namespace {

std::string_view text_of(const char* name) {
  const auto bytes = asset(name);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

struct ModelRow {
  std::string name;
  std::string parameters;  // of the whole model, as published
  std::string source;      // where
  LayerShape shape;
};

/// assets/models.json; models whose sizes are not published are only in the page's table.
std::vector<ModelRow> read_models() {
  std::vector<ModelRow> models;
  const auto json = parse_json(text_of("assets/models.json"));
  if (!json) return models;
  JsonErrors errors;
  JsonObject top(*json, "", errors);
  top.each("models", [&](const nlohmann::json& item, const std::string& path) {
    JsonObject row(item, path, errors);
    ModelRow model;
    model.shape.width = 0;
    row.required("name", model.name);
    row.optional("parameters", model.parameters);
    row.optional("source", model.source);
    row.optional("width", model.shape.width);
    row.optional("heads", model.shape.heads);
    row.optional("key_width", model.shape.key_width);
    if (model.shape.width > 0) models.push_back(std::move(model));
  });
  return models;
}

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// "2.4 million", "604.0 million", "9.7 billion".
std::string large(double x) {
  char out[48];
  const char* unit = x >= 1e9 ? " billion" : x >= 1e6 ? " million" : "";
  std::snprintf(out, sizeof out, "%.*f%s", x >= 1e6 ? 1 : 0,
                x / (x >= 1e9   ? 1e9
                     : x >= 1e6 ? 1e6
                                : 1),
                unit);
  return out;
}

void line(std::string_view label, const std::string& value, const Theme& theme) {
  text_line(label, FontRole::kBody, theme.ink_soft);
  ImGui::SameLine(190);
  text_line(value, FontRole::kBodyBold, theme.ink);
}

/// A line for each model: width, heads of what width, parameters.
void whole_table(const std::vector<ModelRow>& models, const Theme& theme) {
  static bool open = false;
  if (quiet_button("table", open ? "Hide the table" : "The whole table", theme)) open = !open;
  if (!open) return;
  const auto row = [&](std::string_view name, std::string_view d, std::string_view heads,
                       std::string_view parameters, Rgba ink) {
    constexpr float kAt[] = {166, 216, 270};
    const std::string_view cells[] = {d, heads, parameters};
    text_line(name.substr(0, name.find(" (")), FontRole::kSmall, ink);
    for (int i = 0; i < 3; ++i) {
      ImGui::SameLine(kAt[i]);
      text_line(cells[i], FontRole::kSmall, ink);
    }
  };
  row("Model", "D", "Heads", "Parameters", theme.ink_soft);
  for (const ModelRow& m : models) {
    const LayerShape& s = m.shape;
    row(m.name, std::to_string(s.width),
        std::to_string(s.heads) + " of " + std::to_string(s.key_width), m.parameters, theme.ink);
  }
}

void sizes(Context& context) {
  static const std::vector<ModelRow> models = read_models();
  static int chosen = 0;
  static int tokens = 32;
  static std::optional<LayerRun> run;
  if (models.empty()) return;
  std::vector<std::string> names;
  for (const ModelRow& m : models) names.push_back(m.name);
  const Theme& t = context.theme;
  if (chooser(context, "##model", names[static_cast<std::size_t>(chosen)], names, chosen))
    run.reset();
  if (stepper("tokens", "Tokens", tokens, 1, 512, t)) run.reset();
  LayerShape shape = models[static_cast<std::size_t>(chosen)].shape;
  shape.tokens = tokens;
  line("D, heads, head width",
       std::to_string(shape.width) + ", " + std::to_string(shape.heads) + ", " +
           std::to_string(shape.key_width),
       t);
  const ModelRow& model = models[static_cast<std::size_t>(chosen)];
  if (!model.parameters.empty()) line("Whole model", model.parameters, t);
  line("Attention weights", large(shape.parameters()), t);
  line("Multiply-adds", large(shape.multiply_adds()), t);
  line("As 16-bit numbers", large(2 * shape.parameters()) + " bytes", t);
  note("Source: " + model.source, t);
  if (!run || run->done()) {
    if (strong_button("run", "Run one layer here", t)) {
      auto made = LayerRun::make(shape);
      if (made) run.emplace(std::move(*made));
    }
  } else if (quiet_button("cancel", "Cancel", t)) {
    run.reset();
  }
  if (!run) return whole_table(models, t);
  if (!run->done()) {
    run->advance(0.012, now);
    context.ports.request_frame();
  }
  ImGui::ProgressBar(static_cast<float>(run->progress()), {-1, 6}, "");
  char text[120];
  std::snprintf(text, sizeof text, "%.1f ms of multiplying, %.1f billion multiply-adds a second",
                1000 * run->seconds(),
                run->seconds() > 0 ? run->multiply_adds() / run->seconds() / 1e9 : 0);
  note(text, t);
  whole_table(models, t);
}

struct Picture {
  int width = 0;
  int height = 0;
  int across = 1;  // patches
  int down = 1;
  std::vector<ImU32> pixels;
};

/// assets/lessons/park.json: a palette, and a letter for each pixel.
Picture read_picture() {
  Picture picture;
  const auto json = parse_json(text_of("assets/lessons/park.json"));
  if (!json) return picture;
  JsonErrors errors;
  JsonObject top(*json, "", errors);
  std::vector<ImU32> palette;
  std::string letters;
  top.required("across", picture.across);
  top.required("down", picture.down);
  top.required("letters", letters);
  top.each("palette", [&](const nlohmann::json& item, const std::string& path) {
    std::string hex;
    read(item, hex, path, errors);
    unsigned r = 0, g = 0, b = 0;
    std::sscanf(hex.c_str(), "#%2x%2x%2x", &r, &g, &b);
    palette.push_back(IM_COL32(r, g, b, 255));
  });
  top.each("rows", [&](const nlohmann::json& item, const std::string& path) {
    std::string row;
    read(item, row, path, errors);
    picture.width = static_cast<int>(row.size());
    ++picture.height;
    for (const char c : row) {
      const std::size_t index = std::min(letters.find(c), palette.empty() ? 0 : palette.size() - 1);
      picture.pixels.push_back(palette.empty() ? 0 : palette[index]);
    }
  });
  return picture;
}

/// The picture; a click on a patch chooses its row of weights, whose shares veil the other patches.
void picture_of_patches(Context& context) {
  static const Picture picture = read_picture();
  if (picture.pixels.empty()) return;
  const Rect canvas =
      take_canvas(ImGui::GetContentRegionAvail().x * static_cast<float>(picture.height) /
                  static_cast<float>(picture.width));
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float px = canvas.w / static_cast<float>(picture.width);
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      const ImVec2 at{canvas.x + px * static_cast<float>(x), canvas.y + px * static_cast<float>(y)};
      list.AddRectFilled(at, {at.x + px + 0.5F, at.y + px + 0.5F},
                         picture.pixels[static_cast<std::size_t>(y * picture.width + x)]);
    }
  }
  const ConstView weights = context.trace().tensor(context.tensor(Stage::kWeights));
  const int patches = picture.across * picture.down;
  if (weights.cols != patches) return;
  const int row = current_row(context);
  float most = 1e-6F;
  for (int j = 0; j < patches; ++j) most = std::max(most, weights(row, j));
  const float w = canvas.w / static_cast<float>(picture.across);
  const float h = canvas.h / static_cast<float>(picture.down);
  const auto pointer = pointer_on_canvas();
  for (int j = 0; j < patches; ++j) {
    const Rect r{canvas.x + w * static_cast<float>(j % picture.across),
                 canvas.y + h * static_cast<float>(j / picture.across), w, h};
    const float veil = 0.86F * (1 - weights(row, j) / most);
    list.AddRectFilled({r.x, r.y}, {r.right(), r.bottom()},
                       im(context.theme.background.with_alpha(veil)));
    list.AddRect({r.x, r.y}, {r.right(), r.bottom()}, im(context.theme.line));
    const bool self = j == row && weights.rows == patches;
    if (self) list.AddRect({r.x, r.y}, {r.right(), r.bottom()}, im(context.theme.accent), 0, 0, 3);
    if (pointer && r.contains(*pointer) && ImGui::IsMouseClicked(0) && weights.rows == patches) {
      choose_row(context, j);
    }
  }
}

}  // namespace

std::vector<Chapter> lesson_chapters() {
  return parse_chapters(text_of("assets/lessons/index.json")).value_or(std::vector<Chapter>{});
}

void draw_lesson_widget(Context& context, std::string_view name) {
  if (name == "sizes") sizes(context);
  if (name == "picture") picture_of_patches(context);
}

}  // namespace ap::ui
