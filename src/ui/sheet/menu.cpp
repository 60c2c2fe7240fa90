// The context menu of a cell, a title or a token.
#include "base/late.hpp"
#include "playground/json/presets.hpp"
#include "ui/sheet/edit.hpp"
#include "ui/sheet/view.hpp"
#include "ui/widgets/style.hpp"

namespace ap::ui {
namespace {

constexpr const char* kMenu = "##sheet-menu";

bool item(const char* text, const char* keys = nullptr, bool enabled = true) {
  return ImGui::MenuItem(text, keys, false, enabled);
}

}  // namespace

void SheetView::open_menu(const Hit& hit) {
  if (hit.kind == HitKind::kThumbnail || hit.kind == HitKind::kGhost ||
      hit.kind == HitKind::kCaption) {
    return;
  }
  menu_ = hit;
  menu_opens_ = true;
  ports_.request_frame();
}

void SheetView::menu(Context& context) {
  if (!menu_) return;
  if (menu_opens_) {
    menu_opens_ = false;
    ImGui::OpenPopup(kMenu);
    const ViewState& v = context.view;
    const bool inside = v.selection && v.selection->focus.tensor == menu_->cell.tensor;
    if (menu_->kind == HitKind::kTitle) {
      const Block& b = model_.sheet().blocks[static_cast<std::size_t>(menu_->block)];
      context.view.selection = Selection{{b.id, 0, 0}, {b.id, b.rows - 1, b.cols - 1}};
    } else if (!inside) {
      select(context, menu_->cell, false);
    }
  }
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {8, 8});
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {16, ports_.coarse_pointer() ? 16.F : 8.F});
  if (ImGui::BeginPopup(kMenu)) {
    close_on_escape();
    if (token_of(context, *menu_)) {
      token_menu(context);
    } else {
      cell_menu(context);
      matrix_menu(context);
    }
    ImGui::EndPopup();
  } else {
    menu_.reset();
    ports_.request_frame();
  }
  ImGui::PopStyleVar(2);
}

AP_LATE void SheetView::cell_menu(Context& context) {
  ViewState& v = context.view;
  if (!v.selection) return;
  const Selection s = *v.selection;
  const bool editable = can_edit(context.document(), context.sheet, s.focus.tensor);
  const bool one = s.rows() * s.cols() == 1;
  if (one) {
    if (item("Edit the number", "Enter", editable)) start_edit(context, s.focus);
    if (item("Keep its card", "Space")) context.pin(s.focus);
    if (item("What feeds this", "[")) follow(context, true);
    if (item("What this feeds", "]")) follow(context, false);
    const bool coloured = v.sensitivity == s.focus;
    if (item(coloured ? "Usual colours" : "Colour by influence on this")) {
      v.sensitivity = coloured ? std::nullopt : std::optional(s.focus);
    }
    ImGui::Separator();
  }
  if (editable) {
    if (ImGui::BeginMenu("Fill")) {
      fill_menu(context);
      ImGui::EndMenu();
    }
  }
  if (ImGui::BeginMenu("Copy as")) {
    constexpr std::pair<const char*, BlockFormat> kinds[] = {{"Tab-separated", BlockFormat::kTsv},
                                                             {"Comma-separated", BlockFormat::kCsv},
                                                             {"NumPy array", BlockFormat::kNumpy},
                                                             {"Python list", BlockFormat::kPython}};
    for (const auto& [text, format] : kinds) {
      if (!item(text)) continue;
      if (const auto out = copy_selection(context.trace(), s, format)) {
        ports_.set_clipboard(*out);
        context.say("Copied " + std::to_string(s.rows()) + " × " + std::to_string(s.cols()));
      }
    }
    ImGui::EndMenu();
  }
  // The whole matrix has a lock of its own below.
  const Block* block = context.sheet.find(s.focus.tensor);
  const bool whole = block != nullptr && s.rows() == block->rows && s.cols() == block->cols;
  if (!whole && (is_parameter(s.focus.tensor.stage) || s.focus.tensor.stage == Stage::kPositions)) {
    if (item(selection_locked(context) ? "Let these cells learn" : "Lock these cells", "K"))
      lock_selection(context);
  }
  if (s.focus.tensor.stage == Stage::kWeights || s.focus.tensor.stage == Stage::kOutput) {
    if (item(v.target_brush ? "Stop painting targets" : "Paint what should be learned", "T")) {
      switch_target_brush(context);
    }
    if (v.target_brush && item("Free what is selected", "Delete"))
      clear_targets_in_selection(context);
  }
  if (shows_mask(s.focus.tensor.stage)) {
    const CellId at = s.corner();
    if (item("Hide here")) {
      context.dispatch(action::PaintMask{at.row, at.col, s.rows(), s.cols(), true});
    }
    if (item("Show here")) {
      context.dispatch(action::PaintMask{at.row, at.col, s.rows(), s.cols(), false});
    }
    if (item("Clear the painted mask", nullptr, context.document().mask != nullptr)) {
      context.dispatch(action::ClearMask{});
    }
  }
}

void SheetView::fill_menu(Context& context) {
  const Selection s = *context.view.selection;
  const auto fill = [&](const char* text, FillKind kind, float factor = 1, std::uint64_t seed = 1) {
    if (item(text)) context.dispatch(fill_action(s, kind, factor, seed), 0, s.corner());
  };
  fill("Zeros", FillKind::kZero);
  fill("Ones", FillKind::kConstant);
  fill("Identity", FillKind::kIdentity);
  fill("One-hot rows", FillKind::kOneHot);
  fill("Random", FillKind::kRandom, 1, session_.revision() + 1);
  fill("Times 2", FillKind::kScale, 2);
  fill("Times 0.5", FillKind::kScale, 0.5F);
  fill("Times −1", FillKind::kScale, -1);
  fill("Transposed", FillKind::kTranspose);
}

AP_LATE void SheetView::matrix_menu(Context& context) {
  const TensorId id = menu_->kind == HitKind::kTitle
                          ? model_.sheet().blocks[static_cast<std::size_t>(menu_->block)].id
                          : menu_->cell.tensor;
  const Block* block = model_.sheet().find(id);
  if (block == nullptr) return;
  ImGui::Separator();
  if (block->editable) {
    const bool locked = is_locked(context.document(), id);
    if (item(locked ? "Unlock this matrix" : "Lock this matrix")) {
      context.dispatch(action::Lock{id.layer, id.stage, !locked});
    }
    if (id.stage == Stage::kEmbeddings || id.stage == Stage::kSourceEmbeddings) {
      const Side side = id.stage == Stage::kEmbeddings ? Side::kQuery : Side::kSource;
      if (item("Back to the words' own vectors")) {
        context.dispatch(action::ResetEmbedding{side, -1});
      }
    } else if (!context.document().preset.empty()) {
      if (item("Reset to the preset")) {
        const auto preset = load_preset(context.document().preset, session_.words());
        const SharedMatrix from = preset ? parameter(*preset, id) : nullptr;
        const SharedMatrix now = parameter(context.document(), id);
        if (!from || !now || from->rows() != now->rows() || from->cols() != now->cols()) {
          context.say("The preset's matrix has another shape now");
        } else {
          const int cols = block->cols;
          context.dispatch(action::SetBlock{
              {id, 0, 0},
              from->block(0, per_head(id.stage) ? id.head * cols : 0, from->rows(), cols)});
        }
      }
    }
  }
  if (has_targets(context.document()) &&
      item(context.view.gradient ? "Usual colours" : "Colour by the loss's slope", "G")) {
    switch_gradient(context);
  }
  if (item("Fold it away")) context.view.folded.insert(id.stage);
  if (item("Zoom to it")) {
    context.view.fitted = false;
    move_to(context.view, ap::fit(block->frame.grown(12), region_, 24, 4));
  }
}

AP_LATE void SheetView::token_menu(Context& context) {
  const auto place = token_of(context, *menu_);
  if (!place) return;
  const Sentence& sentence =
      place->side == Side::kSource ? context.document().source : context.document().query;
  if (item("Change the word")) {
    pressed_ = menu_;
    start_token_edit(context, *menu_);
  }
  if (item("Insert a word before")) {
    pressed_ = menu_;
    editor_.edit_token(*place, menu_->cell, "", true);
  }
  if (item("Delete", nullptr, sentence.size() > 1)) {
    context.dispatch(action::DeleteToken{place->side, place->index});
  }
  if (item("Move up", nullptr, place->index > 0)) {
    context.dispatch(action::MoveToken{place->side, place->index, place->index - 1});
  }
  if (item("Move down", nullptr, place->index + 1 < sentence.size())) {
    context.dispatch(action::MoveToken{place->side, place->index, place->index + 1});
  }
  ImGui::Separator();
  if (item("Back to the word's own vector")) {
    context.dispatch(action::ResetEmbedding{place->side, place->index});
  }
}

}  // namespace ap::ui
