// What a Tokenizer answers, on small ones made by hand. That ids are Hugging Face's: tests/cli.
#include <catch2/catch_test_macros.hpp>
#include <random>

#include "text/tokenizers/byte_level.hpp"
#include "text/tokenizers/tokenizer.hpp"
#include "text/unicode.hpp"
#include "text/unicode/unicode_data.hpp"

using namespace ap;

namespace {

std::string letters_of(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) append_utf8(byte_letter(static_cast<unsigned char>(c)), out);
  return out;
}

/// All bytes, " t", "he", " the", "ll", "\u00e9".
TokenizerSpec byte_spec() {
  TokenizerSpec spec;
  for (int b = 0; b < 256; ++b)
    spec.vocabulary.emplace_back(letters_of(std::string(1, static_cast<char>(b))), b);
  const auto merge = [&](std::string_view left, std::string_view right) {
    spec.merges.emplace_back(letters_of(left), letters_of(right));
    spec.vocabulary.emplace_back(letters_of(std::string(left) + std::string(right)),
                                 static_cast<int>(spec.vocabulary.size()));
  };
  merge("h", "e");
  merge(" ", "t");
  merge(" t", "he");
  merge("l", "l");
  merge("\xc3", "\xa9");
  CutStep cut;
  cut.kind = CutKind::kByteLevel;
  spec.cut.push_back(cut);
  DecodeStep decode;
  decode.kind = DecodeKind::kByteLevel;
  spec.decode.push_back(decode);
  spec.added.push_back({261, "<|end|>", true});
  return spec;
}

/// "\u2581" for a space, a few letters, the rest as bytes.
TokenizerSpec piece_spec(bool bytes) {
  TokenizerSpec spec;
  const auto add = [&](std::string text) {
    spec.vocabulary.emplace_back(std::move(text), static_cast<int>(spec.vocabulary.size()));
  };
  add("<unk>");
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (unsigned b = 0; b < 256 && bytes; ++b)
    add(std::string("<0x") + kDigits[b / 16] + kDigits[b % 16] + ">");
  for (const char* text : {"\u2581", "a", "b", "ab", "\u2581ab"}) add(text);
  spec.merges = {{"a", "b"}, {"\u2581", "ab"}};
  spec.byte_fallback = bytes;
  spec.fuse_unknown = true;
  if (bytes) spec.unknown = "<unk>";
  CleanStep clean;
  clean.kind = CleanKind::kPrepend;
  clean.content = "\u2581";
  spec.clean.push_back(clean);
  clean.kind = CleanKind::kReplace;
  clean.pattern = " ";
  spec.clean.push_back(clean);
  DecodeStep decode;
  decode.kind = DecodeKind::kReplace;
  decode.pattern = "\u2581";
  decode.content = " ";
  spec.decode.push_back(decode);
  decode.kind = DecodeKind::kByteFallback;
  spec.decode.push_back(decode);
  decode.kind = DecodeKind::kFuse;
  spec.decode.push_back(decode);
  decode.kind = DecodeKind::kStrip;
  decode.content = " ";
  decode.start = 1;
  spec.decode.push_back(decode);
  return spec;
}

Tokenizer make(TokenizerSpec spec) {
  auto made = Tokenizer::make(std::move(spec));
  REQUIRE(made.has_value());
  return *made;
}

std::string refusal(TokenizerSpec spec) {
  const auto made = Tokenizer::make(std::move(spec));
  REQUIRE(!made.has_value());
  return made.error().where + ": " + made.error().message;
}

void replay(const WordStory& story) {
  std::vector<WordStory::Part> parts = story.start;
  for (const MergeStep& step : story.steps) {
    const auto at = static_cast<std::size_t>(step.at);
    REQUIRE(parts.at(at).id == step.left);
    REQUIRE(parts.at(at + 1).id == step.right);
    parts[at] = {step.result, parts[at].bytes + parts[at + 1].bytes};
    parts.erase(parts.begin() + step.at + 1);
  }
  REQUIRE(parts.size() == story.end.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    CHECK(parts[i].id == story.end[i].id);
    CHECK(parts[i].bytes == story.end[i].bytes);
  }
}

}  // namespace

TEST_CASE("pieces of byte-level merges have spans, bytes, texts and a story") {
  const Tokenizer tokenizer = make(byte_spec());
  const std::string text = "well the \u00e9\u65e5<|end|>\n";
  const auto encoding = tokenizer.encode(text);
  REQUIRE(encoding.has_value());
  std::uint32_t end = 0;
  std::string bytes;
  for (std::size_t i = 0; i < encoding->pieces.size(); ++i) {
    const Piece& piece = encoding->pieces[i];
    CHECK(piece.begin == end);
    end = piece.end;
    CHECK(tokenizer.bytes(piece.id) == text.substr(piece.begin, piece.end - piece.begin));
    bytes += tokenizer.bytes(piece.id);
    const auto story = tokenizer.explain(text, static_cast<int>(i));
    REQUIRE(story.has_value());
    replay(*story);
  }
  CHECK(bytes == text);
  CHECK(tokenizer.decode(encoding->ids()) == text);
  CHECK(tokenizer.piece_text(258) == "\u00b7the");
  CHECK(tokenizer.text(258) == " the");
  CHECK(tokenizer.piece_text(0xc3) == "\u27e8C3\u27e9");
  CHECK(tokenizer.text(0xc3) == "\ufffd");
  CHECK(tokenizer.piece_text('\n') == "\u27e8LF\u27e9");
  CHECK(tokenizer.piece_text(0x7f) == "\u27e87F\u27e9");
  CHECK(tokenizer.piece_text(261) == "<|end|>");
  CHECK(tokenizer.special(261));
  CHECK(tokenizer.decode(std::vector<int>{'a', 261, 'b'}, true) == "ab");
  const WordStory the = tokenizer.explain(258);
  CHECK(the.steps.size() == 3);
  CHECK(the.end.size() == 1);
  replay(the);
  CHECK(!tokenizer.explain(text, 1000).has_value());
}

TEST_CASE("any bytes come back as they were, ill-formed ones as U+FFFD") {
  const Tokenizer tokenizer = make(byte_spec());
  std::mt19937 random(5);
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (unsigned i = random() % 40; i > 0; --i)
      text += static_cast<char>(random() % 3 == 0 ? random() % 256 : " thelx\n"[random() % 7]);
    const auto encoding = tokenizer.encode(text);
    REQUIRE(encoding.has_value());
    const std::string said = tokenizer.decode(encoding->ids());
    REQUIRE(valid_utf8(said));
    REQUIRE((encoding->replaced == 0) == valid_utf8(text));
    if (encoding->replaced == 0) REQUIRE(said == text);
    std::uint32_t end = 0;
    for (const Piece& piece : encoding->pieces) {
      REQUIRE(piece.begin <= piece.end);
      REQUIRE(piece.end <= text.size());
      REQUIRE(piece.end >= end);
      end = piece.end;
    }
  }
}

TEST_CASE("bytes stand in for characters without a token, or they are counted") {
  const Tokenizer tokenizer = make(piece_spec(true));
  const auto encoding = tokenizer.encode("ab \u00e9");
  REQUIRE(encoding.has_value());
  CHECK(encoding->ids() == std::vector<int>{261, 257, 1 + 0xc3, 1 + 0xa9});
  CHECK(encoding->pieces[0].begin == 0);
  CHECK(encoding->pieces[0].end == 2);
  CHECK(encoding->pieces[1].begin == 2);
  CHECK(encoding->pieces[3].end == 5);
  CHECK(tokenizer.decode(encoding->ids()) == "ab \u00e9");
  CHECK(tokenizer.piece_text(1 + 0xc3) == "\u27e8C3\u27e9");
  CHECK(tokenizer.piece_text(261) == "\u00b7ab");
  CHECK(tokenizer.text(1 + 'x') == "x");

  // A text without words to cut is one word: of a long one only the piece is told, at once.
  std::string longer;
  while (longer.size() < 200'000) longer += "ab b ";
  const auto story = tokenizer.explain(longer, 60'000);
  REQUIRE(story.has_value());
  CHECK(story->end.size() == 1);
  replay(*story);

  const auto few = make(piece_spec(false)).encode("aXb\u00e9");
  REQUIRE(few.has_value());
  CHECK(few->dropped == 2);
  // As Hugging Face has it: what stands on both sides of the gap merges.
  CHECK(few->ids() == std::vector<int>{5});
}

TEST_CASE("added tokens: the longest, with their space, not inside words") {
  TokenizerSpec spec = byte_spec();
  spec.added.push_back({262, "<|end|>>", true});
  spec.added.push_back({263, "<m>", true, false, true, false, false});
  spec.added.push_back({264, "<r>", true, false, false, true, false});
  spec.added.push_back({265, "cat", false, false, false, false, true});
  const Tokenizer tokenizer = make(std::move(spec));
  const auto ids = [&](std::string_view text) { return tokenizer.encode(text)->ids(); };
  CHECK(ids("<|end|>>") == std::vector<int>{262});
  CHECK(ids("a  <m>b") == std::vector<int>{'a', 263, 'b'});
  CHECK(ids("a<r> \n b") == std::vector<int>{'a', 264, 'b'});
  CHECK(ids("cat") == std::vector<int>{265});
  CHECK(ids("cats") == std::vector<int>{'c', 'a', 't', 's'});
  CHECK(ids("-cat-") == std::vector<int>{'-', 265, '-'});
  const auto spaces = tokenizer.encode("a  <m>b");
  CHECK(spaces->pieces[1].begin == 1);
  CHECK(spaces->pieces[1].end == 6);
  CHECK(spaces->pieces[1].word == -1);
}

TEST_CASE("WordPiece takes the longest from the left; words are whole") {
  TokenizerSpec spec;
  spec.model = TokenModel::kWordPiece;
  spec.vocabulary = {{"[UNK]", 0}, {"un", 1}, {"##aff", 2}, {"##able", 3}, {"unaff", 4}};
  spec.unknown = "[UNK]";
  spec.continuing_prefix = "##";
  CutStep cut;
  cut.kind = CutKind::kBert;
  spec.cut.push_back(cut);
  DecodeStep decode;
  decode.kind = DecodeKind::kWordPiece;
  decode.pattern = "##";
  spec.decode.push_back(decode);
  const Tokenizer pieces = make(spec);
  const auto encoding = pieces.encode("unaffable un! ");
  CHECK(encoding->ids() == std::vector<int>{4, 3, 1, 0});
  CHECK(encoding->pieces[1].begin == 5);
  CHECK(encoding->pieces[3].begin == 12);
  CHECK(pieces.decode(encoding->ids()) == "unaffable un [UNK]");
  CHECK(pieces.text(3) == "able");
  const auto story = pieces.explain("unaffable", 0);
  REQUIRE(story.has_value());
  CHECK(story->steps.size() == 2);
  CHECK(story->end.size() == 2);

  spec.model = TokenModel::kWords;
  spec.unknown.reset();
  const Tokenizer words = make(spec);
  CHECK(words.encode("un unaff")->ids() == std::vector<int>{1, 4});
  const auto missing = words.encode("un x");
  REQUIRE(!missing.has_value());
  CHECK(missing.error().message.find("\"x\"") != std::string::npos);
}

TEST_CASE("scores: the pair whose union scores highest, bytes for the rest") {
  TokenizerSpec spec;
  spec.model = TokenModel::kScores;
  spec.vocabulary = {{"a", 0}, {"b", 1}, {"c", 2}, {"ab", 3}, {"bc", 4}, {"abc", 5}};
  spec.scores = {0, 0, 0, -2, -1, -5};
  const Tokenizer tokenizer = make(spec);
  CHECK(tokenizer.encode("ab")->ids() == std::vector<int>{3});
  CHECK(tokenizer.encode("abc")->ids() == std::vector<int>{5});
  CHECK(tokenizer.encode("abcab")->ids() == std::vector<int>{5, 3});
  const auto story = tokenizer.explain("abc", 0);
  REQUIRE(story->steps.size() == 2);
  CHECK(story->steps[0].result == 4);
  CHECK(story->steps[0].score == -1.0F);
  replay(*story);
  spec.scores[3] = std::numeric_limits<float>::quiet_NaN();
  CHECK(refusal(spec).find("not finite") != std::string::npos);
  spec.scores.pop_back();
  CHECK(refusal(spec).find("6 tokens and 5 scores") != std::string::npos);
}

TEST_CASE("what contradicts itself is refused, and where") {
  TokenizerSpec spec = byte_spec();
  spec.vocabulary.emplace_back("zz", 7);
  CHECK(refusal(spec).find("share the id 7") != std::string::npos);
  spec = byte_spec();
  spec.vocabulary.emplace_back("zz", -1);
  CHECK(refusal(spec).find("has the id -1") != std::string::npos);
  spec = byte_spec();
  spec.merges.emplace_back("a", "nothing");
  CHECK(refusal(spec).find("model.merges: merge 5") != std::string::npos);
  spec = byte_spec();
  spec.unknown = "nothing";
  CHECK(refusal(spec).find("\"nothing\"") != std::string::npos);
  spec = byte_spec();
  spec.added.push_back({5, "other", true});
  CHECK(refusal(spec).find("added_tokens: added token \"other\"") != std::string::npos);
  spec = byte_spec();
  spec.before = {99999};
  CHECK(refusal(spec).find("token 99999") != std::string::npos);
  CHECK(refusal(TokenizerSpec{}).find("no tokens") != std::string::npos);
  const Tokenizer tokenizer = make(byte_spec());
  const auto large = tokenizer.encode(std::string(kMaxTokenizedBytes + 1, 'a'));
  REQUIRE(!large.has_value());
  CHECK(large.error().code == ErrorCode::kTooLarge);
}
