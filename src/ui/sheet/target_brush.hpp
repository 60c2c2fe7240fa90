// Painting what rows of weights should learn to be, without a screen. One rule: a stroke adds a
// fifth of a row to each cell that it passes, and the row is brought back to a sum of 1; so a fresh
// row is shared equally by the cells that were painted. An erasing stroke takes its cells' shares
// away; a row without any is free again. A share that is typed is kept, and the others of the row
// share the rest.
#pragma once

#include <optional>
#include <vector>

#include "attention/forward/trace.hpp"
#include "playground/actions/action.hpp"
#include "view/sheet/draw.hpp"

namespace ap::ui {

inline constexpr float kStroke = 0.2F;

class TargetStroke {
 public:
  void begin(bool erase);
  /// What follows when the stroke comes to a cell of weights; nothing if it was there already or
  /// the mask hides its key.
  [[nodiscard]] std::optional<Action> touch(const Document& document, const Trace& trace,
                                            CellId cell);

 private:
  struct Row {
    int row = 0;
    Matrix start;  // 1 x S, sums to 1 or is 0
    std::vector<bool> touched;
  };
  Row& row_of(const Document& document, CellId cell, int keys);

  bool erase_ = false;
  std::vector<Row> rows_;
};

/// The shares of a row of weights, sum 1; empty if nobody painted it.
[[nodiscard]] Matrix painted_shares(const Document& document, CellId cell);
/// The mask hides this key from this query.
[[nodiscard]] bool hidden_key(const Trace& trace, CellId cell);
/// A number typed into a cell of weights: kRange if it is no share, or the mask hides the key.
[[nodiscard]] Result<Action> typed_share(const Document& document, const Trace& trace, CellId cell,
                                         float share);
/// The target of a row of weights or output, with the sheet's row.
[[nodiscard]] const Target* find_target(const Document& document, TensorId id, int row);
/// That row is free again.
[[nodiscard]] Action clear_target(const Document& document, TensorId id, int row);

/// The targets of a layer and head as marks on the sheet; `shares` keeps what they point to.
[[nodiscard]] std::vector<TargetMark> target_marks(const Document& document, int layer, int head,
                                                   std::vector<Matrix>& shares);

}  // namespace ap::ui
