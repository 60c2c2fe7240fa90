#include "ui/widgets/text_field.hpp"

#include <algorithm>
#include <imgui_internal.h>
#include <optional>

#include "ui/widgets/text_line.hpp"

namespace ap::ui {
namespace {

using platform::Ports;
using platform::TextEvent;
using platform::TextKey;

/// The one field that is edited; scratch state of the widget, not of the document.
struct Editing {
  ImGuiID id = 0;
  std::string original;
  std::vector<TextEvent> events;
  bool seen = false;          // drawn this frame
  bool activated = false;     // desktop: ImGui has given it the keyboard
  bool caret_at_end = false;  // desktop: what ImGui selected at the start is to be let go
  float scroll = 0;           // desktop: of a line in another script, points
};
Editing& editing() {
  static Editing state;
  return state;
}

void commit_or_cancel(std::string& text, TextKey key, TextFieldResult& result) {
  Editing& e = editing();
  result.key = key;
  if (key == TextKey::kEscape) {
    result.cancelled = true;
    result.changed = result.changed || text != e.original;
    text = e.original;
  } else {
    result.committed = true;
  }
}

void clip(std::string& text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return;
  std::size_t end = max_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
}

/// Ground, outline and (unless the DOM draws it) the text.
void draw_field(const ImVec2& from, const ImVec2& to, const std::string& text, bool with_text,
                const TextFieldOptions& o) {
  ImDrawList& draw = *ImGui::GetWindowDrawList();
  const ImGuiStyle& style = ImGui::GetStyle();
  const ImGuiID id = ImGui::GetItemID();
  if (o.frame) {
    draw.AddRectFilled(
        from, to,
        ImGui::GetColorU32(ImGui::IsItemHovered() ? ImGuiCol_FrameBgHovered : ImGuiCol_FrameBg),
        style.FrameRounding);
    const bool active = editing().id == id;
    draw.AddRect(from, to, ImGui::GetColorU32(active ? ImGuiCol_NavHighlight : ImGuiCol_Border),
                 style.FrameRounding, 0, active ? 2.F : 1.F);
  }
  if (!with_text) return;
  const bool empty = text.empty();
  const char* shown = empty ? (o.hint != nullptr ? o.hint : "") : text.c_str();
  const Font font = fonts().get(o.font);
  const float line = font.size;
  const float y = o.multiline ? from.y + style.FramePadding.y : (from.y + to.y - line) / 2;
  const ImVec4 clip_rect(from.x, from.y, to.x, to.y);
  if (!empty && !o.multiline && o.labels != nullptr && !fonts().draws(text)) {
    draw.PushClipRect(from, to, true);
    o.labels->draw(draw, {from.x + style.FramePadding.x, y}, ImGui::GetColorU32(ImGuiCol_Text),
                   text, Face::kText, font.size);
    draw.PopClipRect();
    return;
  }
  draw.AddText(font.font, font.size, {from.x + style.FramePadding.x, y},
               ImGui::GetColorU32(empty ? ImGuiCol_TextDisabled : ImGuiCol_Text), shown, nullptr,
               o.multiline ? to.x - from.x - 2 * style.FramePadding.x : 0.F, &clip_rect);
}

platform::TextRequest request_for(ImGuiID id, const ImVec2& from, const ImVec2& to,
                                  const char* label, const std::string& text,
                                  const TextFieldOptions& o) {
  const ImVec2 padding = ImGui::GetStyle().FramePadding;
  platform::TextRequest r;
  r.id = id;
  r.box = {from.x + padding.x, from.y + (o.multiline ? padding.y : 0),
           to.x - from.x - 2 * padding.x, to.y - from.y - (o.multiline ? 2 * padding.y : 0)};
  r.text = text;
  r.label = label;
  r.font_size = fonts().get(o.font).size;
  r.mono = o.font >= FontRole::kMono11;
  r.numeric = o.numeric;
  r.keep_tab = o.keep_tab;
  r.keep_vertical = o.keep_vertical;
  r.multiline = o.multiline;
  if (!o.select_all) r.select_from = r.select_to = 1 << 20;  // the end
  r.colour = ImGui::GetColorU32(ImGuiCol_Text);
  return r;
}

TextFieldResult edited_by_page(Ports& ports, const char* id, const char* label, std::string& text,
                               const ImVec2& size, const TextFieldOptions& o) {
  TextFieldResult result;
  Editing& e = editing();
  const bool clicked = ImGui::InvisibleButton(id, size);
  const ImGuiID item = ImGui::GetItemID();
  const ImVec2 from = ImGui::GetItemRectMin();
  const ImVec2 to = ImGui::GetItemRectMax();
  if (ImGui::IsItemHovered()) ImGui::SetMouseCursor(ImGuiMouseCursor_TextInput);
  if ((clicked || ImGui::IsItemActivated() || o.focus) && e.id != item) {
    e = {item, text, {}, true, true, false, 0};
    result.began = true;
  }
  if (e.id == item) {
    e.seen = true;
    for (TextEvent& event : e.events) {
      if (event.id != item || e.id != item) continue;
      clip(event.text, o.max_bytes);
      result.changed = result.changed || event.text != text;
      text = std::move(event.text);
      if (event.key == TextKey::kNone) continue;
      commit_or_cancel(text, event.key, result);
      e.id = 0;
    }
    e.events.clear();
    if (e.id == item) {
      ports.edit_text(request_for(item, from, to, label, text, o));
    } else {
      ports.end_text();
    }
  }
  result.editing = e.id == item;
  draw_field(from, to, text, !result.editing, o);
  return result;
}

int grow(ImGuiInputTextCallbackData* data) {
  if (data->EventFlag == ImGuiInputTextFlags_CallbackResize) {
    auto* text = static_cast<std::string*>(data->UserData);
    text->resize(static_cast<std::size_t>(data->BufTextLen));
    data->Buf = text->data();
  }
  return 0;
}

TextKey ending_key(const TextFieldOptions& o) {
  if (ImGui::IsKeyPressed(ImGuiKey_Escape, false)) return TextKey::kEscape;
  if (ImGui::IsKeyPressed(ImGuiKey_Enter, false) ||
      ImGui::IsKeyPressed(ImGuiKey_KeypadEnter, false)) {
    return TextKey::kEnter;
  }
  if (ImGui::IsKeyPressed(ImGuiKey_Tab, false)) {
    return ImGui::GetIO().KeyShift ? TextKey::kBackTab : TextKey::kTab;
  }
  if (o.keep_vertical && ImGui::IsKeyPressed(ImGuiKey_UpArrow, false)) return TextKey::kUp;
  if (o.keep_vertical && ImGui::IsKeyPressed(ImGuiKey_DownArrow, false)) return TextKey::kDown;
  return TextKey::kNone;
}

TextFieldResult edited_by_imgui(const char* id, std::string& text, const ImVec2& size,
                                const TextFieldOptions& o) {
  TextFieldResult result;
  Editing& e = editing();
  const Font font = fonts().get(o.font);
  ImGui::PushFont(font.font);
  const float padding = std::max(0.F, (size.y - font.size) / 2);
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {ImGui::GetStyle().FramePadding.x, padding});
  if (!o.frame) ImGui::PushStyleColor(ImGuiCol_FrameBg, 0);
  ImGui::SetNextItemWidth(size.x);
  ImGuiInputTextFlags flags = ImGuiInputTextFlags_CallbackResize;
  if (o.select_all) flags |= ImGuiInputTextFlags_AutoSelectAll;
  if (o.focus) {
    // Not SetKeyboardFocusHere: it passes over windows that take no navigation, as the sheet's.
    ImGui::GetCurrentContext()->NavNextActivateId = ImGui::GetID(id);
    ImGui::GetCurrentContext()->NavNextActivateFlags = ImGuiActivateFlags_PreferInput;
  }
  const std::string before = text;
  if (o.multiline) {
    ImGui::InputTextMultiline(id, text.data(), text.capacity() + 1, size, flags, grow, &text);
  } else {
    const bool other_script = o.labels != nullptr && !fonts().draws(text) &&
                              o.labels->has_spans(text, Face::kText, font.size);
    std::optional<HiddenText> hidden;
    if (other_script) hidden.emplace();
    ImGui::InputTextWithHint(id, o.hint != nullptr ? o.hint : "", text.data(), text.capacity() + 1,
                             flags, grow, &text);
    hidden.reset();
    if (other_script) draw_text_line(*o.labels, font, text, e.scroll);
  }
  const ImGuiID item = ImGui::GetItemID();
  if (ImGui::IsItemActivated() || (o.focus && e.id != item)) {
    const bool at_end = e.id == item ? e.caret_at_end : o.focus && !o.select_all;
    e = {item, before, {}, true, false, at_end, 0};
    result.began = true;
  }
  if (e.id == item) {
    e.seen = true;
    e.activated = e.activated || ImGui::IsItemActive();
    if (e.activated && e.caret_at_end) {
      if (ImGuiInputTextState* state = ImGui::GetInputTextState(item)) {
        state->ClearSelection();
        state->Stb.cursor = state->CurLenW;
      }
      e.caret_at_end = false;
    }
    TextKey key = TextKey::kNone;
    if (e.activated) {
      key = ending_key(o);
      if (o.multiline && key == TextKey::kEnter && !ImGui::GetIO().KeyCtrl) key = TextKey::kNone;
      if (key == TextKey::kNone && !ImGui::IsItemActive()) key = TextKey::kBlur;
    }
    clip(text, o.max_bytes);
    result.changed = text != before;
    if (key != TextKey::kNone) {
      commit_or_cancel(text, key, result);
      e.id = 0;
    }
  }
  result.editing = e.id == item;
  if (!o.frame) ImGui::PopStyleColor();
  ImGui::PopStyleVar();
  ImGui::PopFont();
  return result;
}

}  // namespace

TextFieldResult text_field(Ports& ports, const char* id, const char* label, std::string& text,
                           const TextFieldOptions& options) {
  Editing& e = editing();
  const Font font = fonts().get(options.font);
  const float width = options.width > 0 ? options.width : ImGui::GetContentRegionAvail().x;
  const float lines = options.multiline ? 4.F : 1.F;
  const float height = options.height > 0
                           ? options.height
                           : font.size * 1.25F * lines + 2 * ImGui::GetStyle().FramePadding.y;
  if (!ports.edits_text()) return edited_by_imgui(id, text, {width, height}, options);
  for (TextEvent& event : ports.take_text_events()) {
    if (event.id == e.id) e.events.push_back(std::move(event));
  }
  return edited_by_page(ports, id, label, text, {width, height}, options);
}

void finish_text_fields(Ports& ports) {
  Editing& e = editing();
  if (e.id != 0 && !e.seen) {
    if (ports.edits_text()) ports.end_text();
    e = {};
  }
  e.seen = false;
}

bool editing_text() { return editing().id != 0; }

}  // namespace ap::ui
