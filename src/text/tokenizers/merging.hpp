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

/// Merges in place; `steps` gets what happened, if given.
void merge_symbols(const PairTable& table, std::vector<Symbol>& symbols,
                   std::vector<MergeStep>* steps);

}  // namespace ap
