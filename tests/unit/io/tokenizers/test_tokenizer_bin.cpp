#include <bit>
#include <catch2/catch_test_macros.hpp>

#include "io/tokenizers/files.hpp"

using namespace ap;

namespace {

using Bytes = std::vector<unsigned char>;

void put(Bytes& out, std::uint32_t value) {
  for (unsigned shift = 0; shift < 32; shift += 8)
    out.push_back(static_cast<unsigned char>(value >> shift));
}

void entry(Bytes& out, std::string_view text, float score) {
  put(out, std::bit_cast<std::uint32_t>(score));
  put(out, static_cast<std::uint32_t>(text.size()));
  out.insert(out.end(), text.begin(), text.end());
}

/// <unk>, <s>, </s>, 256 bytes, " ", "a", "b", "ab", " ab".
Bytes small() {
  Bytes out;
  put(out, 7);
  for (const char* text : {"<unk>", "\n<s>\n", "\n</s>\n"}) entry(out, text, 0);
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (unsigned b = 0; b < 256; ++b)
    entry(out, std::string("<0x") + kDigits[b / 16] + kDigits[b % 16] + ">", 0);
  entry(out, " ", -9);
  entry(out, "a", -9);
  entry(out, "b", -9);
  entry(out, "ab", -1);
  entry(out, " ab", -2);
  return out;
}

std::string refusal(const Bytes& bytes, int count = 0) {
  const auto opened = read_tokenizer_bin(bytes, count);
  REQUIRE(!opened.has_value());
  CHECK(opened.error().where.starts_with("tokenizer.bin"));
  return opened.error().message;
}

}  // namespace

TEST_CASE("tokenizer.bin: a space before, bytes for the rest, no special tokens in the text") {
  const auto opened = read_tokenizer_bin(small(), 264);
  REQUIRE(opened.has_value());
  const Tokenizer& tokenizer = opened->tokenizer;
  const auto ids = [&](std::string_view text) { return tokenizer.encode(text)->ids(); };
  CHECK(ids("") == std::vector<int>{1});
  CHECK(ids("ab") == std::vector<int>{1, 263});
  CHECK(ids("b ab\n") == std::vector<int>{1, 259, 261, 263, 3 + '\n'});
  CHECK(ids("\u00e9") == std::vector<int>{1, 259, 3 + 0xc3, 3 + 0xa9});
  CHECK(ids("<s>").size() == 5);
  CHECK(tokenizer.decode(ids("ab\u00e9\n"), false) == "\n<s>\nab\u00e9\n");
  CHECK(tokenizer.bos() == 1);
  CHECK(tokenizer.text(3 + 'x') == "x");
}

TEST_CASE("tokenizer.bin: what is cut off, too long or of another model is said") {
  const Bytes whole = small();
  for (std::size_t size = 0; size < whole.size(); size += 5) {
    const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK(!refusal(part, 264).empty());
  }
  CHECK(refusal(whole, 300).find("of 300") != std::string::npos);
  CHECK(refusal(whole, 260).find("more than the 260 tokens") != std::string::npos);
  Bytes longer = whole;
  longer[8] = 200;  // length of token 0
  CHECK(refusal(longer).find("the longest has 7") != std::string::npos);
  Bytes nan = whole;
  for (std::size_t i = 4; i < 8; ++i) nan[i] = 0xff;
  CHECK(refusal(nan).find("not finite") != std::string::npos);
  Bytes few;
  put(few, 3);
  entry(few, "a", 0);
  CHECK(refusal(few).find("1 tokens") != std::string::npos);
}
