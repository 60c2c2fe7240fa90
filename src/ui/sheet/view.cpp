#include "ui/sheet/view.hpp"

#include <algorithm>
#include <cmath>

#include "ui/sheet/edit.hpp"
#include "ui/widgets/draw_adapter.hpp"
#include "ui/widgets/text_field.hpp"
#include "view/paint/number.hpp"
#include "view/sheet/draw.hpp"

namespace ap::ui {
namespace {

bool exists(const Trace& trace, CellId cell) {
  const ConstView m = trace.tensor(cell.tensor);
  return m.data != nullptr && cell.row >= 0 && cell.col >= 0 && cell.row < m.rows &&
         cell.col < m.cols;
}

/// The stage whose tab switches a step on.
std::optional<Stage> tab_of(Step step) {
  if (step == Step::kScale) return Stage::kScaled;
  if (step == Step::kMask) return Stage::kMasked;
  return std::nullopt;
}

}  // namespace

SheetView::SheetView(Session& session, platform::Ports& ports, Labels& labels)
    : session_(session), ports_(ports), labels_(labels) {}

/// After edits that shrink things: nothing may point at a cell that is gone.
void SheetView::drop_stale(ViewState& view) {
  const Trace& trace = session_.trace();
  view.layer = std::clamp(view.layer, 0, std::max(0, static_cast<int>(trace.layers.size()) - 1));
  view.head = std::clamp(view.head, 0, std::max(0, trace.model.heads - 1));
  if (view.preview_head && *view.preview_head >= trace.model.heads) view.preview_head.reset();
  const auto gone = [&](const CellId& cell) { return !exists(trace, cell); };
  std::erase_if(view.pinned, gone);
  if (view.hover && gone(*view.hover)) view.hover.reset();
  if (view.pointed && gone(*view.pointed)) view.pointed.reset();
  if (view.reveal && gone(*view.reveal)) view.reveal.reset();
  if (view.sensitivity && gone(*view.sensitivity)) view.sensitivity.reset();
  if (view.selection && (gone(view.selection->anchor) || gone(view.selection->focus))) {
    view.selection.reset();
  }
  if (editor_.open() && gone(editor_.cell())) editor_.close();
}

void SheetView::update(ViewState& view, const Rect& region) {
  view_ = &view;
  region_ = region;
  drop_stale(view);
  const bool laid_out =
      model_.update(session_, view, view.preview_head.value_or(view.head), region, labels_);
  const std::vector<int> edited = model_.take_edited();
  if (!edited.empty() || !session_.has_baseline()) view.before = false;
  if (laid_out || ports_.reduced_motion()) flow_.stop();
  // While a hand drags on, each wave runs to its end.
  else if (!edited.empty() && !flow_.moving())
    flow_.from(model_.sheet(), edited, ports_.now());
  if (laid_out && view.fitted && !motion_.moving()) view.camera = fitted_camera();
  if (view.reveal && !editor_.open()) {
    const Rect target = cell_rect(model_.sheet(), *view.reveal);
    if (!target.empty()) {
      const Camera from = motion_.goal(view.camera);  // a step may just have been asked for
      const Camera to = reveal(from, target, region, 40);
      if (!(to == from)) move_to(view, to);
    }
    view.reveal.reset();
  }
  view.camera = motion_.at(view.camera, region, ports_.now());
}

Camera SheetView::fitted_camera() const {
  const Sheet& sheet = model_.sheet();
  return sheet.stacked ? fit_width(sheet.bounds, region_) : ap::fit(sheet.bounds, region_);
}

void SheetView::move_to(ViewState& view, const Camera& camera) {
  motion_.go(view.camera, camera, ports_.now(), ports_.reduced_motion());
  ports_.request_frame();
}

void SheetView::fit(ViewState& view) {
  view.fitted = true;
  move_to(view, fitted_camera());
}

void SheetView::zoom(ViewState& view, float factor, std::optional<Point> at) {
  view.fitted = false;
  const Camera to = clamp(zoom_at(view.camera, region_, at.value_or(region_.centre()), factor),
                          model_.sheet().bounds, region_);
  if (at) {
    motion_.stop();
    view.camera = to;
  } else {
    move_to(view, to);
  }
}

void SheetView::show_step(ViewState& view, std::optional<Step> step) {
  view.step = step;
  if (!step) {
    fit(view);
    return;
  }
  const Rect bounds = bounds_of(model_.sheet(), *step);
  if (bounds.empty()) {  // switched off: the sentence says so, its tab is marked
    fit(view);
    return;
  }
  view.fitted = false;
  if (!ports_.reduced_motion()) flow_.into(model_.sheet(), *step, ports_.now());
  move_to(view, model_.sheet().stacked
                    ? fit_width(bounds, region_)
                    : ap::fit(bounds.grown(8), region_, 32, step_zoom(model_.sheet(), *step)));
}

void SheetView::select(Context& context, CellId cell, bool extend) {
  ViewState& v = context.view;
  if (extend && v.selection && v.selection->anchor.tensor == cell.tensor) {
    v.selection->focus = cell;
  } else {
    v.selection = Selection{cell, cell};
  }
  from_keys_.reset();
}

void SheetView::start_edit(Context& context, CellId cell, std::string_view typed) {
  const Document& d = context.document();
  if (aims(context, cell)) return start_target_edit(context, cell, typed);
  if (!can_edit(d, context.sheet, cell.tensor)) {
    const bool locked = is_locked(d, cell.tensor);
    context.notice = {locked ? "Locked. Right-click its title to unlock."
                             : "Computed. Change X, a W or the mask instead.",
                      cell, false, ports_.now() + 3};
    ports_.announce(context.notice.text);
    ports_.request_frame_after(3);
    return;
  }
  const ConstView values = context.trace().tensor(cell.tensor);
  select(context, cell, false);
  editor_.edit_cell(cell, values(cell.row, cell.col), typed);
  ports_.request_frame();
}

void SheetView::draw_sheet_now(Context& context) {
  const ViewState& v = context.view;
  // What is lit: a panel's pointing before the pointer, a pinned card before a mere selection.
  std::optional<CellId> lit = v.pointed ? v.pointed : v.hover;
  if (drag_ == Drag::kScrub && pressed_) lit = pressed_->cell;
  if (!lit && !v.pinned.empty()) lit = v.pinned.back();
  if (!lit && v.selection) lit = v.selection->focus;
  lit_.set(session_, model_.labels(), lit);

  SheetStyle style;
  style.mode = context.theme.mode;
  style.measure = &labels_;
  style.numbers = v.numbers;
  style.hover = v.pointed ? v.pointed : v.hover;
  if (v.selection) {
    style.selection = v.selection->corner();
    style.selection_rows = v.selection->rows();
    style.selection_cols = v.selection->cols();
  }
  style.sources = lit_.sources();
  style.consumers = lit_.consumers_of();
  if (v.step && !bounds_of(model_.sheet(), *v.step).empty())
    style.focus = v.step;
  else if (v.step)
    style.hover_ghost = tab_of(*v.step);
  style.locked = model_.locked();
  if (const LockedCells& cells = context.document().locked_cells) style.locked_cells = *cells;
  const bool targets = v.target_brush || v.panel == PanelKind::kTrain;
  if (targets && !context.document().learning.targets.empty()) mark_targets(context, style);
  style.pulses = flow_.at(ports_.now());
  if (hit_ && drag_ == Drag::kNone) {
    if (hit_->kind == HitKind::kTitle) {
      style.hover_title = model_.sheet().blocks[static_cast<std::size_t>(hit_->block)].id;
    } else if (hit_->kind == HitKind::kThumbnail) {
      style.hover_thumbnail = hit_->thumbnail;
    } else if (hit_->kind == HitKind::kGhost) {
      style.hover_ghost = hit_->ghost;
    }
  }
  if (editor_.refused() && !editor_.on_token()) style.error = editor_.cell();
  if (context.notice.error && context.notice.cell) style.error = context.notice.cell;

  list_.clear();
  draw_sheet(list_, model_.sheet(), model_.values(), model_.labels(), v.camera, region_, style);
  ap::ui::draw(context, list_, region_);
}

void SheetView::draw_token_mark(const Context& context) const {
  if (drag_ != Drag::kMoveToken || move_to_ < 0 || !pressed_ || pressed_->block < 0) return;
  const Block& block = model_.sheet().blocks[static_cast<std::size_t>(pressed_->block)];
  Rect gap = block.matrix;
  gap.y += static_cast<float>(move_to_) * block.cell_h;
  const Rect at = to_screen(context.view.camera, region_,
                            Rect{block.row_gutter.x, gap.y, gap.right() - block.row_gutter.x, 0});
  ImGui::GetWindowDrawList()->AddLine({at.x, at.y}, {at.right(), at.y}, im(context.theme.accent),
                                      3);
}

/// The number under the hand, larger than its cell may be.
void SheetView::draw_scrub_bubble(const Context& context) const {
  if (drag_ != Drag::kScrub || !pressed_) return;
  const CellId cell = pressed_->cell;
  const ConstView values = context.trace().tensor(cell.tensor);
  const Rect at = to_screen(context.view.camera, region_, cell_rect(model_.sheet(), cell));
  if (at.empty() || values.data == nullptr) return;
  const NumberText text = format_exact(values(cell.row, cell.col));
  const Font font = fonts().get(FontRole::kMono16);
  const float w = std::max(72.F, labels_.width(text, Face::kMono, font.size) + 24);
  Rect box{at.centre().x - w / 2, at.y - 40, w, 30};
  if (box.y < region_.y) box.y = at.bottom() + 10;
  box.x = std::round(
      std::clamp(box.x, region_.x + 4, std::max(region_.x + 4, region_.right() - w - 4)));
  box.y = std::round(box.y);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled({box.x, box.y}, {box.right(), box.bottom()}, im(context.theme.ink), 6);
  labels_.draw(list, {box.x + 12, box.y + 7}, im(context.theme.background), text, Face::kMono,
               font.size);
}

void SheetView::draw_editor(Context& context) {
  if (!editor_.open()) return;
  const Sheet& sheet = model_.sheet();
  Rect box = cell_rect(sheet, editor_.cell());
  const Block* block = sheet.find(editor_.cell().tensor);
  if (editor_.on_token() && block != nullptr && pressed_) {
    if (pressed_->kind == HitKind::kColLabel) {
      box = {box.x, block->col_gutter.y, box.w, block->col_gutter.h};
    } else {
      box = {block->row_gutter.x, box.y, block->row_gutter.w, box.h};
    }
  }
  if (box.empty() || block == nullptr) {
    editor_.close();
    return;
  }
  const CellId cell = editor_.cell();
  const bool token = editor_.on_token();
  const auto after = editor_.draw(context, to_screen(context.view.camera, region_, box), region_);
  if (!after || token) return;
  CellId next = cell;
  if (*after == After::kDown) next = next_cell(sheet, cell, Arrow::kDown);
  if (*after == After::kUp) next = next_cell(sheet, cell, Arrow::kUp);
  if (*after == After::kNext) next = next_cell(sheet, cell, Arrow::kRight);
  if (*after == After::kPrevious) next = next_cell(sheet, cell, Arrow::kLeft);
  select(context, next, false);
  context.view.reveal = next;
  ports_.request_frame();
}

void SheetView::draw(Context& context) {
  gestures(context);
  pointer(context);
  wheel(context);
  keys(context);
  apply_clipboard(context);
  // Input may have changed the document: what is drawn must be what it is now.
  update(context.view, region_);
  draw_sheet_now(context);
  draw_token_mark(context);
  draw_scrub_bubble(context);
  draw_editor(context);
}

void SheetView::draw_over(Context& context) {
  cards(context);
  menu(context);
}

std::string SheetView::hint(const Context& context) const {
  const Document& d = context.document();
  if (drag_ == Drag::kScrub) return "Shift: fine   Alt: coarse   let go to keep";
  if (editor_.open()) return "Enter keeps, Escape leaves it as it was";
  if (context.view.before) return "The baseline, as it was   B flips back";
  if (context.view.gradient && !hit_)
    return "Colours: the slope of the loss by each number   G: usual colours";
  if (context.view.difference && !hit_) return "Differences to the baseline   D shows the numbers";
  if (!hit_) {
    if (const auto& s = context.view.selection; s && s->rows() * s->cols() > 1) {
      return std::to_string(s->rows()) + " × " + std::to_string(s->cols()) +
             " cells   Ctrl+C copies, right-click fills";
    }
    return ports_.coarse_pointer()
               ? "Drag to move, pinch to zoom, tap a cell"
               : "Drag to move   Ctrl + wheel zooms   F fits   ? shows all keys";
  }
  switch (hit_->kind) {
    case HitKind::kCell: {
      const Stage stage = hit_->cell.tensor.stage;
      if (aims(context, hit_->cell)) {
        return stage == Stage::kOutput
                   ? "Click: which word should this row be like?   T ends"
                   : "Drag: wanted here   Ctrl + drag: not here   type a share   T ends";
      }
      if (is_locked_cell(d, hit_->cell)) return "Locked cell: K unlocks what is selected";
      if (context.view.mask_brush && shows_mask(stage)) return "Drag to hide or show for attention";
      if (can_edit(d, context.sheet, hit_->cell.tensor)) {
        return "Drag sideways to change, double-click or type to enter a number";
      }
      if (is_locked(d, hit_->cell.tensor)) return "Locked: right-click the title to unlock";
      if (stage == Stage::kMasked || stage == Stage::kMask) {
        return "Drag to paint the mask, click to keep the card";
      }
      return "Computed: edit X, a W or the mask. Click keeps the card";
    }
    case HitKind::kTitle: return "Click selects, double-click zooms here, right-click for more";
    case HitKind::kRowLabel:
    case HitKind::kColLabel:
      return token_of(context, *hit_) ? "Click to change the word, drag to move it" : "A dimension";
    case HitKind::kThumbnail: return "Click shows this head, double-click it alone";
    case HitKind::kGhost: return "Click to switch it on";
    case HitKind::kCaption: return "Click to look at this step";
    case HitKind::kLegend: return "Click: each matrix its own range, or one range for alike ones";
  }
  return {};
}

}  // namespace ap::ui
