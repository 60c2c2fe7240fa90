#include "ui/sheet/inline_editor.hpp"

#include <algorithm>
#include <cmath>
#include <imgui_internal.h>
#include <utility>

#include "ui/sheet/target_brush.hpp"
#include "ui/widgets/draw_adapter.hpp"
#include "ui/widgets/text_field.hpp"
#include "view/paint/number.hpp"

namespace ap::ui {

void InlineEditor::start(What what, CellId cell, std::string_view text, bool typed) {
  *this = {};
  open_ = focus_ = true;
  what_ = what;
  cell_ = cell;
  typed_ = fresh_ = typed;
  text_ = text;
}

void InlineEditor::edit_cell(CellId cell, float value, std::string_view typed) {
  start(What::kNumber, cell, typed.empty() ? format_exact(value).view() : typed, !typed.empty());
}

void InlineEditor::edit_share(CellId cell, float share, std::string_view typed) {
  const float shown = std::round(share * 1000) / 1000;
  start(What::kShare, cell, typed.empty() ? format_exact(shown).view() : typed, !typed.empty());
}

void InlineEditor::edit_word(CellId cell, std::string_view word) {
  start(What::kWord, cell, word, false);
}

void InlineEditor::edit_token(TokenPlace place, CellId label, std::string_view text, bool insert) {
  start(What::kToken, label, text, false);
  insert_ = insert;
  place_ = place;
}

Result<Action> InlineEditor::meant(const Context& context) const {
  const Document& d = context.document();
  if (what_ == What::kToken) {
    if (insert_) return action::InsertToken{place_.side, place_.index, text_};
    if (text_.empty()) return action::DeleteToken{place_.side, place_.index};
    return action::SetToken{place_.side, place_.index, text_};
  }
  if (what_ == What::kWord) {
    if (text_.empty()) return clear_target(d, cell_.tensor, cell_.row);
    return action::SetTarget{Stage::kOutput, cell_.tensor.layer, 0, cell_.row + d.cached, 0, {},
                             text_};
  }
  const auto value = parse_number(text_);
  if (!value) return std::unexpected(value.error());
  if (what_ == What::kShare) return typed_share(d, context.trace(), cell_, *value);
  return action::SetCell{cell_, *value};
}

bool InlineEditor::commit(Context& context) {
  const bool inserts = what_ == What::kToken && insert_;
  const bool free =
      what_ == What::kWord && !find_target(context.document(), cell_.tensor, cell_.row);
  if (text_.empty() && (inserts || free)) return true;
  auto action = meant(context);
  Error error{ErrorCode::kParse, {}, {}};
  if (!action) {
    error = std::move(action).error();
  } else if (context.dispatch(*action, 0, std::nullopt, &error)) {
    return true;
  }
  error_ = std::move(error.message);
  context.ports.announce(error_);
  return false;
}

void InlineEditor::draw_error(Context& context, const Rect& field, const Rect& region) const {
  const Font font = fonts().get(FontRole::kSmall);
  constexpr float kWidth = 260;
  const ImVec2 size = font.font->CalcTextSizeA(font.size, 1e9F, kWidth, error_.data(),
                                               error_.data() + error_.size());
  Rect box{field.x, field.bottom() + 6, size.x + 20, size.y + 12};
  box.x = std::clamp(box.x, region.x + 4, std::max(region.x + 4, region.right() - box.w - 4));
  if (box.bottom() > region.bottom()) box.y = field.y - box.h - 6;
  ImDrawList& list = *ImGui::GetForegroundDrawList();
  list.AddRectFilled({box.x, box.y}, {box.right(), box.bottom()}, im(context.theme.panel), 6);
  list.AddRect({box.x, box.y}, {box.right(), box.bottom()}, im(context.theme.warn), 6, 0, 1.5F);
  list.AddText(font.font, font.size, {box.x + 10, box.y + 6}, im(context.theme.warn), error_.data(),
               error_.data() + error_.size(), kWidth);
}

/// The field gets the keyboard a frame or two after it opens, and what was typed until then waits
/// in the queue: fast fingers lose nothing. As in the field, the first character replaces what was
/// there. (A page's own field never fills this queue.)
void InlineEditor::take_early_keys() {
  if (!fresh_ && !has_keys_) {
    for (const ImWchar c : ImGui::GetIO().InputQueueCharacters) {
      if (c < ' ' || c == 0x7F || (numeric() && (c == ' ' || c > 0x7F))) continue;
      if (!std::exchange(typed_, true)) text_.clear();
      char utf8[5];
      text_ += ImTextCharToUtf8(utf8, c);
    }
  }
  fresh_ = false;
}

std::optional<After> InlineEditor::draw(Context& context, const Rect& box, const Rect& region) {
  if (!open_) return std::nullopt;
  Rect field{box.x, box.centre().y - 15, std::max(numeric() ? 88.F : 96.F, box.w), 30};
  field.x = std::clamp(box.centre().x - field.w / 2, region.x + 2,
                       std::max(region.x + 2, region.right() - field.w - 2));
  ImGui::SetCursorScreenPos({field.x, field.y});
  take_early_keys();
  TextFieldOptions options;
  options.width = field.w;
  options.height = field.h;
  options.font = numeric() ? FontRole::kMono13 : FontRole::kBody;
  options.numeric = numeric();
  options.focus = focus_;
  options.select_all = !typed_;
  options.keep_tab = true;
  options.keep_vertical = numeric();
  options.max_bytes = 1024;
  options.labels = &context.labels;
  ImGui::PushStyleColor(ImGuiCol_FrameBg, im(context.theme.panel));
  ImGui::PushStyleColor(ImGuiCol_FrameBgHovered, im(context.theme.panel));
  constexpr const char* kLabels[] = {"Cell value", "Token", "Wanted share",
                                     "Word that the output should be like"};
  if (what_ == What::kWord) options.hint = "like which word?";
  const TextFieldResult r = text_field(context.ports, "##inline",
                                       kLabels[static_cast<std::size_t>(what_)], text_, options);
  ImGui::PopStyleColor(2);
  has_keys_ = ImGui::IsItemActive();
  if (focus_ || r.began) context.ports.request_frame();
  focus_ = false;
  ImGui::GetWindowDrawList()->AddRect(
      {field.x, field.y}, {field.right(), field.bottom()},
      im(error_.empty() ? context.theme.accent : context.theme.warn), 6, 0, 2);
  if (r.changed) error_.clear();
  if (!error_.empty()) draw_error(context, field, region);
  if (r.cancelled) {
    open_ = false;
    return After::kStay;
  }
  if (!r.committed) return std::nullopt;
  if (!commit(context)) {
    if (r.key == platform::TextKey::kBlur) {  // gone elsewhere: say it there, the value is kept
      context.notice = {error_, on_token() ? std::nullopt : std::optional(cell_), true,
                        context.ports.now() + 6};
      open_ = false;
      return std::nullopt;
    }
    focus_ = true;
    typed_ = true;  // the caret at the end, not all selected
    return std::nullopt;
  }
  open_ = false;
  if (what_ == What::kWord) return After::kStay;
  switch (r.key) {
    case platform::TextKey::kEnter: return After::kDown;
    case platform::TextKey::kDown: return After::kDown;
    case platform::TextKey::kUp: return After::kUp;
    case platform::TextKey::kTab: return After::kNext;
    case platform::TextKey::kBackTab: return After::kPrevious;
    default: return std::nullopt;
  }
}

}  // namespace ap::ui
