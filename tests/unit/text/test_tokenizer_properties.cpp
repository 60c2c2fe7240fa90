// What holds for every text: tokens cover it in order, and no bytes crash the tokenizer.
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "base/rng.hpp"
#include "text/tokenizer.hpp"

namespace {

using ap::TokenMode;

/// Encodes any scalar value, by the definition and not by the code under test.
void append(std::string& text, char32_t code) {
  const auto put = [&text](char32_t byte) { text += static_cast<char>(byte); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xc0 | (code >> 6));
  } else {
    if (code < 0x10000) {
      put(0xe0 | (code >> 12));
    } else {
      put(0xf0 | (code >> 18));
      put(0x80 | ((code >> 12) & 0x3f));
    }
    put(0x80 | ((code >> 6) & 0x3f));
  }
  put(0x80 | (code & 0x3f));
}

constexpr char32_t kTricky[] = {
    'a',    'Z',     '1',    ' ',    '.',    ',',    '\'',   '-',    '_',     '\n',
    '\r',   0x00,    0x301,  0x200d, 0x200c, 0xfe0f, 0x20e3, 0x2019, 0x1f468, 0x1f3fd,
    0x2764, 0x1f1fa, 0x915,  0x94d,  0x937,  0x93f,  0x1100, 0x1161, 0x11a8,  0xac00,
    0x4e2d, 0x3042,  0x3099, 0x627,  0x64b,  0xe33,  0xad,   0x200b, 0xe0067, 0x10ffff};

std::string random_text(ap::Rng& rng) {
  std::string text;
  for (std::uint32_t n = rng.below(40); n > 0; --n) {
    char32_t code = kTricky[rng.below(static_cast<std::uint32_t>(std::size(kTricky)))];
    if (rng.below(4) == 0) {
      code = rng.below(0x110000);
      if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
    }
    append(text, code);
  }
  return text;
}

/// Bytes outside tokens must all be separators: nothing with ink is lost.
bool only_separators(std::string_view gap) {
  for (std::size_t at = 0; at < gap.size();) {
    const auto code = ap::decode(gap, at);
    if (!code) return false;
    if (ap::kind_of(code->value) != ap::CodeKind::kSeparator && !ap::invisible(code->value)) {
      return false;
    }
    at += static_cast<std::size_t>(code->size);
  }
  return true;
}

void check_cover(std::string_view text, const std::vector<ap::Token>& tokens) {
  std::size_t at = 0;
  for (const ap::Token& token : tokens) {
    const auto begin = static_cast<std::size_t>(token.begin);
    const auto end = static_cast<std::size_t>(token.end);
    REQUIRE(at <= begin);
    REQUIRE(begin < end);
    REQUIRE(end <= text.size());
    REQUIRE(text.substr(begin, end - begin) == token.text);
    REQUIRE(only_separators(text.substr(at, begin - at)));
    REQUIRE(ap::valid_utf8(token.text));
    at = end;
  }
  REQUIRE(only_separators(text.substr(at)));
}

TEST_CASE("tokens cover any valid text, in order", "[text][property]") {
  ap::Rng rng(7);
  for (int round = 0; round < 4000; ++round) {
    const std::string text = random_text(rng);
    REQUIRE(ap::valid_utf8(text));
    for (const auto mode : {TokenMode::kWords, TokenMode::kCharacters}) {
      const auto tokens = ap::tokenize(text, mode);
      REQUIRE(tokens.has_value());
      check_cover(text, *tokens);
    }
    REQUIRE(ap::valid_utf8(ap::lower(text)));
    REQUIRE(ap::display_length(text) >= 0);
  }
}

TEST_CASE("a word is made of whole clusters", "[text][property]") {
  ap::Rng rng(8);
  for (int round = 0; round < 2000; ++round) {
    const std::string text = random_text(rng);
    const auto words = ap::tokenize(text, TokenMode::kWords);
    const auto characters = ap::tokenize(text, TokenMode::kCharacters);
    REQUIRE((words.has_value() && characters.has_value()));
    std::vector<bool> edge(text.size() + 1, false);
    for (const ap::Token& c : *characters) {
      edge[static_cast<std::size_t>(c.begin)] = true;
      edge[static_cast<std::size_t>(c.end)] = true;
    }
    for (const ap::Token& w : *words) {
      REQUIRE(edge[static_cast<std::size_t>(w.begin)]);
      REQUIRE(edge[static_cast<std::size_t>(w.end)]);
    }
  }
}

TEST_CASE("any bytes give tokens or an error", "[text][property]") {
  ap::Rng rng(9);
  int refused = 0;
  for (int round = 0; round < 4000; ++round) {
    std::string bytes = random_text(rng);
    for (std::uint32_t n = rng.below(4); n > 0 && !bytes.empty(); --n) {
      bytes[rng.below(static_cast<std::uint32_t>(bytes.size()))] =
          static_cast<char>(rng.below(256));
    }
    const auto tokens = ap::tokenize(bytes, TokenMode::kWords);
    REQUIRE(tokens.has_value() == ap::valid_utf8(bytes));
    if (tokens) check_cover(bytes, *tokens);
    refused += tokens ? 0 : 1;
    REQUIRE(ap::lower(bytes).size() <= bytes.size());
    REQUIRE(ap::display_length(bytes) >= 0);
  }
  CHECK(refused > 1000);
}

TEST_CASE("every code point is read back, one cluster, lowered once", "[text][property]") {
  int wrong = 0;
  for (char32_t code = 1; code <= 0x10ffff; ++code) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    std::string text;
    append(text, code);
    const auto decoded = ap::decode(text, 0);
    const std::string once = ap::lower(text);
    const bool right = decoded && decoded->value == code &&
                       ap::cluster_at(text, 0).end == text.size() && ap::lower(once) == once;
    wrong += right ? 0 : 1;
  }
  CHECK(wrong == 0);
}

}  // namespace
