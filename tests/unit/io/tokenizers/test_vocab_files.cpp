#include <catch2/catch_test_macros.hpp>
#include <map>

#include "io/tokenizers/files.hpp"

using namespace ap;

namespace {

constexpr std::string_view kWords = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\ncat\n##s\n!\n";
constexpr std::string_view kIds =
    R"({"h":0,"e":1,"he":2,"\u0120":3,"\u0120he":4,"<|endoftext|>":5})";
constexpr std::string_view kMerges = "#version: 0.2\nh e\n\u0120 he\n";

std::vector<int> ids(const Result<OpenedTokenizer>& opened, std::string_view text) {
  REQUIRE(opened.has_value());
  return opened->tokenizer.encode(text)->ids();
}

}  // namespace

TEST_CASE("vocab.txt is BERT's; capitals as the vocabulary or the configuration has them") {
  const auto lower = read_vocab_txt(kWords);
  CHECK(ids(lower, "The cats [MASK]!") == std::vector<int>{2, 5, 6, 7, 4, 8, 3});
  REQUIRE(lower->notes.size() == 1);
  CHECK(lower->notes[0].find("lower case") != std::string::npos);
  const auto cased = read_vocab_txt(kWords, R"({"do_lower_case": false})");
  CHECK(ids(cased, "The cats") == std::vector<int>{2, 1, 6, 7, 3});
  CHECK(cased->notes.empty());
  const auto by_itself = read_vocab_txt(std::string(kWords) + "The\r\n");
  CHECK(ids(by_itself, "The") == std::vector<int>{2, 9, 3});
  CHECK(lower->tokenizer.mask() == 4);
  CHECK(lower->tokenizer.decode(ids(lower, "the cats!"), true) == "the cats!");
  const auto other = read_vocab_txt("the\ncat\n[UNK]\n");
  REQUIRE(!other.has_value());
  CHECK(other.error().message.find("[CLS]") != std::string::npos);
}

TEST_CASE("vocab.json with merges.txt, under either name; RoBERTa by its tokens") {
  const auto opened = read_vocab_and_merges(kIds, kMerges);
  CHECK(ids(opened, "he he<|endoftext|>") == std::vector<int>{2, 4, 5});
  CHECK(opened->tokenizer.eos() == 5);
  const std::map<std::string, std::string, std::less<>> files = {
      {"encoder.json", std::string(kIds)}, {"vocab.bpe", std::string(kMerges)}};
  CHECK(ids(read_tokenizer(files), " he") == std::vector<int>{4});
  const auto roberta = read_vocab_and_merges(
      R"({"<s>":0,"<pad>":1,"</s>":2,"<unk>":3,"h":4,"e":5,"he":6,"<mask>":7})", "h e\n");
  CHECK(ids(roberta, "he <mask>") == std::vector<int>{0, 6, 7, 2});
  CHECK(roberta->tokenizer.mask() == 7);

  const auto bad = read_vocab_and_merges(kIds, "#version: 0.2\nh e\nhe\n");
  REQUIRE(!bad.has_value());
  CHECK(bad.error().where == "merges.txt");
  CHECK(bad.error().message == "line 3 is not two pieces");
  const auto twice = read_vocab_and_merges(R"({"a":0,"b":0})", "");
  REQUIRE(!twice.has_value());
  CHECK(twice.error().message.find("share the id 0") != std::string::npos);
}

TEST_CASE("which files are looked for is said") {
  const auto none = read_tokenizer({{"config.json", "{}"}});
  REQUIRE(!none.has_value());
  CHECK(none.error().code == ErrorCode::kNotFound);
  CHECK(none.error().message.find("tokenizer.json, vocab.json with merges.txt") !=
        std::string::npos);
  const auto pieces = read_tokenizer({{"tokenizer.model", "x"}});
  REQUIRE(!pieces.has_value());
  CHECK(pieces.error().code == ErrorCode::kUnsupported);
}

TEST_CASE("tokenizer.json: what is ignored is noted, special tokens are named") {
  constexpr std::string_view kJson = R"({
    "truncation": {"max_length": 8}, "padding": null,
    "added_tokens": [{"id": 2, "content": "<s>", "special": true},
                     {"id": 3, "content": "[END]", "special": true}],
    "pre_tokenizer": {"type": "Whitespace"},
    "post_processor": {"type": "BertProcessing", "sep": ["[END]", 3], "cls": ["<s>", 2]},
    "model": {"type": "WordLevel", "vocab": {"a": 0, "[UNK]": 1}, "unk_token": "[UNK]"}})";
  const auto opened = read_tokenizer_json(kJson, R"({"eos_token": {"content": "[END]"},
                                                    "pad_token": "none"})");
  CHECK(ids(opened, "a b") == std::vector<int>{2, 0, 1, 3});
  CHECK(opened->tokenizer.bos() == 2);
  CHECK(opened->tokenizer.eos() == 3);
  CHECK(!opened->tokenizer.pad());
  REQUIRE(opened->notes.size() == 2);
  CHECK(opened->notes[0].find("truncation") != std::string::npos);
  CHECK(opened->notes[1].find("none") != std::string::npos);
}
