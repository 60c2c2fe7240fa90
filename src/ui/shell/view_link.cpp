#include "ui/shell/view_link.hpp"

#include <array>

#include "ui/panels/panels.hpp"

namespace ap::ui {
namespace {

struct HiddenName {
  std::string_view name;
  std::uint32_t bits;
};
constexpr std::array<HiddenName, 10> kHidden = {{{"top", kHideTop},
                                                 {"sentence", kHideSentence},
                                                 {"presets", kHidePresets},
                                                 {"undo", kHideUndo},
                                                 {"share", kHideShare},
                                                 {"theme", kHideTheme},
                                                 {"steps", kHideSteps},
                                                 {"panel", kHidePanel},
                                                 {"status", kHideStatus},
                                                 {"hints", kHideHints}}};

void add(std::string& list, std::string_view word) {
  if (!list.empty()) list += ' ';
  list += word;
}

/// The words between spaces and commas.
template <class F>
void each_word(std::string_view text, F f) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(" ,"), text.size());
    if (end > 0) f(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::string hidden_names(std::uint32_t bits) {
  std::string out;
  for (const HiddenName& h : kHidden) {
    if ((bits & h.bits) != h.bits) continue;
    add(out, h.name);
    bits &= ~h.bits;
  }
  return out;
}

/// "graph": the panel's name as links and attributes have it.
std::string link_name(const PanelInfo& info) {
  std::string name = info.name;
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return name;
}

}  // namespace

std::uint32_t hidden_from(std::string_view names) {
  std::uint32_t bits = 0;
  each_word(names, [&](std::string_view word) {
    for (const HiddenName& h : kHidden) {
      if (h.name == word) bits |= h.bits;
    }
  });
  return bits;
}

SharedView shared_view(const ViewState& v) {
  SharedView s;
  s.layer = v.layer;
  s.head = v.head;
  s.isolate_head = v.isolate_head;
  if (v.panel != PanelKind::kNone) s.panel = link_name(panel_info(v.panel));
  s.step = v.step ? static_cast<int>(*v.step) : -1;
  s.theme = static_cast<int>(v.theme);
  s.placed = !v.fitted;
  if (s.placed) {
    s.zoom = v.camera.zoom;
    s.x = v.camera.x;
    s.y = v.camera.y;
  }
  s.selected = v.selection.has_value();
  if (v.selection) {
    s.anchor = v.selection->anchor;
    s.focus = v.selection->focus;
  }
  s.plain_colours = !v.numbers;
  s.fixed_range = v.range == RangeRule::kFixed;
  s.threshold = v.threshold;
  for (const Stage stage : v.folded) add(s.folded, name(stage));
  s.hide = hidden_names(v.hidden);
  return s;
}

void apply_view(ViewState& v, const SharedView& s) {
  v.layer = s.layer;
  v.head = s.head;
  v.isolate_head = s.isolate_head;
  v.panel = PanelKind::kNone;
  for (const PanelInfo& info : panel_infos()) {
    if (link_name(info) == s.panel) v.panel = info.kind;
  }
  v.step.reset();
  if (s.step >= 0 && s.step < kStepCount) v.step = static_cast<Step>(s.step);
  // A link that follows the reader's system leaves the reader's own choice.
  if (s.theme != 0) v.theme = static_cast<ThemeChoice>(s.theme);
  v.fitted = !s.placed;
  if (s.placed) v.camera = {std::clamp(s.zoom, kMinZoom, kMaxZoom), s.x, s.y};
  v.selection.reset();
  if (s.selected) v.selection = Selection{s.anchor, s.focus};
  v.pinned.clear();
  v.numbers = !s.plain_colours;
  v.range = s.fixed_range ? RangeRule::kFixed : RangeRule::kAuto;
  v.threshold = s.threshold;
  v.folded.clear();
  each_word(s.folded, [&v](std::string_view word) {
    if (const auto stage = stage_from(word)) v.folded.insert(*stage);
  });
  v.hidden |= hidden_from(s.hide);
}

Result<std::string> share_address(const Session& session, const ViewState& view,
                                  const platform::Ports& ports) {
  auto link = encode_share_link({session.document(), shared_view(view)}, session.words());
  if (!link) return link;
  if (link->size() > kMaxLinkCharacters) {
    return fail(ErrorCode::kTooLarge,
                "the link would have " + std::to_string(link->size()) + " characters", "link");
  }
  return ports.address() + '#' + *link;
}

}  // namespace ap::ui
