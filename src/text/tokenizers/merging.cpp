#include "text/tokenizers/merging.hpp"

#include <algorithm>
#include <queue>

namespace ap {
namespace {

constexpr std::size_t kShort = 24;  // symbols; up to here looking through all pairs is faster
constexpr std::uint32_t kNone = 0xffffffffU;

void merge_few(const PairTable& table, std::vector<Symbol>& symbols,
               std::vector<MergeEvent>* events) {
  std::uint32_t ranks[kShort];
  const auto rank = [&](std::size_t i) {
    const PairTable::Merge* merge =
        i + 1 < symbols.size() ? table.find(symbols[i].id, symbols[i + 1].id) : nullptr;
    return merge == nullptr ? kNone : merge->rank;
  };
  for (std::size_t i = 0; i < symbols.size(); ++i) ranks[i] = rank(i);
  while (symbols.size() > 1) {
    const auto best =
        static_cast<std::size_t>(std::min_element(ranks, ranks + symbols.size() - 1) - ranks);
    if (ranks[best] == kNone) return;
    const PairTable::Merge merge = *table.find(symbols[best].id, symbols[best + 1].id);
    if (events != nullptr) events->push_back({symbols[best], symbols[best + 1], merge});
    symbols[best].id = merge.result;
    symbols[best].end = symbols[best + 1].end;
    symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(best) + 1);
    std::copy(ranks + best + 2, ranks + symbols.size() + 1, ranks + best + 1);
    ranks[best] = rank(best);
    if (best > 0) ranks[best - 1] = rank(best - 1);
  }
}

/// A pair that may be merged, if it still stands there.
struct Waiting {
  std::uint64_t order;  // rank, then place
  std::uint32_t left, right;
  bool operator>(const Waiting& other) const { return order > other.order; }
};

class ManySymbols {
 public:
  ManySymbols(const PairTable& table, std::vector<Symbol>& symbols)
      : table_(table), symbols_(symbols), before_(symbols.size()), after_(symbols.size()) {
    const auto count = static_cast<std::uint32_t>(symbols.size());
    for (std::uint32_t i = 0; i < count; ++i) {
      before_[i] = i == 0 ? kNone : i - 1;
      after_[i] = i + 1 < count ? i + 1 : kNone;
    }
    for (std::uint32_t i = 0; i + 1 < count; ++i) wait(i);
  }

  void run(std::vector<MergeEvent>* events) {
    while (!heap_.empty()) {
      const Waiting top = heap_.top();
      heap_.pop();
      const auto left = static_cast<std::uint32_t>(top.order & 0xffffffffU);
      const std::uint32_t right = after_[left];
      if (gone(left) || right == kNone || symbols_[left].id != top.left ||
          symbols_[right].id != top.right) {
        continue;
      }
      const PairTable::Merge merge = *table_.find(top.left, top.right);
      if (events != nullptr) events->push_back({symbols_[left], symbols_[right], merge});
      symbols_[left].id = merge.result;
      symbols_[left].end = symbols_[right].end;
      after_[left] = after_[right];
      if (after_[right] != kNone) before_[after_[right]] = left;
      before_[right] = right;  // marks it as gone
      wait(left);
      if (before_[left] != kNone) wait(before_[left]);
    }
    std::size_t kept = 0;
    for (std::uint32_t i = 0; i < symbols_.size(); ++i)
      if (!gone(i)) symbols_[kept++] = symbols_[i];
    symbols_.resize(kept);
  }

 private:
  [[nodiscard]] bool gone(std::uint32_t i) const { return before_[i] == i; }
  void wait(std::uint32_t left) {
    const std::uint32_t right = after_[left];
    if (right == kNone) return;
    const std::uint32_t a = symbols_[left].id;
    const std::uint32_t b = symbols_[right].id;
    if (const PairTable::Merge* merge = table_.find(a, b))
      heap_.push({(std::uint64_t{merge->rank} << 32) | left, a, b});
  }

  const PairTable& table_;
  std::vector<Symbol>& symbols_;
  std::vector<std::uint32_t> before_, after_;
  std::priority_queue<Waiting, std::vector<Waiting>, std::greater<>> heap_;
};

}  // namespace

PairTable::PairTable(std::size_t expected) {
  std::size_t size = 16;
  while (size < expected * 2) size *= 2;
  slots_.resize(size);
}

std::size_t PairTable::place(std::uint64_t key) const noexcept {
  std::uint64_t mixed = key * 0x9e3779b97f4a7c15ULL;
  mixed ^= mixed >> 32;
  auto at = static_cast<std::size_t>(mixed) & (slots_.size() - 1);
  while (slots_[at].key != key && slots_[at].key != kFree) at = (at + 1) & (slots_.size() - 1);
  return at;
}

void PairTable::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& slot : old)
    if (slot.key != kFree) slots_[place(slot.key)] = slot;
}

void PairTable::set(std::uint32_t left, std::uint32_t right, Merge merge) {
  const std::uint64_t key = (std::uint64_t{left} << 32) | right;
  Slot& slot = slots_[place(key)];
  if (slot.key == kFree) ++used_;
  slot = {key, merge};
  if (used_ * 2 > slots_.size()) grow();
}

const PairTable::Merge* PairTable::find(std::uint32_t left, std::uint32_t right) const noexcept {
  const Slot& slot = slots_[place((std::uint64_t{left} << 32) | right)];
  return slot.key == kFree ? nullptr : &slot.merge;
}

void merge_symbols(const PairTable& table, std::vector<Symbol>& symbols,
                   std::vector<MergeEvent>* events) {
  if (symbols.size() <= kShort) {
    merge_few(table, symbols, events);
  } else {
    ManySymbols(table, symbols).run(events);
  }
}

std::vector<MergeStep> steps_of(std::vector<Symbol> start, const std::vector<MergeEvent>& events) {
  std::vector<MergeStep> out;
  for (const MergeEvent& event : events) {
    const auto left = std::ranges::find(start, event.left.begin, &Symbol::begin);
    if (left == start.end() || left + 1 == start.end() || (left + 1)->begin != event.right.begin)
      continue;
    out.push_back({static_cast<int>(left - start.begin()), static_cast<int>(event.left.id),
                   static_cast<int>(event.right.id), static_cast<int>(event.merge.result),
                   static_cast<int>(event.merge.rank), 0.0F});
    left->id = event.merge.result;
    left->end = event.right.end;
    start.erase(left + 1);
  }
  return out;
}

}  // namespace ap
