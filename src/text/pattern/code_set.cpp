#include "text/pattern/code_set.hpp"

#include <algorithm>

namespace ap {

void CodeSet::settle() {
  std::ranges::sort(ranges_, {}, &CodeRange::first);
  std::vector<CodeRange> joined;
  for (const CodeRange& r : ranges_) {
    if (!joined.empty() && r.first <= joined.back().last + 1) {
      joined.back().last = std::max(joined.back().last, r.last);
    } else {
      joined.push_back(r);
    }
  }
  ranges_ = std::move(joined);
  low_ = {};
  for (const CodeRange& r : ranges_) {
    for (char32_t c = r.first; c <= r.last && c < 128; ++c) low_[c] = true;
  }
}

void CodeSet::invert() {
  settle();
  std::vector<CodeRange> out;
  char32_t next = 0;
  for (const CodeRange& r : ranges_) {
    if (r.first > next) out.push_back({next, r.first - 1});
    next = r.last + 1;
  }
  if (next <= 0x10ffff) out.push_back({next, 0x10ffff});
  ranges_ = std::move(out);
  settle();
}

void CodeSet::intersect(const CodeSet& other) {
  CodeSet not_this = *this;
  CodeSet not_other = other;
  not_this.invert();
  not_other.invert();
  not_this.add(not_other);
  not_this.invert();
  *this = std::move(not_this);
}

void CodeSet::ignore_case() {
  settle();
  for (char32_t c = 'a'; c <= 'z'; ++c) {
    const char32_t upper = c - 32;
    const bool any = low_[c] || low_[upper];
    if (any && !low_[c]) add(c, c);
    if (any && !low_[upper]) add(upper, upper);
  }
  settle();
}

bool CodeSet::above(char32_t code) const noexcept {
  const auto after = std::ranges::upper_bound(ranges_, code, {}, &CodeRange::first);
  return after != ranges_.begin() && code <= std::prev(after)->last;
}

}  // namespace ap
