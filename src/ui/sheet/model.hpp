// SheetModel: the sheet as it is now: layout, labels and values, remade only when what they depend
// on has changed. While a gesture runs, number formats and colour ranges hold still.
#pragma once

#include <utility>

#include "attention/learning/backward.hpp"
#include "playground/session/session.hpp"
#include "ui/widgets/context.hpp"
#include "view/sheet/values.hpp"

namespace ap::ui {

class SheetModel {
 public:
  /// `head`: the one on show. True if the layout is another than before.
  bool update(const Session& session, const ViewState& view, int head, const Rect& region,
              const TextMeasure& measure);
  /// From now on nothing moves, ranges only grow, and no number changes its format; until
  /// release().
  void hold() noexcept { held_ = true; }
  void release() noexcept;

  [[nodiscard]] const Sheet& sheet() const noexcept { return sheet_; }
  [[nodiscard]] const SheetValues& values() const noexcept { return values_; }
  [[nodiscard]] const SheetLabels& labels() const noexcept { return labels_; }
  [[nodiscard]] SheetValues& values() noexcept { return values_; }
  /// Matrices that refuse edits.
  [[nodiscard]] const std::vector<TensorId>& locked() const noexcept { return locked_; }
  [[nodiscard]] const BlockValues* of(TensorId id) const noexcept;
  /// Blocks whose parameters were changed since the last call, while the layout stayed.
  [[nodiscard]] std::vector<int> take_edited() { return std::exchange(edited_, {}); }

 private:
  bool update_labels(const Document& document, int layer);
  void update_values(const Session& session, const ViewState& view);
  void note_edits(const Document& document, bool laid_out);
  void colour_by(const Gradients& gradients);

  SheetSpec spec_;
  SheetOptions options_;
  Sheet sheet_;
  SheetValues values_;
  SheetLabels labels_;
  std::vector<TensorId> locked_;
  std::vector<SharedMatrix> parameters_;  // as the blocks; null for computed ones
  std::vector<int> edited_;
  std::uint64_t revision_ = ~std::uint64_t{0};
  std::uint64_t pictures_ = 0;
  int value_mode_ = -1;
  std::optional<CellId> influence_;  // whose derivatives colour the parameters
  bool held_ = false;
  bool stale_ = true;
};

/// May this cell be set by hand?
[[nodiscard]] bool can_edit(const Document& document, const Sheet& sheet, TensorId id);
[[nodiscard]] bool is_locked(const Document& document, TensorId id);

/// The sentence and place of the token that a row (column) of a matrix stands for.
struct TokenPlace {
  Side side = Side::kQuery;
  int index = 0;
};
[[nodiscard]] std::optional<TokenPlace> token_at(const Document& document, Axis axis, int index);

}  // namespace ap::ui
