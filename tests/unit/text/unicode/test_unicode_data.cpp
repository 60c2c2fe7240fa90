// Unicode as Node 24's ICU 78 has it: sums over all code points, from `String.prototype.normalize`,
// `toLowerCase` and \p{..}.
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <random>

#include "text/unicode.hpp"
#include "text/unicode/normal_form.hpp"
#include "text/unicode/unicode_data.hpp"

using namespace ap;

namespace {

constexpr char32_t kEnd = 0x110000;

bool surrogate(char32_t c) { return c >= 0xd800 && c <= 0xdfff; }

std::string utf8(char32_t c) {
  std::string out;
  append_utf8(c, out);
  return out;
}

/// FNV-1a.
struct Sum {
  std::uint32_t value = 0x811c9dc5;
  void add(std::string_view bytes) {
    for (const char c : bytes) value = (value ^ static_cast<unsigned char>(c)) * 0x01000193U;
  }
};

std::uint32_t sum_of(NormalForm form) {
  Sum sum;
  for (char32_t c = 1; c < kEnd; ++c)
    if (!surrogate(c)) sum.add(normal_form(utf8(c), form));
  return sum.value;
}

const std::vector<char32_t>& marks() {
  static const std::vector<char32_t> all = [] {
    std::vector<char32_t> out;
    for (const CodeRange& r : ranges_of(kAnyMark))
      for (char32_t c = r.first; c <= r.last; ++c) out.push_back(c);
    return out;
  }();
  return all;
}

}  // namespace

TEST_CASE("normal forms of every code point") {
  CHECK(sum_of(NormalForm::kC) == 0x66559437U);
  CHECK(sum_of(NormalForm::kD) == 0xb6d454c3U);
  CHECK(sum_of(NormalForm::kKC) == 0x851389afU);
  CHECK(sum_of(NormalForm::kKD) == 0x3bc6d8a6U);
}

TEST_CASE("normal forms of every mark after a letter and before others") {
  const auto& all = marks();
  const std::size_t n = all.size();
  REQUIRE(n == 2543);
  Sum sum;
  for (std::size_t i = 0; i < n; ++i) {
    const std::string a = utf8(all[i]);
    for (const char32_t other : {all[(i * 7 + 3) % n], all[(i * 31 + 11) % n], char32_t{0x301},
                                 char32_t{0x334}, char32_t{0x345}}) {
      sum.add(normal_form("e" + a + utf8(other) + "x", NormalForm::kC));
      sum.add(normal_form(utf8(0x1100) + utf8(other) + a, NormalForm::kKD));
    }
  }
  CHECK(sum.value == 0x3d9d7a0U);
}

TEST_CASE("categories, white space, word characters, lower case") {
  constexpr std::array<int, 30> kCounts = {
      1886, 2283, 31,  410, 141062, 2059, 471,  13, 770, 239, 915, 10,  27,   79,     77,
      12,   10,   641, 960, 64,     125,  7468, 17, 1,   1,   65,  170, 2048, 137468, 814730};
  std::array<int, 30> counts{};
  int words = 0;
  int spaces = 0;
  Sum lower;
  std::u32string codes;
  for (char32_t c = 0; c < kEnd; ++c) {
    ++counts[static_cast<std::size_t>(category(c))];
    words += is_word(c) ? 1 : 0;
    spaces += is_space(c) ? 1 : 0;
    if (c == 0 || surrogate(c)) continue;
    codes.clear();
    append_lower(c, codes);
    for (const char32_t one : codes) lower.add(utf8(one));
  }
  CHECK(counts == kCounts);
  CHECK(words == 149364);
  CHECK(spaces == 25);
  CHECK(lower.value == 0x8a4c5d3eU);
  CHECK(category_mask("L") == category_mask("Letter"));
  CHECK(category_mask("Han") == 0);
}

TEST_CASE("a normal form is its own, and each byte knows where it is from") {
  std::mt19937 random(3);
  const auto& all = marks();
  const std::u32string letters = U"aeo\u00e9\u1e69\u0f73\uac01\u1100\u1161\u11a8\ufb01\u03a9 x";
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (unsigned i = random() % 12; i > 0; --i)
      append_utf8(
          random() % 2 == 0 ? letters[random() % letters.size()] : all[random() % all.size()],
          text);
    const std::string decomposed = normal_form(text, NormalForm::kD);
    const std::string composed_text = normal_form(text, NormalForm::kC);
    CHECK(normal_form(composed_text, NormalForm::kC) == composed_text);
    CHECK(normal_form(composed_text, NormalForm::kD) == decomposed);
    CHECK(normal_form(decomposed, NormalForm::kC) == composed_text);
    const MappedText mapped = normal_form(MappedText{text}, NormalForm::kC);
    for (std::size_t i = 0; i < mapped.text.size(); ++i) {
      const ByteSpan from = mapped.origin(i);
      REQUIRE(from.begin < from.end);
      REQUIRE(from.end <= text.size());
    }
    if (!mapped.from.empty()) {
      CHECK(mapped.from.size() == mapped.text.size());
    }
  }
}

TEST_CASE("bytes that are no text become U+FFFD as browsers have it") {
  int replaced = 0;
  const auto read = [&](std::string_view text) { return valid_text(text, replaced).text; };
  CHECK(read("a\xff\xfez") == "a\ufffd\ufffdz");
  CHECK(replaced == 2);
  CHECK(read("\xf0\x9f\x98") == "\ufffd");  // a beginning of three bytes
  CHECK(read("\xf0\x9f\x98\x80") == "\U0001f600");
  CHECK(replaced == 0);
  CHECK(read("\xe0\x80\x80") == "\ufffd\ufffd\ufffd");  // overlong
  CHECK(read("\xed\xa0\x80") == "\ufffd\ufffd\ufffd");  // a surrogate
  CHECK(read("\xc3(") == "\ufffd(");
  const MappedText mapped = valid_text("ab\xe2\x82z", replaced);
  CHECK(mapped.origin(2, 5) == ByteSpan{2, 4});
  CHECK(mapped.origin(5, 6) == ByteSpan{4, 5});
}
