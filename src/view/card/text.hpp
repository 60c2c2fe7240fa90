// Symbols and words of the explanation card. Only card*.cpp include this.
#pragma once

#include "view/card/card.hpp"

namespace ap::detail {

/// Who the cell's row and column are, for formulas with words.
struct Names {
  std::string row;
  std::string col;
};
[[nodiscard]] std::string label(const SheetLabels& labels, Axis axis, int index);
/// "it", "cat" for scores; "it", "3" for Q.
[[nodiscard]] Names names_of(const CellId& cell, const Trace& trace, const SheetLabels& labels);

/// "scores  it → cat", "Q  it, 3".
[[nodiscard]] CardLine title_line(const CellId& cell, const Trace& trace,
                                  const SheetLabels& labels);
/// The rule in symbols, or with names in place of i and j; no runs where there is none to state.
[[nodiscard]] CardLine formula_line(const Explanation& e, const Trace& trace, const Names* names);
/// What the result line calls the cell: "score", "q", ...
[[nodiscard]] std::string_view symbol_of(Stage stage) noexcept;

/// Why it is hidden, in words; empty for open cells.
[[nodiscard]] std::string reason_text(MaskReason reason, const Names& names);

}  // namespace ap::detail
