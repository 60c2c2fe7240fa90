// The explanation card as lines of text: formula in symbols, the same with the words, term by term
// with the numbers, the result. The numbers as shown, evaluated, give the result to the digits
// shown. Also one sentence a step. No boxes and no colours here: roles and hues, drawn by whoever
// shows it.
#pragma once

#include "attention/explain/explain.hpp"
#include "view/sheet/sheet.hpp"

namespace ap {

/// kSub: lowered and smaller. kTerm: carries `cell`, to be pointed at.
enum class RunRole : std::uint8_t {
  kText,
  kSymbol,
  kSub,
  kWord,
  kNumber,
  kSign,
  kResult,
  kSoft,
  kHeading
};

struct CardRun {
  std::string text;
  RunRole role = RunRole::kText;
  Hue hue = Hue::kNeutral;
  std::optional<CellId> cell;  // the cell that this number is
};
enum class LineKind : std::uint8_t {
  kTitle,
  kFormula,
  kWords,
  kTerm,
  kMore,
  kConstant,
  kResult,
  kNote
};
struct CardLine {
  LineKind kind = LineKind::kNote;
  std::vector<CardRun> runs;
  float share = 0;  // kTerm: |term| / largest |term|, for a bar behind it; sign in negative
  bool negative = false;
};
struct Card {
  CellId cell;
  Operation operation = Operation::kGiven;
  std::vector<CardLine> lines;
  bool exact =
      true;  // the numbers shown give the result shown; false: the result is marked as about
};

struct CardOptions {
  int most_terms = 8;
};

[[nodiscard]] Card make_card(const Explanation& explanation, const Trace& trace,
                             const SheetLabels& labels, const CardOptions& options = {});
[[nodiscard]] std::string plain(const CardLine& line);
[[nodiscard]] std::string plain(const Card& card);

/// What the card's numbers give, read back from its text: for tests, and how make_card picks its
/// digits. NaN where a line's own arithmetic is off by more than a unit of its last digit.
[[nodiscard]] double shown_value(const Card& card);

/// The query whose largest weight is the largest: the one to speak of when nobody chose.
[[nodiscard]] int clearest_row(const Trace& trace, int layer, int head) noexcept;
/// "“it” looks most at “cat”: 65 % of its attention." Empty: it looks at nothing.
[[nodiscard]] std::string overview_sentence(const Trace& trace, const SheetLabels& labels,
                                            int layer, int head, int row);

/// "Softmax turns the row of it into shares that add up to 1: cat gets 62 %."; row: whose token.
[[nodiscard]] std::string step_sentence(Step step, const Trace& trace, const SheetLabels& labels,
                                        int layer, int head, int row);

}  // namespace ap
