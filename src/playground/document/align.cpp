#include "playground/document/align.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace ap {
namespace {

/// Above this many cells of the table the middle part is left unaligned: it is a paste, not an
/// edit.
constexpr std::size_t kMaxTable = std::size_t{4} << 20;

using Words = std::vector<std::string>;

/// Fills kept[begin_b, end_b) with the longest common subsequence of a[begin_a, end_a) and b's.
void align_middle(const Words& a, const Words& b, std::size_t begin, std::size_t end_a,
                  std::size_t end_b, std::vector<int>& kept) {
  const std::size_t rows = end_a - begin;
  const std::size_t cols = end_b - begin;
  if (rows == 0 || cols == 0 || (rows + 1) * (cols + 1) > kMaxTable) return;
  // length[i][j]: of the best for the suffixes from i and j, (rows + 1) x (cols + 1).
  std::vector<std::uint16_t> length((rows + 1) * (cols + 1), 0);
  const auto at = [&](std::size_t i, std::size_t j) -> std::uint16_t& {
    return length[i * (cols + 1) + j];
  };
  for (std::size_t i = rows; i-- > 0;) {
    for (std::size_t j = cols; j-- > 0;) {
      at(i, j) = a[begin + i] == b[begin + j] ? static_cast<std::uint16_t>(at(i + 1, j + 1) + 1)
                                              : std::max(at(i + 1, j), at(i, j + 1));
    }
  }
  for (std::size_t i = 0, j = 0; i < rows && j < cols;) {
    if (a[begin + i] == b[begin + j]) {
      kept[begin + j++] = static_cast<int>(begin + i++);
    } else if (at(i + 1, j) >= at(i, j + 1)) {
      ++i;
    } else {
      ++j;
    }
  }
}

}  // namespace

Alignment align(const Words& before, const Words& after) {
  Alignment out;
  out.kept.assign(after.size(), -1);
  std::size_t begin = 0;
  std::size_t end_a = before.size();
  std::size_t end_b = after.size();
  for (; begin < end_a && begin < end_b && before[begin] == after[begin]; ++begin) {
    out.kept[begin] = static_cast<int>(begin);
  }
  while (end_a > begin && end_b > begin && before[end_a - 1] == after[end_b - 1]) {
    out.kept[--end_b] = static_cast<int>(--end_a);
  }
  align_middle(before, after, begin, end_a, end_b, out.kept);
  pair_replaced(out, static_cast<int>(before.size()));
  return out;
}

void pair_replaced(Alignment& alignment, int old_count) {
  alignment.replaced = alignment.kept;
  const auto count = static_cast<int>(alignment.kept.size());
  int gap_new = 0;  // first new token after the last kept one
  int gap_old = 0;
  for (int j = 0; j <= count; ++j) {
    const int i = j < count ? alignment.kept[static_cast<std::size_t>(j)] : old_count;
    if (i < 0) continue;
    if (i - gap_old == j - gap_new) {
      for (int n = 0; n < j - gap_new; ++n) {
        alignment.replaced[static_cast<std::size_t>(gap_new + n)] = gap_old + n;
      }
    }
    gap_new = j + 1;
    gap_old = i + 1;
  }
}

}  // namespace ap
