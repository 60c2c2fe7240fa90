// Merging the symbols of a word: the pair of the lowest rank first, of equal ones the leftmost,
// until no pair is in the table. O(n log n) with a heap; short words by looking through all pairs.
#pragma once

#include <cstdint>
#include <vector>

#include "text/tokenizers/tokenizer.hpp"

namespace ap {

/// (left id, right id) -> rank and union. Open addressing; later entries of a pair replace earlier.
class PairTable {
 public:
  struct Merge {
    std::uint32_t rank = 0;
    std::uint32_t result = 0;
  };
  explicit PairTable(std::size_t expected = 0);
  void set(std::uint32_t left, std::uint32_t right, Merge merge);
  [[nodiscard]] const Merge* find(std::uint32_t left, std::uint32_t right) const noexcept;

 private:
  static constexpr std::uint64_t kFree = ~std::uint64_t{0};
  struct Slot {
    std::uint64_t key = kFree;
    Merge merge;
  };
  [[nodiscard]] std::size_t place(std::uint64_t key) const noexcept;
  void grow();

  std::vector<Slot> slots_;
  std::size_t used_ = 0;
};

/// A piece of a word, its bytes [begin, end).
struct Symbol {
  std::uint32_t id = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

/// Two neighbours became one.
struct MergeEvent {
  Symbol left, right;
  PairTable::Merge merge;
};

/// Merges in place; `events` gets what happened in its order, if given.
void merge_symbols(const PairTable& table, std::vector<Symbol>& symbols,
                   std::vector<MergeEvent>* events);

/// What happened to the symbols `start`, of those events that concern no others.
[[nodiscard]] std::vector<MergeStep> steps_of(std::vector<Symbol> start,
                                              const std::vector<MergeEvent>& events);

}  // namespace ap
