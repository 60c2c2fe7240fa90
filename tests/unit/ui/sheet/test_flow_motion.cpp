// Pulses along the flow lines: where they run after a step and an edit, and that they end.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "playground/session/session.hpp"
#include "ui/sheet/flow_motion.hpp"
#include "view/sheet/sheet.hpp"

using namespace ap;
using ap::ui::FlowMotion;

namespace {

Sheet default_sheet() {
  const Session session;
  return layout_sheet(sheet_spec(session.trace(), 0, 0), SheetOptions{});
}

int flow(const Sheet& sheet, Stage from, Stage to) {
  for (std::size_t i = 0; i < sheet.flows.size(); ++i) {
    const auto stage = [&](int block) {
      return sheet.blocks[static_cast<std::size_t>(block)].id.stage;
    };
    if (stage(sheet.flows[i].from) == from && stage(sheet.flows[i].to) == to)
      return static_cast<int>(i);
  }
  return -1;
}

/// Every flow that has a pulse at some time up to `until`, with the time it first had one.
std::vector<std::pair<int, double>> seen(FlowMotion& motion, double until) {
  std::vector<std::pair<int, double>> out;
  for (double now = 0; now < until; now += 0.01) {
    for (const FlowPulse& pulse : motion.at(now)) {
      REQUIRE((pulse.t >= 0 && pulse.t <= 1));
      if (std::ranges::none_of(out, [&](const auto& s) { return s.first == pulse.flow; }))
        out.emplace_back(pulse.flow, now);
    }
  }
  return out;
}

}  // namespace

TEST_CASE("a step: numbers run into its matrices only, and then it is still") {
  const Sheet sheet = default_sheet();
  FlowMotion motion;
  CHECK_FALSE(motion.moving());
  motion.into(sheet, Step::kScore, 0);
  CHECK(motion.moving());
  const auto pulses = seen(motion, 1.0);
  CHECK(pulses.size() == 2);  // from Q and from K
  for (const auto& [index, when] : pulses)
    CHECK(sheet.blocks[static_cast<std::size_t>(sheet.flows[static_cast<std::size_t>(index)].to)]
              .id.stage == Stage::kScores);
  CHECK_FALSE(motion.moving());
}

TEST_CASE("an edit of W_K runs on through K and the scores to the output, never through Q") {
  const Sheet sheet = default_sheet();
  FlowMotion motion;
  motion.from(sheet, {sheet.index_of({0, Stage::kWk, 0})}, 0);
  const auto pulses = seen(motion, 2.0);
  const auto when = [&](Stage from, Stage to) {
    const int wanted = flow(sheet, from, to);
    REQUIRE(wanted >= 0);
    for (const auto& [index, time] : pulses)
      if (index == wanted) return time;
    return -1.0;
  };
  CHECK(when(Stage::kWk, Stage::kK) == 0);
  CHECK(when(Stage::kK, Stage::kScores) > when(Stage::kWk, Stage::kK));
  CHECK(when(Stage::kWo, Stage::kOutput) > when(Stage::kK, Stage::kScores));
  CHECK(when(Stage::kQ, Stage::kScores) == -1);
  CHECK(when(Stage::kEmbeddings, Stage::kWk) == -1);
  CHECK_FALSE(motion.moving());
}
