// GGUF's tokenizers: by the values of a real file (GPT-2's, llama.cpp's own test texts), and each
// kind against the same vocabulary as tokenizer.json would have it.
#include <catch2/catch_test_macros.hpp>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "text/tokenizers/gguf.hpp"

using namespace ap;

namespace {

/// The few values of a GGUF that a vocabulary needs: enough for the file of this test.
class Values {
 public:
  explicit Values(std::string bytes) : bytes_(std::move(bytes)) {}

  GgufTokenizerData read() {
    GgufTokenizerData out;
    at_ = 16;
    for (auto count = number<std::uint64_t>(); count > 0; --count) {
      const std::string key = text();
      const auto type = number<std::uint32_t>();
      if (key == "tokenizer.ggml.model") {
        out.model = text();
      } else if (key == "tokenizer.ggml.pre") {
        out.pre = text();
      } else if (key == "tokenizer.ggml.tokens" || key == "tokenizer.ggml.merges") {
        REQUIRE(number<std::uint32_t>() == 8);
        auto& list = key.ends_with("tokens") ? out.tokens : out.merges;
        for (auto n = number<std::uint64_t>(); n > 0; --n) list.push_back(text());
      } else if (key == "tokenizer.ggml.token_type") {
        REQUIRE(number<std::uint32_t>() == 5);
        for (auto n = number<std::uint64_t>(); n > 0; --n)
          out.types.push_back(number<std::int32_t>());
      } else if (key == "tokenizer.ggml.bos_token_id") {
        out.bos = static_cast<int>(number<std::uint32_t>());
      } else {
        skip(type);
      }
    }
    return out;
  }

 private:
  template <class T>
  T number() {
    T value{};
    REQUIRE(at_ + sizeof value <= bytes_.size());
    std::memcpy(&value, bytes_.data() + at_, sizeof value);
    at_ += sizeof value;
    return value;
  }
  std::string text() {
    const auto size = static_cast<std::size_t>(number<std::uint64_t>());
    REQUIRE(at_ + size <= bytes_.size());
    at_ += size;
    return bytes_.substr(at_ - size, size);
  }
  void skip(std::uint32_t type) {
    static constexpr std::size_t kSizes[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
    REQUIRE(type < 13);
    REQUIRE(type != 9);
    if (type == 8) {
      text();
    } else {
      at_ += kSizes[type];
    }
  }

  std::string bytes_;
  std::size_t at_ = 0;
};

std::string file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// "\u2581" and letters with scores that fall as the merges' ranks rise.
GgufTokenizerData pieces() {
  GgufTokenizerData data;
  data.model = "llama";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto add = [&](std::string text, float score, int type) {
    data.tokens.push_back(std::move(text));
    data.scores.push_back(score);
    data.types.push_back(type);
  };
  add("<unk>", 0, 2);
  add("<s>", 0, 3);
  add("</s>", 0, 3);
  for (unsigned b = 0; b < 256; ++b)
    add(std::string("<0x") + kDigits[b / 16] + kDigits[b % 16] + ">", 0, 6);
  float score = -1;
  for (const char* text : {"ab", "\u2581a", "abc", "\u2581ab", "cc", "\u2581\u2581"})
    add(text, score--, 1);
  for (const char* text : {"\u2581", "a", "b", "c"}) add(text, -1e6F, 1);
  data.bos = 1;
  data.eos = 2;
  data.unknown = 0;
  return data;
}

/// The same as merges.
Tokenizer merges_of(const GgufTokenizerData& data) {
  TokenizerSpec spec;
  for (std::size_t id = 0; id < data.tokens.size(); ++id)
    spec.vocabulary.emplace_back(data.tokens[id], static_cast<int>(id));
  spec.merges = {{"a", "b"},       {"\u2581", "a"}, {"ab", "c"},         {"\u2581a", "b"},
                 {"\u2581", "ab"}, {"c", "c"},      {"\u2581", "\u2581"}};
  spec.byte_fallback = true;
  spec.before = {1};
  CleanStep clean;
  clean.kind = CleanKind::kPrepend;
  clean.content = "\u2581";
  spec.clean.push_back(clean);
  clean.kind = CleanKind::kReplace;
  clean.pattern = " ";
  spec.clean.push_back(clean);
  auto made = Tokenizer::make(std::move(spec));
  REQUIRE(made.has_value());
  return *made;
}

std::string refusal(const GgufTokenizerData& data) {
  const auto made = tokenizer_from_gguf(data);
  REQUIRE(!made.has_value());
  return made.error().where + ": " + made.error().message;
}

}  // namespace

TEST_CASE("llama: scores cut as the merges of the same order") {
  const GgufTokenizerData data = pieces();
  const auto scored = tokenizer_from_gguf(data);
  REQUIRE(scored.has_value());
  const Tokenizer merged = merges_of(data);
  std::mt19937 random(8);
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (auto i = random() % 60; i > 0; --i) text += "aabbcc  \u00e9x"[random() % 11];
    const auto encoding = scored->encode(text);
    REQUIRE(encoding.has_value());
    REQUIRE(encoding->ids() == merged.encode(text)->ids());
    if (encoding->replaced == 0) REQUIRE(scored->decode(encoding->ids(), true) == text);
  }
  CHECK(scored->encode("ab</s>")->ids() == std::vector<int>{1, 262, 2});
}

TEST_CASE("llama: a letter without a token of its own still merges") {
  GgufTokenizerData data = pieces();
  data.tokens[259] = "xy";
  data.add_bos = false;
  data.add_space_prefix = false;
  const auto made = tokenizer_from_gguf(data);
  REQUIRE(made.has_value());
  CHECK(made->encode("xyx")->ids() == std::vector<int>{259, 3 + 'x'});
}

TEST_CASE("bert: a word's beginning is marked instead of its rest") {
  GgufTokenizerData data;
  data.model = "bert";
  data.tokens = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "\u2581un", "able", "\u2581cat", "\u2581!"};
  data.types = {3, 3, 3, 3, 1, 1, 1, 1};
  data.unknown = 1;
  data.cls = 2;
  data.separator = 3;
  const auto made = tokenizer_from_gguf(data);
  REQUIRE(made.has_value());
  CHECK(made->encode("Unable cat! dog")->ids() == std::vector<int>{2, 4, 5, 6, 7, 1, 3});
  CHECK(made->decode(std::vector<int>{4, 5, 6}) == "unable cat");
}

TEST_CASE("gpt2: the pattern by its name, and what it puts around a text") {
  GgufTokenizerData data;
  data.model = "gpt2";
  for (const char* text : {"1", "2", "a", "\u0120", "12", "\u0120a", "<|b|>", "<|e|>", "aa"})
    data.tokens.emplace_back(text);
  data.types = {1, 1, 1, 1, 1, 1, 3, 3, 1};
  data.merges = {"1 2", "\u0120 a"};
  data.bos = 6;
  data.eos = 7;
  const auto ids = [&](std::string_view pre, std::string_view text) {
    data.pre = pre;
    const auto made = tokenizer_from_gguf(data);
    REQUIRE(made.has_value());
    return made->encode(text)->ids();
  };
  CHECK(ids("gpt-2", "12 a<|e|>") == std::vector<int>{4, 5, 7});
  CHECK(ids("smollm", "12 a") == std::vector<int>{0, 1, 5});
  CHECK(ids("qwen2", "12 a") == std::vector<int>{0, 1, 5});
  CHECK(ids("qwen2", "aa") == std::vector<int>{2, 2});
  CHECK(ids("llama-bpe", "12aa") == std::vector<int>{6, 4, 8});
  CHECK(ids("roberta-bpe", "12") == std::vector<int>{4, 7});
  data.add_bos = false;
  CHECK(ids("llama-bpe", "a") == std::vector<int>{2});
}

TEST_CASE("what a GGUF says and this program does not know is refused by name") {
  GgufTokenizerData data = pieces();
  data.model = "t5";
  CHECK(refusal(data).find("is \"t5\"") != std::string::npos);
  data.model = "";
  CHECK(refusal(data).find("names no kind") != std::string::npos);
  data.model = "gpt2";
  data.pre = "something";
  CHECK(refusal(data).find("tokenizer.ggml.pre: names the pattern \"something\"") !=
        std::string::npos);
  data.pre = "gpt-2";
  data.merges = {"ab"};
  CHECK(refusal(data).find("entry 0 is not two pieces") != std::string::npos);
  data = pieces();
  data.scores.pop_back();
  CHECK(refusal(data).find("tokenizer.ggml.scores") != std::string::npos);
  data = pieces();
  data.types.pop_back();
  CHECK(refusal(data).find("tokenizer.ggml.token_type") != std::string::npos);
  data = pieces();
  data.eos = 5000;
  CHECK(refusal(data).find("names token 5000") != std::string::npos);
  CHECK(refusal({.model = "llama"}).find("has no tokens") != std::string::npos);
}

TEST_CASE("GPT-2's vocabulary: the 46 texts of llama.cpp") {
  const std::filesystem::path path = "../shared/models/vocab-gpt2/ggml-vocab-gpt-2.gguf";
  if (!std::filesystem::exists(path)) SKIP("no " + path.string());
  const auto made = tokenizer_from_gguf(Values(file(path)).read());
  REQUIRE(made.has_value());
  const std::string texts = file(path.string() + ".inp");
  std::istringstream answers(file(path.string() + ".out"));
  constexpr std::string_view kBetween = "\n__ggml_vocab_test__\n";
  int count = 0;
  // The line stands after every text, the last one too.
  for (std::size_t at = 0; at < texts.size(); ++count) {
    const std::size_t end = texts.find(kBetween, at);
    REQUIRE(end != std::string::npos);
    std::string line;
    std::getline(answers, line);
    std::istringstream numbers(line);
    std::vector<int> ids;
    for (int id = 0; numbers >> id;) ids.push_back(id);
    const std::string text = texts.substr(at, end - at);
    CHECK(made->encode(text)->ids() == ids);
    CHECK(made->decode(ids) == text);
    at = end + kBetween.size();
  }
  CHECK(count == 46);
}
