#include "ui/shell/view_store.hpp"

#include <charconv>

namespace ap::ui {
namespace {

void put(std::string& out, std::string_view key, int value) {
  if (!out.empty()) out += '&';
  out += key;
  out += '=';
  out += std::to_string(value);
}

void take(ViewState& v, std::string_view key, int n) {
  const bool flag = n != 0;
  if (key == "theme" && n >= 0 && n <= 2) v.theme = static_cast<ThemeChoice>(n);
  if (key == "panel" && n >= 0 && n < kPanelCount) v.panel = static_cast<PanelKind>(n);
  if (key == "numbers") v.numbers = flag;
  if (key == "fixed") v.range = flag ? RangeRule::kFixed : RangeRule::kAuto;
  if (key == "layer" && n >= 0 && n < kMaxLayers) v.layer = n;
  if (key == "head" && n >= 0 && n < kMaxHeads) v.head = n;
  if (key == "lift" && n >= 20 && n <= 95) v.panel_lift = static_cast<float>(n) / 100;
  if (key == "threshold" && n >= 0 && n <= 100) v.threshold = static_cast<float>(n) / 100;
  if (key == "welcomed") v.welcome_done = flag;
  if (key == "fold" && n >= 0 && n < kStageCount) v.folded.insert(static_cast<Stage>(n));
}

}  // namespace

std::string view_text(const ViewState& v) {
  std::string out;
  put(out, "theme", static_cast<int>(v.theme));
  put(out, "panel", static_cast<int>(v.panel));
  put(out, "numbers", v.numbers ? 1 : 0);
  put(out, "fixed", v.range == RangeRule::kFixed ? 1 : 0);
  put(out, "layer", v.layer);
  put(out, "head", v.head);
  put(out, "lift", static_cast<int>(v.panel_lift * 100 + 0.5F));
  put(out, "threshold", static_cast<int>(v.threshold * 100 + 0.5F));
  put(out, "welcomed", v.welcome_done ? 1 : 0);
  for (const Stage stage : v.folded) put(out, "fold", static_cast<int>(stage));
  return out;
}

void read_view(std::string_view text, ViewState& view) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    int n = 0;
    const std::string_view number = pair.substr(equals + 1);
    const auto read = std::from_chars(number.data(), number.data() + number.size(), n);
    if (read.ec == std::errc() && read.ptr == number.data() + number.size()) {
      take(view, pair.substr(0, equals), n);
    }
  }
}

}  // namespace ap::ui
