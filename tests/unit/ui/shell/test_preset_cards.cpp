// Every card of every example, as a reader would check it: the numbers that are written, put into
// the arithmetic that is written, give the cell to the digits written.
#include <catch2/catch_test_macros.hpp>
#include <cmath>

#include "playground/document/names.hpp"
#include "playground/json/presets.hpp"
#include "playground/session/session.hpp"
#include "view/card/card.hpp"
#include "view/paint/number.hpp"

using namespace ap;

namespace {

std::string result_of(const Card& card) {
  for (const CardLine& line : card.lines)
    if (line.kind == LineKind::kResult) return line.runs.back().text;
  return {};
}

/// The value of the card's own numbers, written with as many digits as its result.
std::string recomputed(const Card& card, const std::string& shown) {
  const auto point = shown.find('.');
  const int decimals = point == std::string::npos ? 0 : static_cast<int>(shown.size() - point - 1);
  return std::string(format(static_cast<float>(shown_value(card)), {decimals, false, true}).view());
}

}  // namespace

TEST_CASE("in every preset each card's arithmetic gives its cell, to the digits shown") {
  Session session;
  for (const PresetInfo& preset : presets()) {
    REQUIRE(session.dispatch(action::LoadPreset{preset.id}));
    const Trace& trace = session.trace();
    const TensorId scores{0, Stage::kScores, 0};
    SheetLabels labels;
    labels.queries = row_labels(session.document(), scores);
    labels.keys = col_labels(session.document(), scores);
    int cards = 0;
    for (int s = 0; s < kStageCount; ++s) {
      for (int head = 0; head < trace.head_count(static_cast<Stage>(s)); ++head) {
        const TensorId id{0, static_cast<Stage>(s), head};
        if (!trace.has(id)) continue;
        const ConstView values = trace.tensor(id);
        for (int i = 0; i < values.rows; ++i) {
          for (int j = 0; j < values.cols; ++j) {
            const auto why = explain(trace, {id, i, j});
            REQUIRE(why);
            const Card card = make_card(*why, trace, labels);
            const std::string shown = result_of(card);
            INFO(preset.id << "\n" << plain(card));
            REQUIRE(card.exact);
            ++cards;
            if (shown.find('e') != std::string::npos || !std::isfinite(values(i, j))) continue;
            REQUIRE(recomputed(card, shown) == shown);
          }
        }
      }
    }
    CHECK(cards > 50);
  }
}
