#include "ui/sheet/flow_motion.hpp"

#include <algorithm>

namespace ap::ui {
namespace {

constexpr double kTravel = 0.42;  // seconds along one line, with its fading
constexpr double kAfterMove = 0.2;
constexpr double kStagger = 0.11;  // from one line to the next
constexpr double kMostStagger = 0.8;

}  // namespace

void FlowMotion::into(const Sheet& sheet, Step step, double now) {
  waves_.clear();
  for (std::size_t i = 0; i < sheet.flows.size(); ++i) {
    const auto to = static_cast<std::size_t>(sheet.flows[i].to);
    if (sheet.blocks[to].step == step) waves_.push_back({static_cast<int>(i), now + kAfterMove});
  }
}

void FlowMotion::from(const Sheet& sheet, const std::vector<int>& blocks, double now) {
  waves_.clear();
  std::vector<int> depth(sheet.blocks.size(), -1);
  for (const int b : blocks) depth[static_cast<std::size_t>(b)] = 0;
  // Lines are in the order of the computation but for a few: a second look finds those.
  int deepest = 0;
  std::vector<int> line(sheet.flows.size(), -1);
  for (int look = 0; look < 2; ++look) {
    for (std::size_t i = 0; i < sheet.flows.size(); ++i) {
      const int before = depth[static_cast<std::size_t>(sheet.flows[i].from)];
      if (before < 0) continue;
      line[i] = before;
      int& after = depth[static_cast<std::size_t>(sheet.flows[i].to)];
      if (after < 0) after = before + 1;
      deepest = std::max(deepest, before);
    }
  }
  const double each = std::min(kStagger, kMostStagger / std::max(1, deepest));
  for (std::size_t i = 0; i < line.size(); ++i)
    if (line[i] >= 0) waves_.push_back({static_cast<int>(i), now + each * line[i]});
}

const std::vector<FlowPulse>& FlowMotion::at(double now) {
  pulses_.clear();
  std::erase_if(waves_, [now](const Wave& w) { return now >= w.start + kTravel; });
  for (const Wave& w : waves_)
    if (now >= w.start) pulses_.push_back({w.flow, static_cast<float>((now - w.start) / kTravel)});
  return pulses_;
}

}  // namespace ap::ui
