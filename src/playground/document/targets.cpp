#include "playground/document/targets.hpp"

#include <algorithm>
#include <utility>

#include "playground/document/embed.hpp"
#include "text/word_vectors.hpp"

namespace ap {

void follow_targets(std::vector<Target>& targets, const std::vector<int>* rows,
                    const std::vector<int>* cols) {
  std::erase_if(targets, [&](Target& t) {
    if (rows) {
      const auto found = std::ranges::find(*rows, t.row);
      if (found == rows->end()) return true;
      t.row = static_cast<int>(found - rows->begin());
    }
    if (!cols || t.stage != Stage::kWeights) return false;
    Matrix shares = Matrix::Zero(1, static_cast<std::ptrdiff_t>(cols->size()));
    for (std::size_t j = 0; j < cols->size(); ++j) {
      const int from = (*cols)[j];
      if (from >= 0 && from < t.values->size()) shares.data()[j] = t.values->data()[from];
    }
    const bool nothing = shares.size() == 0 || !(shares.sum() > 0.0F);
    t.values = share(std::move(shares));
    return nothing;
  });
}

int longest_example(const Document& document) {
  int most = 0;
  for (const Example& e : document.learning.examples) {
    most = std::max({most, e.query.size(), document.cross ? e.source.size() : 0});
  }
  return most;
}

namespace {

void fit(const Document& d, std::vector<Target>& targets, int queries, int sources,
         const World& world) {
  std::erase_if(targets, [&](Target& t) {
    const bool wide = t.stage == Stage::kOutput && t.values && t.values->size() != d.model.width;
    if (wide && !t.word.empty()) {
      Matrix row(1, d.model.width);
      if (embed_word(world.words, t.word, d.model.width, row.data()) != Origin::kWord) return true;
      t.values = share(std::move(row));
    }
    return !check_target(d, t, queries, sources, {});
  });
}

}  // namespace

void fit_learning(Document& d, const World& world) {
  fit(d, d.learning.targets, d.query.size(), d.cross ? d.source.size() : d.query.size(), world);
  for (Example& e : d.learning.examples) {
    if (d.cross && !e.source.embeddings) e.source = e.query;
    fit(d, e.targets, e.query.size(), d.cross ? e.source.size() : e.query.size(), world);
  }
  if (!d.locked_cells) return;
  std::vector<CellId> cells;
  for (const CellId& cell : *d.locked_cells) {
    if (cell_exists(d, cell)) cells.push_back(cell);
  }
  if (cells.size() == d.locked_cells->size()) return;
  d.locked_cells = cells.empty() ? nullptr : std::make_shared<const std::vector<CellId>>(cells);
}

}  // namespace ap
