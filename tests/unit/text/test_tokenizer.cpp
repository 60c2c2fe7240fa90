#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "text/tokenizer.hpp"

namespace {

using ap::TokenMode;
using Texts = std::vector<std::string>;

Texts texts(std::string_view sentence, TokenMode mode = TokenMode::kWords) {
  const auto tokens = ap::tokenize(sentence, mode);
  REQUIRE(tokens.has_value());
  Texts result;
  for (const ap::Token& token : *tokens) result.push_back(token.text);
  return result;
}

TEST_CASE("words: the sentences of the lessons", "[text][tokenizer]") {
  CHECK(texts("I love deep learning") == Texts{"I", "love", "deep", "learning"});
  CHECK(texts("The cat sat on the mat.") == Texts{"The", "cat", "sat", "on", "the", "mat", "."});
  CHECK(
      texts("The animal didn't cross the street because it was tired") ==
      Texts{"The", "animal", "didn't", "cross", "the", "street", "because", "it", "was", "tired"});
  CHECK(texts("J'aime le tennis") == Texts{"J'aime", "le", "tennis"});
  CHECK(texts("It was completed in 1889.") == Texts{"It", "was", "completed", "in", "1889", "."});
  CHECK(texts("The movie was fantastic, but the ending was disappointing") ==
        Texts{"The", "movie", "was", "fantastic", ",", "but", "the", "ending", "was",
              "disappointing"});
}

TEST_CASE("words: what stays inside a word", "[text][tokenizer]") {
  CHECK(texts("l’eau J’aime") == Texts{"l’eau", "J’aime"});
  CHECK(texts("well-known mid-1990s non‑breaking snake_case col·lecció") ==
        Texts{"well-known", "mid-1990s", "non‑breaking", "snake_case", "col·lecció"});
  CHECK(texts("3.14 1,000 10:30 1.2.3") == Texts{"3.14", "1,000", "10:30", "1.2.3"});
  CHECK(texts("U.S. p.m. e.g.") == Texts{"U.S.", "p.m.", "e.g."});
  CHECK(texts("soft\u00adhyphen naïve cafe\u0301") ==
        Texts{"soft\u00adhyphen", "naïve", "cafe\u0301"});
}

TEST_CASE("words: what does not", "[text][tokenizer]") {
  CHECK(texts("dogs' 'tis -5 $5.00 50%") ==
        Texts{"dogs", "'", "'", "tis", "-", "5", "$", "5.00", "50", "%"});
  CHECK(texts("J. Smith, a.b x.y.zed") ==
        Texts{"J", ".", "Smith", ",", "a", ".", "b", "x", ".", "y", ".", "zed"});
  CHECK(texts("1, 2. 3,a 4:") == Texts{"1", ",", "2", ".", "3", ",", "a", "4", ":"});
  CHECK(texts("wait... no -- \"yes\"!?") ==
        Texts{"wait", "...", "no", "--", "\"", "yes", "\"", "!", "?"});
  CHECK(texts("(a+b)=[c]") == Texts{"(", "a", "+", "b", ")", "=", "[", "c", "]"});
}

TEST_CASE("words: scripts", "[text][tokenizer]") {
  CHECK(texts("我爱深度学习。") == Texts{"我", "爱", "深", "度", "学", "习", "。"});
  CHECK(texts("カタカナとgo") == Texts{"カ", "タ", "カ", "ナ", "と", "go"});
  CHECK(texts("か\u3099き") == Texts{"か\u3099", "き"});
  CHECK(texts("مرحبا بالعالم، كيف؟ ٣٫١٤") == Texts{"مرحبا", "بالعالم", "،", "كيف", "؟", "٣٫١٤"});
  CHECK(texts("हिन्दी में लिखो।") == Texts{"हिन्दी", "में", "लिखो", "।"});
  CHECK(texts("안녕하세요 세계") == Texts{"안녕하세요", "세계"});
  CHECK(texts("Привет, мир! Γειά σου") == Texts{"Привет", ",", "мир", "!", "Γειά", "σου"});
}

TEST_CASE("words: emoji, flags and keycaps are one token", "[text][tokenizer]") {
  CHECK(texts("hi👍🏽ok") == Texts{"hi", "👍🏽", "ok"});
  CHECK(texts("👩‍👩‍👧‍👦❤️") == Texts{"👩‍👩‍👧‍👦", "❤️"});
  CHECK(texts("🇺🇸🇩🇪") == Texts{"🇺🇸", "🇩🇪"});
  CHECK(texts("1️⃣2") == Texts{"1️⃣", "2"});
  CHECK(texts("🏴󠁧󠁢󠁥󠁮󠁧󠁿!") == Texts{"🏴󠁧󠁢󠁥󠁮󠁧󠁿", "!"});
}

TEST_CASE("characters: grapheme clusters", "[text][tokenizer]") {
  const auto chars = TokenMode::kCharacters;
  CHECK(texts("a b.", chars) == Texts{"a", "b", "."});
  CHECK(texts("e\u0301o\u0308\u0304", chars) == Texts{"e\u0301", "o\u0308\u0304"});
  CHECK(texts("हिन्दी", chars) == Texts{"हि", "न्दी"});
  CHECK(texts("क्षत्रिय", chars) == Texts{"क्ष", "त्रि", "य"});
  CHECK(texts("\u1112\u1161\u11ab글", chars) == Texts{"\u1112\u1161\u11ab", "글"});
  CHECK(texts("👍🏽🇺🇸🇩🇪x", chars) == Texts{"👍🏽", "🇺🇸", "🇩🇪", "x"});
  CHECK(texts("don't", chars) == Texts{"d", "o", "n", "'", "t"});
}

TEST_CASE("places are bytes in the sentence", "[text][tokenizer]") {
  const std::string sentence = "  Ça va, 猫?";
  const auto tokens = ap::tokenize(sentence, TokenMode::kWords);
  REQUIRE(tokens);
  CHECK(*tokens == std::vector<ap::Token>{
                       {"Ça", 2, 5}, {"va", 6, 8}, {",", 8, 9}, {"猫", 10, 13}, {"?", 13, 14}});
}

TEST_CASE("nothing to see gives no tokens", "[text][tokenizer]") {
  for (const auto mode : {TokenMode::kWords, TokenMode::kCharacters}) {
    CHECK(texts("", mode).empty());
    CHECK(texts(" \t\r\n\u00a0\u3000\u200b\ufeff", mode).empty());
    CHECK(texts(std::string("\x00\x01\x7f\x1b", 4), mode).empty());
    CHECK(texts("\u200d \ufe0f", mode).empty());
    CHECK(texts("a\x01z\u200b!", mode) == Texts{"a", "z", "!"});
  }
}

TEST_CASE("text that is not UTF-8 is refused with its place", "[text][tokenizer]") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"abc\xff", "byte 3"},          {"\x80", "byte 0"},      {"a\xc0\xaf", "byte 1"},
      {"\xed\xa0\x80", "byte 0"},     {"é\xe2\x82", "byte 2"}, {"\xf4\x90\x80\x80", "byte 0"},
      {"\xf0\x80\x80\x80", "byte 0"}, {"ok \xc3(", "byte 3"},
  };
  for (const auto& [text, where] : cases) {
    CHECK_FALSE(ap::valid_utf8(text));
    const auto tokens = ap::tokenize(text, TokenMode::kWords);
    REQUIRE_FALSE(tokens);
    CHECK(tokens.error().code == ap::ErrorCode::kParse);
    CHECK(tokens.error().where == where);
  }
}

TEST_CASE("limits", "[text][tokenizer]") {
  std::string many;
  for (int i = 0; i < ap::kMaxSentenceTokens; ++i) many += "a ";
  CHECK(texts(many).size() == static_cast<std::size_t>(ap::kMaxSentenceTokens));
  const auto one_more = ap::tokenize(many + "b c", TokenMode::kWords);
  REQUIRE_FALSE(one_more);
  CHECK(one_more.error().code == ap::ErrorCode::kTooLarge);
  CHECK(one_more.error().message.find("1026") != std::string::npos);

  const std::string longest(static_cast<std::size_t>(ap::kMaxSentenceBytes), 'x');
  CHECK(texts(longest).size() == 1);
  const auto longer = ap::tokenize(longest + "x", TokenMode::kWords);
  REQUIRE_FALSE(longer);
  CHECK(longer.error().code == ap::ErrorCode::kTooLarge);
  CHECK(longer.error().message.find("65537") != std::string::npos);
}

TEST_CASE("lower case", "[text][unicode]") {
  CHECK(ap::lower("Hello WORLD 1-2") == "hello world 1-2");
  CHECK(ap::lower("ÀÉÎÕÜÞ×÷ß Ÿ ĀĐĽŁŊŒŽ") == "àéîõüþ×÷ß ÿ āđľłŋœž");
  CHECK(ap::lower("ΑΒΓΣΩΆΈΏ") == "αβγσωάέώ");
  CHECK(ap::lower("АЯЁЂҐ") == "аяёђґ");
  CHECK(ap::lower("ẠỆ İ") == "ạệ i");
  CHECK(ap::lower("猫 \xff\xc3") == "猫 \xff\xc3");
  const std::string once = ap::lower("ĀĹĽŊŸŹӀӁΣЯ");
  CHECK(ap::lower(once) == once);
}

TEST_CASE("display length in columns", "[text][unicode]") {
  CHECK(ap::display_length("") == 0);
  CHECK(ap::display_length("cat sat") == 7);
  CHECK(ap::display_length("e\u0301\u0302") == 1);
  CHECK(ap::display_length("猫と한") == 6);
  CHECK(ap::display_length("👩‍👩‍👧‍👦🇺🇸❤️") == 6);
  CHECK(ap::display_length("a\n\u200b") == 1);
  CHECK(ap::display_length("\xff\xfe") == 2);
}

}  // namespace
