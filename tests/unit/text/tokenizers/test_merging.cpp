#include <catch2/catch_test_macros.hpp>
#include <random>

#include "text/tokenizers/merging.hpp"

using namespace ap;

namespace {

/// As it is defined: again and again the best pair of all.
std::vector<std::uint32_t> slowly(const PairTable& table, std::vector<std::uint32_t> ids) {
  while (true) {
    const PairTable::Merge* best = nullptr;
    std::size_t at = 0;
    for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
      const PairTable::Merge* merge = table.find(ids[i], ids[i + 1]);
      if (merge != nullptr && (best == nullptr || merge->rank < best->rank)) {
        best = merge;
        at = i;
      }
    }
    if (best == nullptr) return ids;
    ids[at] = best->result;
    ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(at) + 1);
  }
}

}  // namespace

TEST_CASE("merging equals its definition, short and long, and its steps lead to its end") {
  std::mt19937 numbers(11);
  const auto draw = [&](std::uint32_t n) { return static_cast<std::uint32_t>(numbers() % n); };
  for (int round = 0; round < 400; ++round) {
    PairTable table;
    const std::uint32_t letters = 2 + draw(4);
    std::uint32_t next = letters;
    for (std::uint32_t rank = 0; rank < 40; ++rank) {
      const std::uint32_t left = draw(next);
      const std::uint32_t right = draw(next);
      const std::uint32_t made = next < 60 ? next++ : draw(next);
      table.set(left, right, {rank, made});
    }
    const std::size_t length = draw(round % 4 == 0 ? 300 : 40);
    std::vector<std::uint32_t> ids;
    std::vector<Symbol> symbols;
    for (std::uint32_t i = 0; i < length; ++i) {
      ids.push_back(draw(letters));
      symbols.push_back({ids.back(), i, i + 1});
    }
    std::vector<Symbol> quick = symbols;
    std::vector<MergeEvent> events;
    merge_symbols(table, quick, &events);
    const std::vector<MergeStep> steps = steps_of(symbols, events);
    REQUIRE(steps.size() == events.size());
    std::vector<std::uint32_t> got;
    std::uint32_t end = 0;
    for (const Symbol& s : quick) {
      got.push_back(s.id);
      REQUIRE(s.begin == end);
      end = s.end;
    }
    REQUIRE(end == length);
    REQUIRE(got == slowly(table, ids));
    for (const MergeStep& step : steps) {
      const auto at = static_cast<std::size_t>(step.at);
      REQUIRE(static_cast<int>(ids.at(at)) == step.left);
      REQUIRE(static_cast<int>(ids.at(at + 1)) == step.right);
      ids[at] = static_cast<std::uint32_t>(step.result);
      ids.erase(ids.begin() + step.at + 1);
    }
    REQUIRE(ids == got);
  }
}

TEST_CASE("a table of pairs keeps the last of a pair and grows") {
  PairTable table;
  for (std::uint32_t i = 0; i < 5000; ++i) table.set(i, i * 7, {i, i + 1});
  table.set(3, 21, {9, 9});
  for (std::uint32_t i = 0; i < 5000; ++i) {
    REQUIRE(table.find(i, i * 7) != nullptr);
    CHECK(table.find(i, i * 7)->rank == (i == 3 ? 9 : i));
    CHECK(table.find(i, i * 7 + 1) == nullptr);
  }
}
