#include <algorithm>

#include "playground/json/presets.hpp"
#include "playground/json/state_json.hpp"
#include "ui/shell/bars.hpp"
#include "ui/shell/view_link.hpp"
#include "ui/widgets/style.hpp"
#include "ui/widgets/text_field.hpp"

namespace ap::ui {
namespace {

const char* preset_name(const Document& document) {
  for (const PresetInfo& p : presets()) {
    if (p.id == document.preset) return p.title.c_str();
  }
  return document.title.empty() ? "Presets" : document.title.c_str();
}

/// Icon buttons that are there.
int tool_count(const ViewState& view) {
  return (is_hidden(view, kHideUndo) ? 0 : 2) + (is_hidden(view, kHideShare) ? 0 : 1) +
         (is_hidden(view, kHideTheme) ? 0 : 1);
}

}  // namespace

void TopBar::sentence(Context& context, Side side, float width) {
  Field& field = fields_[side == Side::kSource ? 1 : 0];
  const Document& d = context.document();
  if (!field.editing) field.text = side == Side::kSource ? d.source.text : d.query.text;
  TextFieldOptions options;
  options.width = width;
  options.height = std::max(40.F, target_height());
  options.font = FontRole::kLead;
  options.hint = side == Side::kSource ? "The sentence that is looked at" : "Type a sentence";
  options.select_all = false;
  options.labels = &context.labels;
  const bool source = side == Side::kSource;
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {12, 8});
  ImGui::PushStyleVar(ImGuiStyleVar_FrameRounding, 8);
  const TextFieldResult r =
      text_field(context.ports, source ? "##source" : "##sentence",
                 source ? "Source sentence" : "Sentence", field.text, options);
  ImGui::PopStyleVar(2);
  if (r.began) field.gesture = context.session.new_gesture();
  field.editing = r.editing;
  if (r.changed) {
    Error error{ErrorCode::kParse, {}, {}};
    field.error.clear();
    if (!context.dispatch(action::SetText{side, field.text}, field.gesture, std::nullopt, &error)) {
      field.error = error.message;
    }
  }
  if (r.committed || r.cancelled) {
    context.session.end_gesture();
    field.error.clear();
    context.ports.request_frame();
  }
  if (field.error.empty()) return;
  const ImVec2 from = ImGui::GetItemRectMin();
  const ImVec2 to = ImGui::GetItemRectMax();
  ImDrawList& list = *ImGui::GetForegroundDrawList();
  const Font font = fonts().get(FontRole::kSmall);
  const ImVec2 size = font.font->CalcTextSizeA(font.size, 1e9F, width - 24, field.error.c_str());
  list.AddRect(from, to, im(context.theme.warn), 8, 0, 2);
  list.AddRectFilled({from.x, to.y + 4}, {from.x + size.x + 24, to.y + 16 + size.y},
                     im(context.theme.panel), 6);
  list.AddRect({from.x, to.y + 4}, {from.x + size.x + 24, to.y + 16 + size.y},
               im(context.theme.warn), 6);
  list.AddText(font.font, font.size, {from.x + 12, to.y + 10}, im(context.theme.warn),
               field.error.c_str(), nullptr, width - 24);
}

void TopBar::preset_menu(Context& context, float width) {
  const Theme& t = context.theme;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float h = target_height();
  if (ImGui::InvisibleButton("##presets", {width, h})) ImGui::OpenPopup("##preset-list");
  const bool over = ImGui::IsItemHovered();
  tooltip("Prepared examples");
  if (over) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  if (over || ImGui::IsPopupOpen("##preset-list")) {
    list.AddRectFilled(at, {at.x + width, at.y + h}, im(t.panel_soft), 6);
  }
  const Font font = fonts().get(FontRole::kSmallBold);
  list.PushClipRect(at, {at.x + width - 26, at.y + h}, true);
  list.AddText(font.font, font.size, {at.x + 12, at.y + (h - font.size) / 2}, im(t.ink),
               preset_name(context.document()));
  list.PopClipRect();
  draw_icon(list, Icon::kChevronDown, {at.x + width - 15, at.y + h / 2}, 14, im(t.ink_soft));
  ImGui::SetNextWindowPos({at.x, at.y + h + 4});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {8, 8});
  if (ImGui::BeginPopup("##preset-list")) {
    close_on_escape();
    const float inner = std::min(340.F, ImGui::GetIO().DisplaySize.x - 40);
    for (const PresetInfo& p : presets()) {
      const ImVec2 from = ImGui::GetCursorScreenPos();
      const Font small = fonts().get(FontRole::kSmall);
      const ImVec2 about = small.font->CalcTextSizeA(small.size, 1e9F, inner - 24, p.about.c_str());
      const float height = 12 + 17 + 4 + about.y + 10;
      if (ImGui::InvisibleButton(p.id.c_str(), {inner, height})) {
        context.dispatch(action::LoadPreset{p.id});
        context.view.fitted = true;
        context.view.pinned.clear();
        context.view.selection.reset();
        ImGui::CloseCurrentPopup();
      }
      ImDrawList& out = *ImGui::GetWindowDrawList();
      const bool on = p.id == context.document().preset;
      if (ImGui::IsItemHovered() || on) {
        out.AddRectFilled(from, {from.x + inner, from.y + height}, im(t.panel_soft), 6);
      }
      out.AddText(font.font, font.size, {from.x + 12, from.y + 10}, im(on ? t.accent : t.ink),
                  p.title.c_str());
      out.AddText(small.font, small.size, {from.x + 12, from.y + 31}, im(t.ink_soft),
                  p.about.c_str(), nullptr, inner - 24);
    }
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar();
}

void TopBar::tools(Context& context) {
  const Theme& t = context.theme;
  const History& h = context.session.history();
  const auto step = [&](bool done) {
    if (!done) return;
    context.notice = {};
    context.ports.request_frame();
  };
  ViewState& v = context.view;
  if (!is_hidden(v, kHideUndo)) {
    if (icon_button("undo", Icon::kUndo, t,
                    h.can_undo() ? "Undo: " + h.undo_name() + "  (Ctrl+Z)" : "Nothing to undo",
                    h.can_undo())) {
      step(context.session.undo());
    }
    ImGui::SameLine(0, 0);
    if (icon_button(
            "redo", Icon::kRedo, t,
            h.can_redo() ? "Redo: " + h.redo_name() + "  (Ctrl+Shift+Z)" : "Nothing to redo",
            h.can_redo())) {
      step(context.session.redo());
    }
    ImGui::SameLine(0, 0);
  }
  if (!is_hidden(v, kHideShare)) {
    if (icon_button("share", Icon::kShare, t, "Copy a link to everything as it is now"))
      share(context);
    ImGui::SameLine(0, 0);
  }
  if (is_hidden(v, kHideTheme)) return;
  const Icon icon = v.theme == ThemeChoice::kAuto    ? Icon::kAuto
                    : v.theme == ThemeChoice::kLight ? Icon::kSun
                                                     : Icon::kMoon;
  const char* tip = v.theme == ThemeChoice::kAuto    ? "Colours follow the system"
                    : v.theme == ThemeChoice::kLight ? "Light"
                                                     : "Dark";
  if (icon_button("theme", icon, t, tip)) {
    v.theme = static_cast<ThemeChoice>((static_cast<int>(v.theme) + 1) % 3);
    context.ports.request_frame();
  }
}

void TopBar::share(Context& context) {
  const auto address = share_address(context.session, context.view, context.ports);
  if (address) {
    context.ports.set_clipboard(*address);
    context.say("Link copied: everything as it is now, " + std::to_string(address->size()) +
                " characters");
    return;
  }
  const std::string text = to_json(context.document());
  const auto where =
      context.ports.save_file("attention.json", "application/json",
                              {reinterpret_cast<const unsigned char*>(text.data()), text.size()});
  if (where)
    context.say("Too much for a link: saved as " + *where, 8);
  else
    context.show_error(where.error());
}

void TopBar::draw(Context& context, const Regions& regions) {
  const Rect& r = regions.top;
  const Theme& t = context.theme;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled({r.x, r.y}, {r.right(), r.bottom()}, im(t.panel));
  list.AddLine({r.x, r.bottom() - 0.5F}, {r.right(), r.bottom() - 0.5F}, im(t.line));
  const float h = target_height();
  const ViewState& v = context.view;
  const float tools_width = static_cast<float>(tool_count(v)) * h;
  const bool has_sentence = !is_hidden(v, kHideSentence);
  const bool has_presets = !is_hidden(v, kHidePresets);
  const bool cross = context.document().cross;
  if (regions.narrow) {
    const bool low = r.h < 60;  // one row: two sentences stand side by side
    const float field = cross && low ? (r.w - 24) / 2 : r.w - 16;
    ImGui::SetCursorScreenPos({r.x + 8, r.y + 8});
    if (has_sentence) sentence(context, Side::kQuery, field);
    if (cross && has_sentence) {
      const Point second =
          low ? Point{r.x + 16 + field, r.y + 8} : Point{r.x + 8, r.y + 8 + (r.h - 8) / 3};
      ImGui::SetCursorScreenPos({second.x, second.y});
      sentence(context, Side::kSource, field);
    }
    if (low) return;
    const float y = r.bottom() - h - 2;
    ImGui::SetCursorScreenPos({r.x + 8, y});
    if (has_presets) preset_menu(context, std::min(240.F, r.w - tools_width - 24));
    ImGui::SetCursorScreenPos({r.right() - tools_width - 8, y});
    tools(context);
    return;
  }
  const float preset_width = !has_presets ? 0.F : r.w < kWideWidth ? 150.F : 210.F;
  const float free = r.w - 16 - preset_width - tools_width - 40;
  const float width = std::min(free, cross ? 960.F : 720.F);
  const float y = r.y + (r.h - 40) / 2;
  ImGui::SetCursorScreenPos({r.x + 16, y});
  if (!has_sentence) {
    ImGui::Dummy({width, 40});
  } else if (cross) {
    sentence(context, Side::kQuery, (width - 8) / 2);
    ImGui::SetCursorScreenPos({r.x + 16 + (width + 8) / 2, y});
    sentence(context, Side::kSource, (width - 8) / 2);
  } else {
    sentence(context, Side::kQuery, width);
  }
  const float line = r.y + (r.h - h) / 2;
  ImGui::SetCursorScreenPos({r.x + (has_sentence ? 16 + width + 12 : 8), line});
  if (has_presets) preset_menu(context, preset_width);
  ImGui::SetCursorScreenPos({r.right() - tools_width - 12, line});
  tools(context);
}

}  // namespace ap::ui
