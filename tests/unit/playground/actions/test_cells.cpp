#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <limits>

#include "support/playground_samples.hpp"

using namespace ap;
using namespace ap::samples;

namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

CellId cell(Stage stage, int row, int col, int head = 0, int layer = 0) {
  return {{layer, stage, head}, row, col};
}

}  // namespace

TEST_CASE("a cell of one head's slice lands in that head's columns") {
  const Document before = sentence("the cat", 8, 2);
  const Document d = after(before, action::SetCell{cell(Stage::kWq, 3, 1, 1), 0.25F});
  CHECK((*d.model.layers[0].q.weight)(3, 5) == 0.25F);
  Matrix expected = *before.model.layers[0].q.weight;
  expected(3, 5) = 0.25F;
  CHECK(*d.model.layers[0].q.weight == expected);
}

TEST_CASE("the old document is untouched and shares what did not change") {
  const Document before = sentence("the cat");
  const Document copy = before;
  const Document d = after(before, action::SetCell{cell(Stage::kWk, 0, 0), 3});
  CHECK(before == copy);
  CHECK_FALSE(d == before);
  CHECK(d.model.layers[0].q.weight == before.model.layers[0].q.weight);
}

TEST_CASE("cells refuse what is not a number within the limit") {
  const Document d = sentence("the cat");
  for (const Stage stage : {Stage::kWq, Stage::kWo, Stage::kEmbeddings}) {
    CHECK(error_of(d, action::SetCell{cell(stage, 0, 0), kNan}).code == ErrorCode::kNotFinite);
    CHECK(error_of(d, action::SetCell{cell(stage, 0, 0), -kInfinity}).code ==
          ErrorCode::kNotFinite);
    CHECK(error_of(d, action::SetCell{cell(stage, 0, 0), 1.5e6F}).code == ErrorCode::kRange);
    CHECK(error_of(d, action::SetCell{cell(stage, 100, 0), 1}).code == ErrorCode::kNotFound);
    CHECK(error_of(d, action::SetCell{cell(stage, 0, -1), 1}).code == ErrorCode::kNotFound);
  }
  CHECK(error_of(d, action::SetCell{cell(Stage::kWq, 0, 0, 2), 1}).where == "head");
  CHECK(error_of(d, action::SetCell{cell(Stage::kWq, 0, 0, 0, 1), 1}).where == "layer");
  CHECK(error_of(d, action::SetCell{cell(Stage::kBq, 0, 0), 1}).code == ErrorCode::kNotFound);
  CHECK(error_of(d, action::SetCell{cell(Stage::kTemperature, 0, 0), 0}).code == ErrorCode::kRange);
}

TEST_CASE("computed stages are not editable, and say so") {
  const Document d = sentence("the cat");
  for (const Stage stage : {Stage::kQ, Stage::kScores, Stage::kWeights, Stage::kOutput,
                            Stage::kPositions, Stage::kInput}) {
    const Error error = error_of(d, action::SetCell{cell(stage, 0, 0), 1});
    CHECK(error.code == ErrorCode::kNotEditable);
    CHECK(error.message.find("computed") != std::string::npos);
  }
}

TEST_CASE("learned positions are cells") {
  const Document d = after(sentence("the cat"), action::SetPositions{PositionKind::kLearned});
  const Document e = after(d, action::SetCell{cell(Stage::kPositions, 1, 2), 4});
  CHECK((*e.model.positions.learned)(1, 2) == 4.0F);
}

TEST_CASE("a locked matrix refuses edits until it is unlocked") {
  Document d = after(sentence("the cat"), action::Lock{0, Stage::kWq, true});
  CHECK(error_of(d, action::SetCell{cell(Stage::kWq, 0, 0), 1}).code == ErrorCode::kNotEditable);
  CHECK(error_of(d, action::Fill{.tensor = {0, Stage::kWq, 1}}).code == ErrorCode::kNotEditable);
  const Document random = after(d, action::SetWeights{WeightInit::kRandom, 3});
  CHECK(*random.model.layers[0].q.weight == *d.model.layers[0].q.weight);
  CHECK(*random.model.layers[0].k.weight != *d.model.layers[0].k.weight);
  d = after(d, action::Lock{0, Stage::kWq, false});
  CHECK((*after(d, action::SetCell{cell(Stage::kWq, 0, 0), 9}).model.layers[0].q.weight)(0, 0) ==
        9.0F);
  CHECK(error_of(d, action::Lock{0, Stage::kScores, true}).code == ErrorCode::kNotEditable);
}

TEST_CASE("painting hides and shows; nothing hidden is no mask") {
  Document d =
      after(sentence("the cat sat"), action::PaintMask{.row = 0, .col = 1, .rows = 2, .cols = 2});
  CHECK((*d.mask)(1, 2) == -kInfinity);
  CHECK((*d.mask)(2, 2) == 0.0F);
  d = after(d, action::SetCell{cell(Stage::kMask, 2, 0), -1.5F});
  d = after(d, action::SetCell{cell(Stage::kMask, 2, 1), -kInfinity});
  CHECK((*d.mask)(2, 1) == -kInfinity);
  CHECK(error_of(d, action::SetCell{cell(Stage::kMask, 2, 0), kInfinity}).code ==
        ErrorCode::kNotFinite);
  d = after(d, action::PaintMask{.row = 0, .col = 0, .rows = 3, .cols = 3, .hide = false});
  CHECK(d.mask == nullptr);
  CHECK(error_of(d, action::PaintMask{.row = 2, .col = 0, .rows = 2}).code == ErrorCode::kNotFound);
  CHECK(after(after(d, action::PaintMask{}), action::ClearMask{}).mask == nullptr);
}

TEST_CASE("fill") {
  const Document d = sentence("the cat", 4, 1);
  const TensorId w{0, Stage::kWq, 0};
  const auto filled = [&](action::Fill fill) {
    fill.tensor = w;
    return *after(d, fill).model.layers[0].q.weight;
  };
  CHECK(filled({.kind = FillKind::kZero}).isZero(0));
  CHECK(filled({.kind = FillKind::kIdentity, .factor = 2}) == 2 * Matrix::Identity(4, 4));
  CHECK(filled({.kind = FillKind::kConstant, .factor = 3}) == Matrix::Constant(4, 4, 3));
  CHECK(filled({.kind = FillKind::kScale, .factor = -1}) == -Matrix::Identity(4, 4));
  CHECK(filled({.kind = FillKind::kRandom, .seed = 5}) ==
        filled({.kind = FillKind::kRandom, .seed = 5}));
  CHECK(filled({.kind = FillKind::kRandom, .seed = 5}) !=
        filled({.kind = FillKind::kRandom, .seed = 6}));
  Matrix part = Matrix::Identity(4, 4);
  part.block(1, 2, 2, 2).setZero();
  CHECK(filled({.row = 1, .col = 2, .rows = 2, .cols = 2, .kind = FillKind::kZero}) == part);
  CHECK(error_of(d, action::Fill{.tensor = w, .rows = 2, .kind = FillKind::kTranspose}).code ==
        ErrorCode::kShape);
  CHECK(error_of(d, action::Fill{.tensor = w, .row = 5}).code == ErrorCode::kNotFound);
  CHECK(error_of(d, action::Fill{.tensor = w, .kind = FillKind::kScale, .factor = 1e7F}).code ==
        ErrorCode::kRange);
  CHECK(error_of(d, action::Fill{.tensor = w, .kind = FillKind::kConstant, .factor = kNan}).code ==
        ErrorCode::kNotFinite);
}

TEST_CASE("a block is pasted whole or not at all") {
  const Document d = sentence("the cat", 4, 1);
  action::SetBlock block{cell(Stage::kWv, 1, 1), Matrix::Constant(2, 3, 5)};
  CHECK(after(d, block).model.layers[0].v.weight->block(1, 1, 2, 3) == Matrix::Constant(2, 3, 5));
  block.values(1, 2) = kNan;
  CHECK(error_of(d, block).where == "values[1][2]");
  block.at.col = 2;
  CHECK(error_of(d, block).code == ErrorCode::kNotFound);
  block.values = Matrix(0, 0);
  CHECK(error_of(d, block).code == ErrorCode::kShape);
  block.values = Matrix(2, 0);
  CHECK(error_of(d, block).where == "values");
}

TEST_CASE("with cached tokens an address is that of the rows one sees") {
  Document d = after(sentence("the cat sat"), action::SetCausal{true});
  d = after(d, action::SetCached{2});
  const Document e = after(d, action::SetCell{cell(Stage::kEmbeddings, 0, 0), 9});
  CHECK((*e.query.embeddings)(2, 0) == 9.0F);
  CHECK(row_labels(e, {0, Stage::kEmbeddings, 0}) == std::vector<std::string>{"sat"});
  CHECK(error_of(d, action::SetCell{cell(Stage::kEmbeddings, 1, 0), 9}).code ==
        ErrorCode::kNotFound);
}
