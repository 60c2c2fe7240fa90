// Lit: what is explained right now: the cell, its card, the cells it comes from and those it feeds.
// Explained once per cell and revision.
#pragma once

#include "ui/widgets/context.hpp"

namespace ap::ui {

class Lit {
 public:
  /// Nothing or a cell that does not exist: nothing is lit.
  void set(const Session& session, const SheetLabels& labels, std::optional<CellId> cell) {
    if (cell == cell_ && session.revision() == revision_) return;
    revision_ = session.revision();
    cell_ = cell;
    card_.reset();
    sources_.clear();
    consumers_.clear();
    if (!cell) return;
    auto explained = explain(session.trace(), *cell);
    if (!explained) {
      cell_.reset();
      return;
    }
    card_ = make_card(*explained, session.trace(), labels);
    sources_ = std::move(explained->sources);
    consumers_ = consumers(session.trace(), *cell);
  }
  [[nodiscard]] const std::optional<CellId>& cell() const noexcept { return cell_; }
  [[nodiscard]] const std::optional<Card>& card() const noexcept { return card_; }
  [[nodiscard]] const std::vector<Region>& sources() const noexcept { return sources_; }
  [[nodiscard]] const std::vector<Region>& consumers_of() const noexcept { return consumers_; }

 private:
  std::optional<CellId> cell_;
  std::uint64_t revision_ = 0;
  std::optional<Card> card_;
  std::vector<Region> sources_;
  std::vector<Region> consumers_;
};

}  // namespace ap::ui
