#include "text/unicode/unicode_data.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <map>
#include <unordered_map>

namespace ap {
namespace {

constexpr char32_t kEnd = 0x110000;
constexpr char32_t kFirstSyllable = 0xac00, kLastSyllable = 0xd7a3;
constexpr char32_t kLead = 0x1100, kVowel = 0x1161, kTail = 0x11a7;
constexpr char32_t kVowels = 21, kTails = 28;
// Flags above a category's five bits.
constexpr unsigned kCanonicalMoves = 0x20, kCompatibleMoves = 0x40;

/// The numbers of a table: five bits a character, the sixth says that more follow.
class Numbers {
 public:
  explicit Numbers(const char* text) : at_(text) {}
  [[nodiscard]] bool more() const { return *at_ != 0; }
  std::uint32_t next() {
    std::uint32_t value = 0;
    for (unsigned shift = 0;; shift += 5) {
      const char c = *at_++;
      const auto digit =
          static_cast<std::uint32_t>(c - 40 - (c > '?' ? 1 : 0) - (c > '\\' ? 1 : 0));
      value |= (digit & 31U) << shift;
      if (digit < 32) return value;
    }
  }
  std::int32_t next_signed() {
    const std::uint32_t v = next();
    return (v & 1U) != 0 ? -static_cast<std::int32_t>(v / 2) - 1 : static_cast<std::int32_t>(v / 2);
  }

 private:
  const char* at_;
};

struct Parts {
  std::uint32_t begin = 0;
  std::uint32_t count = 0;
};

/// The tables, unpacked.
struct Data {
  std::vector<std::pair<char32_t, Category>> categories;  // starts of runs
  std::vector<std::pair<char32_t, int>> marks;            // likewise
  std::unordered_map<char32_t, char32_t> lower;
  std::u32string parts;  // of all decompositions
  std::unordered_map<char32_t, Parts> canonical, compatible;
  std::unordered_map<std::uint64_t, char32_t> pairs;
  // A byte a code point, in blocks of 256 of which equal ones are kept once.
  std::array<std::uint16_t, kEnd / 256> blocks{};
  std::vector<unsigned char> bytes;

  Data();
  void read_runs();
  void read_parts(const char* table, std::unordered_map<char32_t, Parts>& into, bool pair_up);
  void pair_up(const std::vector<std::pair<char32_t, Parts>>& again);
  void fill_blocks();
  [[nodiscard]] unsigned flags(char32_t code) const {
    return code < kEnd ? bytes[blocks[code / 256] * 256U + code % 256] : 29U;
  }
};

std::uint64_t pair_key(char32_t a, char32_t b) { return (std::uint64_t{a} << 32) | b; }

const Data& data() {
  static const Data one;
  return one;
}

Data::Data() {
  read_runs();
  Numbers lower_case(detail::kLowerCase);
  char32_t code = 0;
  std::int32_t distance = 0;
  while (lower_case.more()) {
    code += lower_case.next();
    distance += lower_case.next_signed();
    lower.emplace(code, static_cast<char32_t>(static_cast<std::int32_t>(code) + distance));
  }
  read_parts(detail::kCanonical, canonical, true);
  read_parts(detail::kCompatible, compatible, false);
  fill_blocks();
}

void Data::read_runs() {
  Numbers runs(detail::kCategoryRuns);
  for (char32_t code = 0; runs.more();) {
    code += runs.next();
    categories.emplace_back(code, static_cast<Category>(runs.next()));
  }
  Numbers order(detail::kMarkRuns);
  marks.emplace_back(0, 0);
  for (char32_t code = 0; order.more();) {
    code += order.next();
    marks.emplace_back(code, static_cast<int>(order.next()));
  }
}

void Data::read_parts(const char* table, std::unordered_map<char32_t, Parts>& into, bool composes) {
  Numbers numbers(table);
  std::vector<std::int32_t> before;
  std::vector<std::pair<char32_t, Parts>> again;
  for (char32_t code = 0; numbers.more();) {
    code += numbers.next();
    const std::uint32_t head = numbers.next();
    const Parts entry{static_cast<std::uint32_t>(parts.size()), head / 2};
    before.resize(std::max<std::size_t>(before.size(), entry.count));
    for (std::uint32_t i = 0; i < entry.count; ++i) {
      before[i] += numbers.next_signed();
      parts += static_cast<char32_t>(before[i]);
    }
    into.emplace(code, entry);
    if (composes && (head & 1U) != 0) again.emplace_back(code, entry);
  }
  pair_up(again);
}

/// The shortest first: all but the last part of a longer one are then one code point already.
void Data::pair_up(const std::vector<std::pair<char32_t, Parts>>& again) {
  for (std::uint32_t count = 2; count <= 4; ++count) {
    for (const auto& [code, entry] : again) {
      if (entry.count != count) continue;
      char32_t left = parts[entry.begin];
      for (std::uint32_t i = 1; i + 1 < count && left != 0; ++i) {
        const auto found = pairs.find(pair_key(left, parts[entry.begin + i]));
        left = found == pairs.end() ? 0 : found->second;
      }
      if (left != 0) pairs.emplace(pair_key(left, parts[entry.begin + count - 1]), code);
    }
  }
}

void Data::fill_blocks() {
  std::vector<unsigned char> all(kEnd);
  for (std::size_t i = 0; i < categories.size(); ++i) {
    const char32_t end = i + 1 < categories.size() ? categories[i + 1].first : kEnd;
    std::fill(all.begin() + static_cast<std::ptrdiff_t>(categories[i].first),
              all.begin() + static_cast<std::ptrdiff_t>(end),
              static_cast<unsigned char>(categories[i].second));
  }
  const auto moves = [&](char32_t code, unsigned flag) {
    all[code] = static_cast<unsigned char>(all[code] | flag);
  };
  const unsigned both = kCanonicalMoves | kCompatibleMoves;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    if (marks[i].second == 0) continue;
    const char32_t end = i + 1 < marks.size() ? marks[i + 1].first : kEnd;
    for (char32_t c = marks[i].first; c < end; ++c) moves(c, both);
  }
  for (const auto& [code, entry] : canonical) moves(code, both);
  for (const auto& [code, entry] : compatible) moves(code, kCompatibleMoves);
  for (const auto& [key, code] : pairs) moves(static_cast<char32_t>(key & 0xffffffffU), both);
  for (char32_t c = kFirstSyllable; c <= kLastSyllable; ++c) moves(c, both);
  for (char32_t c = kVowel; c < kVowel + kVowels; ++c) moves(c, both);
  for (char32_t c = kTail + 1; c < kTail + kTails; ++c) moves(c, both);
  std::map<std::vector<unsigned char>, std::uint16_t> known;
  for (std::size_t block = 0; block < blocks.size(); ++block) {
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(block * 256);
    std::vector<unsigned char> one(begin, begin + 256);
    const auto [at, fresh] = known.emplace(one, static_cast<std::uint16_t>(bytes.size() / 256));
    if (fresh) bytes.insert(bytes.end(), one.begin(), one.end());
    blocks[block] = at->second;
  }
}

constexpr CategoryMask bit(Category c) { return 1U << static_cast<unsigned>(c); }

// Alphabetic, but neither a letter, a mark nor a letter number: circled and squared capitals.
constexpr CodeRange kCircled[] = {
    {0x24b6, 0x24e9}, {0x1f130, 0x1f149}, {0x1f150, 0x1f169}, {0x1f170, 0x1f189}};

}  // namespace

Category category(char32_t code) noexcept {
  return static_cast<Category>(data().flags(code) & 31U);
}

std::vector<CodeRange> ranges_of(CategoryMask mask) {
  std::vector<CodeRange> out;
  const auto& runs = data().categories;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (((mask >> static_cast<unsigned>(runs[i].second)) & 1U) == 0) continue;
    const char32_t last = (i + 1 < runs.size() ? runs[i + 1].first : kEnd) - 1;
    if (!out.empty() && out.back().last + 1 == runs[i].first) {
      out.back().last = last;
    } else {
      out.push_back({runs[i].first, last});
    }
  }
  return out;
}

const std::vector<CodeRange>& space_ranges() {
  static const std::vector<CodeRange> ranges = {
      {0x9, 0xd},       {0x20, 0x20},     {0x85, 0x85},     {0xa0, 0xa0},     {0x1680, 0x1680},
      {0x2000, 0x200a}, {0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000}};
  return ranges;
}

bool is_space(char32_t code) noexcept {
  if (code < 0x80) return code == ' ' || (code >= 0x9 && code <= 0xd);
  return code == 0x85 || is_in(code, kAnySpace);
}

std::vector<CodeRange> word_ranges() {
  auto out = ranges_of(kAnyLetter | kAnyMark | bit(Category::kNd) | bit(Category::kNl) |
                       bit(Category::kPc));
  out.insert(out.end(), std::begin(kCircled), std::end(kCircled));
  std::ranges::sort(out, {}, &CodeRange::first);
  return out;
}

bool is_word(char32_t code) noexcept {
  return is_in(code, kAnyLetter | kAnyMark | bit(Category::kNd) | bit(Category::kNl) |
                         bit(Category::kPc)) ||
         std::ranges::any_of(kCircled,
                             [&](const CodeRange& r) { return code >= r.first && code <= r.last; });
}

void append_lower(char32_t code, std::u32string& out) {
  if (code < 0x80) {
    out += code >= 'A' && code <= 'Z' ? code + 32 : code;
    return;
  }
  if (code == 0x130) {
    out += U"i\u0307";
    return;
  }
  const auto found = data().lower.find(code);
  out += found == data().lower.end() ? code : found->second;
}

void append_decomposed(char32_t code, bool compatible, std::u32string& out) {
  if (code >= kFirstSyllable && code <= kLastSyllable) {
    const char32_t index = code - kFirstSyllable;
    out += kLead + index / (kVowels * kTails);
    out += kVowel + index % (kVowels * kTails) / kTails;
    if (index % kTails != 0) out += kTail + index % kTails;
    return;
  }
  const Data& d = data();
  if (compatible) {
    if (const auto found = d.compatible.find(code); found != d.compatible.end()) {
      out.append(d.parts, found->second.begin, found->second.count);
      return;
    }
  }
  if (const auto found = d.canonical.find(code); found != d.canonical.end()) {
    out.append(d.parts, found->second.begin, found->second.count);
  } else {
    out += code;
  }
}

char32_t composed(char32_t first, char32_t second) noexcept {
  if (first >= kLead && first < kLead + 19 && second >= kVowel && second < kVowel + kVowels) {
    return kFirstSyllable + ((first - kLead) * kVowels + (second - kVowel)) * kTails;
  }
  if (first >= kFirstSyllable && first <= kLastSyllable && (first - kFirstSyllable) % kTails == 0 &&
      second > kTail && second < kTail + kTails) {
    return first + (second - kTail);
  }
  const auto found = data().pairs.find(pair_key(first, second));
  return found == data().pairs.end() ? 0 : found->second;
}

int mark_class(char32_t code) noexcept {
  const auto& runs = data().marks;
  const auto after =
      std::ranges::upper_bound(runs, code, {}, [](const auto& r) { return r.first; });
  return after == runs.begin() ? 0 : std::prev(after)->second;
}

bool is_inert(char32_t code, bool compatible) noexcept {
  return code < 0x80 ||
         (data().flags(code) & (compatible ? kCompatibleMoves : kCanonicalMoves)) == 0;
}

void append_utf8(char32_t code, std::string& out) {
  const auto put = [&](char32_t byte) {
    out += static_cast<char>(static_cast<unsigned char>(byte));
  };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0U | (code >> 6));
    put(0x80U | (code & 0x3fU));
  } else if (code < 0x10000) {
    put(0xe0U | (code >> 12));
    put(0x80U | ((code >> 6) & 0x3fU));
    put(0x80U | (code & 0x3fU));
  } else {
    put(0xf0U | (code >> 18));
    put(0x80U | ((code >> 12) & 0x3fU));
    put(0x80U | ((code >> 6) & 0x3fU));
    put(0x80U | (code & 0x3fU));
  }
}

}  // namespace ap
