// Which token of an edited sentence is which token of the old one: the longest common subsequence,
// so that kept words keep what a person made of them. Internal to playground/.
#pragma once

#include <string>
#include <vector>

namespace ap {

struct Alignment {
  std::vector<int> kept;      // per new token: the old one with the same text, or -1
  std::vector<int> replaced;  // kept, and old tokens that a new one stands in the place of
};

[[nodiscard]] Alignment align(const std::vector<std::string>& before,
                              const std::vector<std::string>& after);

/// Fills `replaced` from `kept`: between two kept tokens, as many new as old ones pair up in order.
void pair_replaced(Alignment& alignment, int old_count);

}  // namespace ap
