// Keys on the sheet; none while a text field or a menu has the keyboard. ui/shell/keyboard_map.cpp
// is the list that people see.
#include <algorithm>

#include "base/late.hpp"
#include "ui/sheet/edit.hpp"
#include "ui/sheet/view.hpp"
#include "ui/widgets/text_field.hpp"

namespace ap::ui {
namespace {

bool pressed(ImGuiKey key, bool repeat = true) { return ImGui::IsKeyPressed(key, repeat); }

constexpr int kPage = 8;

}  // namespace

void SheetView::keys(Context& context) {
  const bool busy = editing_text() || editor_.open() ||
                    ImGui::IsPopupOpen(nullptr, ImGuiPopupFlags_AnyPopupId) || context.view.help;
  ports_.keep_tab(!busy && context.view.selection.has_value());
  if (busy) return;
  if (move_keys(context)) {
    keys_lead_ = true;
  } else {
    command_keys(context);
    type_keys(context);
  }
}

bool SheetView::move_keys(Context& context) {
  const ImGuiIO& io = ImGui::GetIO();
  if (io.KeyCtrl || io.KeySuper || io.KeyAlt) return false;
  ViewState& v = context.view;
  const Sheet& sheet = model_.sheet();
  struct Move {
    ImGuiKey key;
    Arrow arrow;
    int by;
  };
  constexpr Move moves[] = {
      {ImGuiKey_LeftArrow, Arrow::kLeft, 1},  {ImGuiKey_RightArrow, Arrow::kRight, 1},
      {ImGuiKey_UpArrow, Arrow::kUp, 1},      {ImGuiKey_DownArrow, Arrow::kDown, 1},
      {ImGuiKey_PageUp, Arrow::kUp, kPage},   {ImGuiKey_PageDown, Arrow::kDown, kPage},
      {ImGuiKey_Home, Arrow::kLeft, 1 << 20}, {ImGuiKey_End, Arrow::kRight, 1 << 20}};
  for (const Move& m : moves) {
    if (!pressed(m.key)) continue;
    if (!v.selection) {
      if (!sheet.blocks.empty()) context.go_to({sheet.blocks.front().id, 0, 0});
      return true;
    }
    const CellId to = next_cell(sheet, v.selection->focus, m.arrow, m.by);
    select(context, to, io.KeyShift);
    v.pinned.clear();
    v.reveal = to;
    ports_.request_frame();
    return true;
  }
  if (pressed(ImGuiKey_Tab)) {
    if (!v.selection) return false;
    context.go_to(next_block(sheet, v.selection->focus, io.KeyShift));
    v.pinned.clear();
    return true;
  }
  return false;
}

/// Steps through the matrices that feed the cell (or that it feeds): again for the next of them.
AP_LATE void SheetView::follow(Context& context, bool backward) {
  ViewState& v = context.view;
  if (!v.selection) return;
  if (!from_keys_) {
    from_keys_ = v.selection->focus;
    follow_index_ = -1;
  }
  std::vector<Region> regions;
  if (backward) {
    if (auto e = explain(context.trace(), *from_keys_)) regions = std::move(e->sources);
  } else {
    regions = consumers(context.trace(), *from_keys_);
  }
  std::erase_if(regions, [&](const Region& r) { return model_.sheet().index_of(r.tensor) < 0; });
  if (regions.empty()) {
    context.say(backward ? "Nothing feeds this cell: it was given" : "Nothing reads this cell");
    from_keys_.reset();
    return;
  }
  follow_index_ = (follow_index_ + 1) % static_cast<int>(regions.size());
  const Region& r = regions[static_cast<std::size_t>(follow_index_)];
  const CellId from = *from_keys_;
  v.selection =
      Selection{{r.tensor, r.row, r.col}, {r.tensor, r.row + r.rows - 1, r.col + r.cols - 1}};
  v.reveal = v.selection->anchor;
  v.pinned = {from};
  from_keys_ = from;
  ports_.request_frame();
}

void SheetView::command_keys(Context& context) {
  const ImGuiIO& io = ImGui::GetIO();
  ViewState& v = context.view;
  const bool command = io.KeyCtrl || io.KeySuper;
  if (command && pressed(ImGuiKey_A, false) && v.selection) {
    if (const Block* b = model_.sheet().find(v.selection->focus.tensor)) {
      v.selection = Selection{{b->id, 0, 0}, {b->id, b->rows - 1, b->cols - 1}};
    }
  }
  if (io.KeyAlt) {
    for (int i = 0; i <= kStepCount; ++i) {
      if (!pressed(static_cast<ImGuiKey>(ImGuiKey_0 + i), false)) continue;
      show_step(v, i == 0 ? std::nullopt : std::optional(static_cast<Step>(i - 1)));
    }
  }
  if (command || io.KeyAlt) return;
  if (pressed(ImGuiKey_Escape, false)) {
    if (!v.pinned.empty())
      v.pinned.clear();
    else if (v.step)
      show_step(v, std::nullopt);
    else
      v.selection.reset();
    v.playing = false;
  }
  if (pressed(ImGuiKey_F, false) || (!v.selection && pressed(ImGuiKey_0, false))) {
    v.step.reset();
    fit(v);
  }
  if (pressed(ImGuiKey_Equal) && (io.KeyShift || !v.selection)) zoom(v, 1.25F);
  if (pressed(ImGuiKey_Minus) && !v.selection) zoom(v, 0.8F);
  if (pressed(ImGuiKey_LeftBracket)) follow(context, true);
  if (pressed(ImGuiKey_RightBracket)) follow(context, false);
  if (pressed(ImGuiKey_M, false)) {
    v.mask_brush = !v.mask_brush;
    v.target_brush = false;
  }
  if (pressed(ImGuiKey_T, false)) switch_target_brush(context);
  if (pressed(ImGuiKey_G, false)) switch_gradient(context);
  if (pressed(ImGuiKey_K, false) && v.selection) lock_selection(context);
  if (pressed(ImGuiKey_D, false) && session_.has_baseline()) v.difference = !v.difference;
  if (pressed(ImGuiKey_B, false)) {
    if (session_.has_baseline()) {
      v.before = !v.before;
      ports_.announce(v.before ? "The baseline" : "As it is now");
    } else {
      session_.pin_baseline();
      context.say("Kept as baseline. Change something: B flips to it, D shows the difference.");
    }
  }
  const int by = io.KeyShift ? -1 : 1;
  const Model& model = context.trace().model;
  if (pressed(ImGuiKey_H)) v.head = (v.head + by + model.heads) % std::max(1, model.heads);
  if (pressed(ImGuiKey_L)) {
    const int layers = std::max(1, static_cast<int>(model.layers.size()));
    v.layer = (v.layer + by + layers) % layers;
  }
  if (!v.selection) return;
  if (pressed(ImGuiKey_Space, false)) {
    if (v.pinned.empty())
      context.pin(v.selection->focus);
    else
      v.pinned.clear();
  }
  if (pressed(ImGuiKey_Menu, false) || (pressed(ImGuiKey_F10, false) && io.KeyShift)) {
    Hit hit;
    hit.cell = v.selection->focus;
    hit.block = model_.sheet().index_of(hit.cell.tensor);
    open_menu(hit);
  }
  if (pressed(ImGuiKey_Enter, false) || pressed(ImGuiKey_KeypadEnter, false) ||
      pressed(ImGuiKey_F2, false)) {
    start_edit(context, v.selection->focus);
  }
  if (pressed(ImGuiKey_Delete, false) || pressed(ImGuiKey_Backspace, false)) {
    if (aims(context, v.selection->focus))
      clear_targets_in_selection(context);
    else
      context.dispatch(fill_action(*v.selection, FillKind::kZero));
  }
}

/// A digit, a dot or a minus starts a new number in the selected cell.
void SheetView::type_keys(Context& context) {
  std::string typed;
  for (const ImWchar c : ImGui::GetIO().InputQueueCharacters) {
    if (c == '?') context.view.help = true;
    const bool starts = (c >= '0' && c <= '9') || c == '.' || c == '-';
    if (starts || (!typed.empty() && c > ' ' && c < 0x7F)) typed += static_cast<char>(c);
  }
  if (typed.empty() || editor_.open() || !context.view.selection) return;
  start_edit(context, context.view.selection->focus, typed);
}

AP_LATE std::optional<std::string> SheetView::copy(bool cut) {
  if (editing_text() || view_ == nullptr || !view_->selection) return std::nullopt;
  auto text = copy_selection(session_.trace(), *view_->selection, BlockFormat::kTsv);
  if (text && cut) {
    cut_ = true;
    ports_.request_frame();
  }
  return text;
}

void SheetView::apply_clipboard(Context& context) {
  const ViewState& v = context.view;
  if (cut_ && v.selection) context.dispatch(fill_action(*v.selection, FillKind::kZero));
  cut_ = false;
  if (!pasted_) return;
  const std::string text = std::move(*pasted_);
  pasted_.reset();
  if (!v.selection) {
    context.say("Select a cell first: a block is pasted from there on");
    return;
  }
  auto action = paste_action(context.trace(), *v.selection, text);
  if (!action) {
    context.show_error(action.error(), v.selection->corner());
  } else if (context.dispatch(*action, 0, v.selection->corner())) {
    if (const auto* block = std::get_if<action::SetBlock>(&*action)) {
      context.view.selection =
          Selection{block->at,
                    {block->at.tensor, block->at.row + static_cast<int>(block->values.rows()) - 1,
                     block->at.col + static_cast<int>(block->values.cols()) - 1}};
    }
  }
}

}  // namespace ap::ui
