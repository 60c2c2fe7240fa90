// Which cells of which stages are intervened in, as the forward steps ask: in the coordinates of
// the whole matrix (all heads side by side), but for scores one head's. Internal to attention/.
#pragma once

#include <span>
#include <vector>

#include "attention/forward/dirty.hpp"
#include "attention/forward/trace.hpp"

namespace ap::steps {

/// A stage with storage of its own, as the step that computes it names it.
struct Site {
  int layer = 0;
  Stage stage = Stage::kEmbeddings;
  int head = 0;  // of scores to weights; else 0
  bool operator==(const Site&) const = default;
};

struct Held {
  Site site;
  Rect rect;
  const Intervention* change = nullptr;
};

class Interventions {
 public:
  Interventions() = default;
  /// Those that are on, and what differs from those before: from the first difference on. Another
  /// stage may have the storage now (a gate that went): that is a difference too.
  Interventions(const Trace& trace, const std::vector<Held>& before);

  [[nodiscard]] bool none() const noexcept { return held_.empty() && forced_.empty(); }
  /// Does anything change this stage of this head, or did before?
  [[nodiscard]] bool touches(Site site) const noexcept;
  /// Cells to compute anew because what is done to them is another thing now.
  void add_forced(Site site, Dirty& dirty) const noexcept;
  /// Applies what is on to the cells of y that were computed anew: each once.
  void apply(Site site, const Dirty& dirty, const View& y) const noexcept;
  /// The same for a stretch of one row; y is its first cell.
  void apply_row(Site site, int row, int col, int n, float* y) const noexcept;

 private:
  std::vector<Held> held_;
  std::vector<Held> forced_;
};

/// Of a trace as it is, where those act that are on.
[[nodiscard]] std::vector<Held> places(const Trace& trace);
/// Where an intervention acts: the stage that has the storage, and the rectangle there.
[[nodiscard]] Held place(const Trace& trace, const Intervention& change) noexcept;

}  // namespace ap::steps
