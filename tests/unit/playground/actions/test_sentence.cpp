#include <catch2/catch_test_macros.hpp>
#include <limits>

#include "support/playground_samples.hpp"

using namespace ap;
using namespace ap::samples;

namespace {

using Texts = std::vector<std::string>;

bool same_row(const Document& a, int i, const Document& b, int j) {
  return a.query.embeddings->row(i) == b.query.embeddings->row(j);
}

Document with_edit(const Document& d, int row) {
  return after(d, action::SetCell{{{0, Stage::kEmbeddings, 0}, row, 1}, 7.5F});
}

}  // namespace

TEST_CASE("typing keeps the rows of the words that stay, even edited ones") {
  const Document before = with_edit(sentence("the cat sat"), 1);
  const Document d = after(before, action::SetText{.text = "a big cat sat down"});
  REQUIRE(tokens(d) == Texts{"a", "big", "cat", "sat", "down"});
  CHECK(same_row(d, 2, before, 1));
  CHECK(d.query.tokens[2].origin == Origin::kEdited);
  CHECK((*d.query.embeddings)(2, 1) == 7.5F);
  CHECK(same_row(d, 3, before, 2));
  CHECK(d.query.text == "a big cat sat down");
}

TEST_CASE("a word of the list gets its vector, another one a stable seeded one") {
  const Document d = sentence("cat zzyzx zzyzx");
  CHECK(d.query.tokens[0].origin == Origin::kWord);
  CHECK(d.query.tokens[1].origin == Origin::kUnknown);
  CHECK(same_row(d, 1, d, 2));
  float expected[8];
  core_words().copy_vector(*core_words().find("cat"), expected, 8);
  for (int j = 0; j < 8; ++j) CHECK((*d.query.embeddings)(0, j) == expected[j]);
}

TEST_CASE("mask rows and columns follow their tokens") {
  Document d = after(sentence("the cat sat on"), action::PaintMask{.row = 1, .col = 3});
  const float hidden = -std::numeric_limits<float>::infinity();
  d = after(d, action::MoveToken{.from = 1, .to = 0});
  REQUIRE(tokens(d) == Texts{"cat", "the", "sat", "on"});
  CHECK((*d.mask)(0, 3) == hidden);
  CHECK((*d.mask)(1, 3) == 0.0F);
  d = after(d, action::InsertToken{.index = 1, .text = "big"});
  REQUIRE(tokens(d) == Texts{"cat", "big", "the", "sat", "on"});
  CHECK((*d.mask)(0, 4) == hidden);
  // A word put in another's place stands under the same mask.
  d = after(d, action::SetToken{.index = 0, .text = "dog"});
  CHECK((*d.mask)(0, 4) == hidden);
  d = after(d, action::DeleteToken{.index = 0});
  CHECK(d.mask == nullptr);
}

TEST_CASE("token edits change the text around them as little as possible") {
  const Document d = sentence("The cat, it sat.");
  REQUIRE(tokens(d) == Texts{"The", "cat", ",", "it", "sat", "."});
  CHECK(after(d, action::SetToken{.index = 1, .text = "dog"}).query.text == "The dog, it sat.");
  CHECK(after(d, action::DeleteToken{.index = 2}).query.text == "The cat it sat.");
  CHECK(after(d, action::InsertToken{.index = 1, .text = "big"}).query.text ==
        "The big cat, it sat.");
  const Document two = after(d, action::SetToken{.index = 0, .text = "A small"});
  CHECK(two.query.text == "A small cat, it sat.");
  CHECK(two.query.size() == 7);
}

TEST_CASE("a sentence can be emptied and written again") {
  Document d = sentence("cat");
  d = after(d, action::DeleteToken{.index = 0});
  CHECK(d.query.size() == 0);
  CHECK(d.query.embeddings->cols() == 8);
  d = after(d, action::InsertToken{.index = 0, .text = "dog"});
  CHECK(d.query.text == "dog");
  CHECK(tokens(after(d, action::SetText{.text = ""})).empty());
}

TEST_CASE("one-hot rows stay one-hot when the sentence or the width changes") {
  Document d = after(sentence("the cat sat", 8, 1),
                     action::Fill{.tensor = {0, Stage::kEmbeddings, 0}, .kind = FillKind::kOneHot});
  CHECK(d.query.tokens[0].origin == Origin::kIdentity);
  d = after(d, action::SetText{.text = "the big cat sat"});
  CHECK(d.query.tokens[1].origin == Origin::kIdentity);
  for (int i = 0; i < 4; ++i) CHECK(d.query.embeddings->row(i).sum() == 1.0F);
  CHECK(d.query.embeddings->colwise().sum().maxCoeff() == 1.0F);
  d = after(d, action::SetWidth{5});
  CHECK(d.query.embeddings->colwise().sum().maxCoeff() == 1.0F);
}

TEST_CASE("learned positions grow with the sentence; padding and cache shrink with it") {
  Document d = sentence("the cat sat on the mat");
  d = after(d, action::SetPositions{.kind = PositionKind::kLearned});
  CHECK(d.model.positions.learned->rows() == 6);
  d = after(d, action::SetText{.text = "the cat sat on the mat and slept"});
  CHECK(d.model.positions.learned->rows() == 8);
  d = after(d, action::SetCausal{true});
  d = after(d, action::SetCached{7});
  d = after(d, action::SetKvLength{8});
  d = after(d, action::SetText{.text = "the cat"});
  CHECK(d.cached == 1);
  CHECK(d.kv_length == 2);
}

TEST_CASE("characters as tokens, and back") {
  Document d = after(sentence("a cat"), action::SetTokenMode{TokenMode::kCharacters});
  CHECK(tokens(d) == Texts{"a", "c", "a", "t"});
  CHECK(d.query.text == "a cat");
  d = after(d, action::SetTokenMode{TokenMode::kWords});
  CHECK(tokens(d) == Texts{"a", "cat"});
}

TEST_CASE("cross-attention brings a source sentence, and keeps it while off") {
  Document d = sentence("le tennis");
  CHECK(error_of(d, action::SetText{Side::kSource, "x"}).code == ErrorCode::kUnsupported);
  d = after(d, action::PaintMask{});
  d = after(d, action::SetCross{true, "I love tennis"});
  CHECK(d.source.size() == 3);
  CHECK(d.mask == nullptr);
  d = after(d, action::PaintMask{.row = 1, .col = 2});
  d = after(d, action::SetText{Side::kSource, "I tennis"});
  CHECK((*d.mask)(1, 1) < 0.0F);
  d = after(d, action::SetCross{false, ""});
  CHECK(input_of(d).keys() == 2);
  d = after(d, action::SetCross{true, ""});
  CHECK(d.source.text == "I tennis");
}

TEST_CASE("sentences that are too long or not text are refused") {
  const Document d = sentence("the cat");
  std::string many;
  for (int i = 0; i < 20000; ++i) many += "a ";
  CHECK(error_of(d, action::SetText{.text = many}).code == ErrorCode::kTooLarge);
  CHECK(error_of(d, action::SetText{.text = std::string(100'000'000, 'a')}).code ==
        ErrorCode::kTooLarge);
  CHECK(error_of(d, action::SetText{.text = "\xff\xfe"}).code == ErrorCode::kParse);
  CHECK(error_of(d, action::SetToken{.index = 2, .text = "x"}).code == ErrorCode::kNotFound);
  CHECK(error_of(d, action::SetToken{.index = 0, .text = " "}).code == ErrorCode::kRange);
  CHECK(error_of(d, action::DeleteToken{.index = -1}).code == ErrorCode::kNotFound);
  CHECK(error_of(d, action::MoveToken{.from = 0, .to = 9}).where == "to");
}

TEST_CASE("reset brings the word's own vector back") {
  const Document before = sentence("the cat");
  const Document d = after(with_edit(before, 1), action::ResetEmbedding{.index = 1});
  CHECK(d == before);
  CHECK(error_of(before, action::ResetEmbedding{.index = 5}).code == ErrorCode::kNotFound);
}
