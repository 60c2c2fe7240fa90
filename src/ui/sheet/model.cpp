#include "ui/sheet/model.hpp"

#include <algorithm>

#include "attention/learning/backward.hpp"
#include "base/late.hpp"
#include "playground/session/training.hpp"

namespace ap::ui {
namespace {

bool same_shape(const StageShape& a, const StageShape& b) {
  return a.id == b.id && a.rows == b.rows && a.cols == b.cols && a.row_axis == b.row_axis &&
         a.col_axis == b.col_axis && a.editable == b.editable;
}
bool same(const SheetSpec& a, const SheetSpec& b) {
  return a.layer == b.layer && a.head == b.head && a.layers == b.layers && a.heads == b.heads &&
         a.queries == b.queries && a.keys == b.keys && a.norm_after == b.norm_after &&
         a.off == b.off && std::ranges::equal(a.stages, b.stages, same_shape);
}
bool same(const SheetOptions& a, const SheetOptions& b) {
  return a.width == b.width && a.height == b.height && a.query_label == b.query_label &&
         a.key_label == b.key_label && a.folded == b.folded;
}

std::vector<bool> unknown_of(const Sentence& sentence, std::size_t shown) {
  std::vector<bool> unknown(shown, false);
  const std::size_t all = sentence.tokens.size();
  for (std::size_t i = 0; i < shown && i < all; ++i) {
    unknown[shown - 1 - i] = sentence.tokens[all - 1 - i].origin == Origin::kUnknown;
  }
  return unknown;
}

}  // namespace

bool SheetModel::update_labels(const Document& document, int layer) {
  const TensorId scores{layer, Stage::kScores, 0};
  SheetLabels next;
  next.queries = row_labels(document, scores);
  next.keys = col_labels(document, scores);
  next.query_unknown = unknown_of(document.query, next.queries.size());
  next.key_unknown =
      unknown_of(document.cross ? document.source : document.query, next.keys.size());
  const bool changed = next.queries != labels_.queries || next.keys != labels_.keys;
  labels_ = std::move(next);
  return changed;
}

bool SheetModel::update(const Session& session, const ViewState& view, int head, const Rect& region,
                        const TextMeasure& measure) {
  const bool news = session.revision() != revision_;
  if (news) {
    update_labels(session.document(), view.layer);
    locked_.clear();
    for (const auto& [layer, stage] : session.document().locked)
      locked_.push_back({layer, stage, 0});
  }
  SheetOptions options = sheet_options(region.w, region.h, labels_, measure);
  options.folded = view.folded;
  SheetSpec spec = sheet_spec(session.trace(), view.layer, head);
  // Painting the first mask cell makes new blocks: they appear when the hand lets go.
  const bool laid_out = stale_ || (!held_ && (!same(spec, spec_) || !same(options, options_)));
  if (laid_out) {
    spec_ = std::move(spec);
    options_ = std::move(options);
    sheet_ = layout_sheet(spec_, options_);
  }
  if (news || laid_out) note_edits(session.document(), laid_out);
  const int mode = (view.difference ? 1 : 0) + (view.range == RangeRule::kFixed ? 2 : 0) +
                   (view.gradient ? 4 : 0) + (view.before ? 8 : 0);
  if (news || laid_out || mode != value_mode_ || stale_ || view.sensitivity != influence_) {
    value_mode_ = mode;
    influence_ = view.sensitivity;
    update_values(session, view);
  }
  revision_ = session.revision();
  stale_ = false;
  return laid_out;
}

void SheetModel::note_edits(const Document& document, bool laid_out) {
  std::vector<SharedMatrix> now;
  for (const Block& block : sheet_.blocks)
    now.push_back(is_parameter(block.id.stage) ? parameter(document, block.id) : nullptr);
  for (std::size_t i = 0; !laid_out && i < now.size(); ++i)
    if (now[i] != parameters_[i]) edited_.push_back(static_cast<int>(i));
  parameters_ = std::move(now);
}

void SheetModel::update_values(const Session& session, const ViewState& view) {
  const bool flipped = view.before && session.has_baseline();
  const Trace& trace = flipped ? *session.baseline() : session.trace();
  const Trace* baseline = view.difference && !flipped ? session.baseline() : nullptr;
  // Counted here: the same document is shown as it is, as a difference and as it was.
  SheetValues next = sheet_values(sheet_, trace, ++pictures_, baseline, view.range);
  if (held_ && next.blocks.size() == values_.blocks.size()) {
    for (std::size_t i = 0; i < next.blocks.size(); ++i) {
      BlockValues& now = next.blocks[i];
      const BlockValues& before = values_.blocks[i];
      now.largest = std::max(now.largest, before.largest);
      now.high = std::max(now.high, before.high);
      now.low = std::max(now.low, before.low);
      if (now.map == before.map) now.range = unite(now.range, before.range);
    }
  }
  values_ = std::move(next);
  if (view.sensitivity) {
    if (const auto slopes = sensitivity(session.trace(), *view.sensitivity)) colour_by(*slopes);
  } else if (view.gradient) {
    if (const auto slopes = loss_gradient(session.document())) colour_by(*slopes);
  }
}

/// Exact derivatives by every embedding and parameter on the sheet, as its colours.
AP_LATE void SheetModel::colour_by(const Gradients& gradients) {
  for (const Block& block : sheet_.blocks) {
    const ConstView slope = gradients.tensor(block.id);
    if (slope.empty() || slope.rows != block.rows || slope.cols != block.cols) continue;
    recolour(values_, sheet_, block.id, share(Matrix(as_eigen(slope))));
  }
}

void SheetModel::release() noexcept {
  if (held_) stale_ = true;
  held_ = false;
}

const BlockValues* SheetModel::of(TensorId id) const noexcept {
  const int i = sheet_.index_of(id);
  if (i < 0 || static_cast<std::size_t>(i) >= values_.blocks.size()) return nullptr;
  return &values_.blocks[static_cast<std::size_t>(i)];
}

bool is_locked(const Document& document, TensorId id) {
  return document.locked.contains({before_layers(id.stage) ? 0 : id.layer, id.stage});
}

bool can_edit(const Document& document, const Sheet& sheet, TensorId id) {
  const Block* block = sheet.find(id);
  return block != nullptr && block->editable && !is_locked(document, id);
}

std::optional<TokenPlace> token_at(const Document& document, Axis axis, int index) {
  TokenPlace place;
  if (axis == Axis::kQueries) {
    place.index = index + document.cached;
  } else if (axis == Axis::kKeys) {
    place = {document.cross ? Side::kSource : Side::kQuery, index};
  } else {
    return std::nullopt;
  }
  const Sentence& sentence = place.side == Side::kSource ? document.source : document.query;
  if (place.index < 0 || place.index >= sentence.size()) return std::nullopt;
  return place;
}

}  // namespace ap::ui
