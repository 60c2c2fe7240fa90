#include <catch2/catch_test_macros.hpp>
#include <random>

#include "text/pattern/pattern.hpp"
#include "text/unicode.hpp"

using namespace ap;

namespace {

/// All matches from the left, each in its own brackets; what is between, as it is.
std::string cut(std::string_view expression, std::string_view text) {
  const auto pattern = Pattern::compile(expression);
  REQUIRE(pattern.has_value());
  PatternBudget budget(text.size());
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto match = pattern->find(text, at, budget);
    if (!match) break;
    if (match->begin == match->end) {
      out += text.substr(at, match->end + 1 - at);
      at = match->end + 1;
      continue;
    }
    out += text.substr(at, match->begin - at);
    out += '[' + std::string(text.substr(match->begin, match->end - match->begin)) + ']';
    at = match->end;
  }
  REQUIRE(!budget.spent());
  return out + std::string(at < text.size() ? text.substr(at) : "");
}

std::string refusal(std::string_view expression) {
  const auto pattern = Pattern::compile(expression);
  REQUIRE(!pattern.has_value());
  return pattern.error().message;
}

}  // namespace

TEST_CASE("what tokenizers' patterns are made of") {
  CHECK(cut(R"('s|'t| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)",
            "It's  so\xc3\xa9 42!") == "[It]['s][ ][ so\xc3\xa9][ 42][!]");
  CHECK(cut(R"((?i:'s|'re)|\p{N}{1,3})", "'S'rE12345") == "['S]['rE][123][45]");
  CHECK(cut(R"(\s*[\r\n]+|\s+(?!\S)|\s+)", "a  \n b   c") == "a[  \n][ ]b[  ][ ]c");
  CHECK(cut("[^\\r\\n\\p{L}]?\\p{L}+", "(ab)cd") == "[(ab][)cd]");
  CHECK(cut("a+?b|a", "aaab") == "[aaab]");
  CHECK(cut("(?:ab)+|c{2,}", "ababcccc") == "[abab][cccc]");
  CHECK(cut("(?:a|ab)(?:c|bcd)", "abcd") == "[abcd]");
  CHECK(cut("(?>a+)b", "aab") == "[aab]");
  CHECK(cut("(?>a+)ab", "aaab") == "aaab");
  CHECK(cut("a++a", "aaa") == "aaa");
  CHECK(cut("(?<=x)a|(?<!x)b", "xaxb ab") == "x[a]xb a[b]");
  CHECK(cut("[a-c&&[^b]]+", "abcab") == "[a]b[ca]b");
  CHECK(cut("[\\w--]", "a-b") == "[a][-][b]");
  CHECK(cut("\\bcat\\b", "cat concat cat") == "[cat] concat [cat]");
  CHECK(cut("^a|b$", "ab\nab") == "[a][b]\n[a][b]");
  CHECK(cut(".", "a\n\xe6\x97\xa5") == "[a]\n[\xe6\x97\xa5]");
  CHECK(cut("\\x{65e5}|\\u0041", "A\xe6\x97\xa5") == "[A][\xe6\x97\xa5]");
  CHECK(cut("[^(\\s|[.,!])]+", "ab, c|d") == "[ab], [c]|[d]");
  CHECK(cut("\\{a\\}|]", "{a}]") == "[{a}][]]");
  CHECK(cut("a{,2}b", "aaab") == "a[aab]");
  CHECK(cut("\\p{^L}+|\\P{L}", "ab12") == "ab[12]");
}

TEST_CASE("what is not known is said") {
  CHECK(refusal("(a").find("( without its )") != std::string::npos);
  CHECK(refusal("a)").find(") without its (") != std::string::npos);
  CHECK(refusal("[a").find("[ without its ]") != std::string::npos);
  CHECK(refusal("*a").find("repeats nothing") != std::string::npos);
  CHECK(refusal("(a*)*").find("may be empty") != std::string::npos);
  CHECK(refusal("\\p{Han}").find("\\p{Han}") != std::string::npos);
  CHECK(refusal("(?<n>a)").find("not known here") != std::string::npos);
  CHECK(refusal("\\1").find("\\1") != std::string::npos);
  CHECK(refusal("[z-a]").find("ends before it begins") != std::string::npos);
  CHECK(refusal("a{5000}").find("1000 times") != std::string::npos);
  CHECK(refusal("((((a{100}){100}){100}){100})").find("too long") != std::string::npos);
  CHECK(refusal(std::string(100, '(') + "a" + std::string(100, ')')).find("nested") !=
        std::string::npos);
  CHECK(refusal("\xff").find("UTF-8") != std::string::npos);
}

TEST_CASE("a pattern that would take for ever is stopped") {
  const auto pattern = Pattern::compile("(?:a|aa)+b");
  REQUIRE(pattern.has_value());
  const std::string text(200, 'a');
  PatternBudget budget(text.size());
  CHECK(!pattern->find(text, 0, budget));
  CHECK(budget.spent());
}

TEST_CASE("long runs cost a few steps a character") {
  const auto pattern = Pattern::compile(
      R"((?i:'s|'t)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)");
  REQUIRE(pattern.has_value());
  for (const std::string_view unit : {" ", "a", "7", "!", "\n", "\xcc\x81", "' ", " \n"}) {
    std::string text;
    while (text.size() < 100'000) text += unit;
    PatternBudget budget(text.size());
    const std::int64_t before = budget.steps;
    for (std::size_t at = 0; at < text.size();) {
      const auto match = pattern->find(text, at, budget);
      REQUIRE(match);
      REQUIRE(match->begin == at);
      at = match->end;
    }
    CHECK(before - budget.steps < 30 * 100'000);
  }
}

TEST_CASE("a class is what its parts say, on every code point") {
  CodeSet set;
  set.add('a', 'z');
  set.add(ranges_of(kAnyNumber));
  CodeSet inverse = set;
  inverse.invert();
  CodeSet digits;
  digits.add('0', '9');
  digits.settle();
  CodeSet both = set;
  both.settle();
  both.intersect(digits);
  set.settle();
  for (char32_t c = 0; c < 0x110000; c += c < 0x3000 ? 1 : 97) {
    const bool in = (c >= 'a' && c <= 'z') || is_in(c, kAnyNumber);
    REQUIRE(set.contains(c) == in);
    REQUIRE(inverse.contains(c) != in);
    REQUIRE(both.contains(c) == (c >= '0' && c <= '9'));
  }
}
